import { blobStoreConformance, registerConformance } from "@hostelry/testing";
import { describe, it } from "vitest";
import { fakeBlobHarness } from "../../packages/adapter-s3/src/fixtures/fake-blob-harness.ts";
import { rounds } from "../setup/rounds.ts";

// Those that differ most; the gateways speak the dialects of Ceph themselves.
const dialects = rounds(
  ["aws", "ceph-20", "ceph-18", "without-conditions", "create-only", "minimal"] as const,
  ["aws", "minimal"] as const,
);

for (const dialect of dialects) {
  describe(`a fake store in the dialect ${dialect}`, () => {
    registerConformance(blobStoreConformance(fakeBlobHarness(dialect)), { describe, it });
  });
}
