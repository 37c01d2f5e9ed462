import { registerConformance, targetConformance } from "@hostelry/testing";
import { describe, it } from "vitest";
import { fullDialect, memoryBucket } from "../fixtures/memory-bucket.ts";
import { s3TargetHarness } from "../fixtures/target-harness.ts";

describe("in a place of its own", () => {
  const harness = s3TargetHarness(async () => ({ bucket: memoryBucket(), options: { prefix: "host/" } }));
  registerConformance(targetConformance(harness), { describe, it });
});

describe("with trees of paths", () => {
  const harness = s3TargetHarness(async () => ({ bucket: memoryBucket(), options: { tree: true } }));
  registerConformance(targetConformance(harness), { describe, it });
});

describe("on a store without conditional writes", () => {
  const dialect = { ...fullDialect, createOnce: false, replaceIfMatch: false } as const;
  const make = async () => ({ bucket: memoryBucket(dialect), options: { fencing: false } });
  registerConformance(targetConformance(s3TargetHarness(make, false)), { describe, it });
});
