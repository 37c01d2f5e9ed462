import { type ObjectClient, s3Bucket } from "@hostelry/adapter-s3";
import { unwrap } from "@hostelry/core";
import { fakeS3 } from "@hostelry/testing";
import { startRgw } from "../../test/servers/s3/rgw.ts";
import { rgwAvailable } from "../../test/servers/s3/rgw-root.ts";

/** A store to publish to, on this machine. */
export interface BenchStore {
  /** What it is, for the names of the cases. */
  readonly name: string;
  readonly bucket: ObjectClient;
  /** A prefix that nothing has been written under. */
  nextPrefix(): string;
  /** Takes everything under a prefix away. */
  clear(prefix: string): Promise<void>;
  stop(): Promise<void>;
}

/** Ceph's gateway if it is installed; else a fake in this very process, which shows ratios but no figures to quote. */
export async function benchStore(): Promise<BenchStore> {
  const { name, bucket, stop } = rgwAvailable("20") ? await ceph() : await fake();
  let prefixes = 0;
  return {
    name,
    bucket,
    stop,
    nextPrefix: () => {
      prefixes += 1;
      return `run-${prefixes}/`;
    },
    clear: async (prefix) => {
      for (;;) {
        const { objects } = await unwrap(bucket.list(prefix));
        if (objects.length === 0) return;
        await unwrap(bucket.deleteMany(objects.map(({ key }) => key)));
      }
    },
  };
}

async function ceph(): Promise<Pick<BenchStore, "bucket" | "name" | "stop">> {
  const gateway = await startRgw("20");
  await gateway.createBucket("bench");
  const { endpoint, region, credentials } = gateway;
  return { name: "Ceph RGW", bucket: s3Bucket({ endpoint, region, credentials, bucket: "bench" }), stop: gateway.stop };
}

async function fake(): Promise<Pick<BenchStore, "bucket" | "name" | "stop">> {
  const { endpoint, region, credentials, bucket, stop } = await fakeS3();
  return { name: "fake store", bucket: s3Bucket({ endpoint, region, credentials, bucket }), stop };
}
