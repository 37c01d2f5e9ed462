import type { PlannedReply } from "../file/planned-reply.ts";
import { revalidate } from "../file/representation.ts";
import { headerList } from "./reply.ts";

/** A redirect that may not outlive the release that asks for it, also where its status says that it is for good. */
export function redirectReply(status: number, location: string): PlannedReply {
  const fields = {
    "cache-control": revalidate,
    "content-length": "0",
    location,
    "x-content-type-options": "nosniff",
  };
  return { status, headers: headerList(fields), body: null };
}
