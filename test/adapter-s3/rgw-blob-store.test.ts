import { s3Bucket } from "@hostelry/adapter-s3";
import { unwrap } from "@hostelry/core";
import { blobStoreConformance, registerConformance } from "@hostelry/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Rgw, startRgw } from "../servers/s3/rgw.ts";
import { type RgwGeneration, rgwAvailable } from "../servers/s3/rgw-root.ts";
import { rgwBlobHarness } from "./rgw-blob-harness.ts";
import { bucketCases } from "./rgw-bucket-cases.ts";

const dialects = {
  "20": {
    createOnce: true,
    replaceIfMatch: "quoted",
    deleteIfMatch: true,
    checksSha256: true,
    expiresSignedUrls: true,
    renewsByCopy: true,
  },
  "18": {
    createOnce: true,
    replaceIfMatch: "unquoted",
    deleteIfMatch: false,
    checksSha256: true,
    expiresSignedUrls: true,
    renewsByCopy: true,
  },
} as const;

for (const generation of ["20", "18"] as const satisfies readonly RgwGeneration[]) {
  describe.skipIf(!rgwAvailable(generation))(`Ceph RGW ${generation}`, () => {
    let rgw: Rgw | undefined;
    const running = (): Rgw => {
      if (rgw === undefined) throw new Error("it does not run");
      return rgw;
    };
    beforeAll(async () => {
      rgw = await startRgw(generation);
      await rgw.createBucket("sites");
    });
    afterAll(() => rgw?.stop());

    it("shows its dialect to a look, which leaves nothing behind", async () => {
      const { endpoint, region, credentials, ask } = running();
      const bucket = s3Bucket({ endpoint, region, credentials, bucket: "sites" });
      expect(await unwrap(bucket.dialect())).toEqual(dialects[generation]);
      const { body } = await ask("GET", "/sites?list-type=2");
      expect(Buffer.from(body).toString()).not.toContain("<Key>");
    });

    bucketCases(running);

    registerConformance(blobStoreConformance(rgwBlobHarness(running)), { describe, it });
  });
}
