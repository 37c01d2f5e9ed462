import type { ObjectClient } from "../client/object-client.ts";

/** What publishing and serving ask of a bucket: a part of {@link ObjectClient}. */
export type SiteBucket = Pick<
  ObjectClient,
  "copy" | "deleteMany" | "dialect" | "get" | "head" | "list" | "name" | "place" | "put" | "upload"
>;
