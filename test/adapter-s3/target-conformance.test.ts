import { randomUUID } from "node:crypto";
import { registerConformance, targetConformance } from "@hostelry/testing";
import { afterAll, beforeAll, describe, it } from "vitest";
import { s3BlobStore } from "../../packages/adapter-s3/src/blob/s3-blob-store.ts";
import { s3TargetHarness } from "../../packages/adapter-s3/src/fixtures/target-harness.ts";
import type { S3TargetOptions } from "../../packages/adapter-s3/src/target/s3-target.ts";
import { rgwAvailable } from "../servers/s3/rgw-root.ts";
import { type OpenedStore, openFake, openRgw } from "./fixtures/opened-store.ts";

/** One bucket for the whole suite; each case has a prefix of its own in it. */
function inBucket(
  open: () => Promise<OpenedStore>,
  options: S3TargetOptions & { readonly shared?: boolean } = {},
): void {
  let opened: OpenedStore | undefined;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened?.stop());
  const { shared = false, ...rest } = options;
  const make = async () => {
    if (opened === undefined) throw new Error("the store has not been started");
    const { bucket } = opened;
    const prefix = `${randomUUID()}/`;
    if (!shared) return { bucket, options: { ...rest, prefix } };
    const blobs = s3BlobStore(bucket, { prefix: `${prefix}blobs/` });
    return { bucket, options: { ...rest, prefix, blobs }, sharedKey: blobs.key };
  };
  registerConformance(targetConformance(s3TargetHarness(make, rest.fencing ?? true)), { describe, it });
}

describe.each(["aws", "ceph-20", "ceph-18"] as const)("s3Target on a store that speaks like %s", (dialect) => {
  inBucket(openFake(dialect));
});

describe.each(["without-conditions", "create-only", "minimal"] as const)(
  "s3Target without fencing on a store that speaks %s",
  (dialect) => {
    inBucket(openFake(dialect), { fencing: false });
  },
);

describe("s3Target with a blob store in the same bucket", () => {
  inBucket(openFake("aws"), { shared: true });
});

describe("s3Target with trees of paths", () => {
  inBucket(openFake("aws"), { tree: true });
});

describe.skipIf(!rgwAvailable("20"))("s3Target on Ceph RGW 20", () => {
  inBucket(openRgw("20"));
});

describe.skipIf(!rgwAvailable("18"))("s3Target on Ceph RGW 18, which compares tags without quotes", () => {
  inBucket(openRgw("18"), { tree: true });
});
