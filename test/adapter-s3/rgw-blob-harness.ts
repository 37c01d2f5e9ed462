// Blob stores in one gateway: a prefix of its own for each, looked at and damaged with nothing but signed requests.
import { type S3Dialect, s3BlobStore, s3Bucket } from "@hostelry/adapter-s3";
import { unwrap } from "@hostelry/core";
import type { BlobStoreHarness } from "@hostelry/testing";
import type { Rgw } from "../servers/s3/rgw.ts";

/** @param rgw the gateway, once it runs; its bucket is `sites`. */
export function rgwBlobHarness(rgw: () => Rgw): BlobStoreHarness {
  let made = 0;
  let dialect: S3Dialect | undefined;
  return {
    capabilities: { collectable: true },
    // A real store keeps its own times.
    without: ["age"],
    make: async () => {
      made += 1;
      const prefix = `conformance-${made}/`;
      const { endpoint, region, credentials, ask } = rgw();
      const connection = { endpoint, region, credentials, bucket: "sites" };
      dialect ??= await unwrap(s3Bucket(connection).dialect());
      const bucket = s3Bucket({ ...connection, dialect });
      const path = (sha256: string): string => `/sites/${prefix}sha256/${sha256}`;
      return {
        subject: s3BlobStore(bucket, { prefix }),
        dispose: async () => undefined,
        names: async () => {
          const { body } = await ask("GET", `/sites?list-type=2&prefix=${encodeURIComponent(prefix)}`);
          const keys = [
            ...Buffer.from(body)
              .toString()
              .matchAll(/<Key>([^<]*)<\/Key>/g),
          ].map(([, key = ""]) => key);
          return keys.map((key) => key.split("/").at(-1) ?? "");
        },
        damage: async (sha256) => {
          const { body } = await ask("GET", path(sha256));
          body[0] = (body[0] ?? 0) ^ 1;
          await ask("PUT", path(sha256), body);
        },
      };
    },
  };
}
