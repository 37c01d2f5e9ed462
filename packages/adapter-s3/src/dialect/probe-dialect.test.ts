import { unwrap } from "@hostelry/core/adapter";
import { type FakeS3DialectName, fakeS3 } from "@hostelry/testing";
import { expect, it } from "vitest";
import { fakeBucket } from "../fixtures/fake-blob-harness.ts";
import type { S3Dialect } from "./s3-dialect.ts";

const full: S3Dialect = {
  createOnce: true,
  replaceIfMatch: "quoted",
  deleteIfMatch: true,
  checksSha256: true,
  expiresSignedUrls: true,
  renewsByCopy: true,
};

const found: Readonly<Record<FakeS3DialectName, S3Dialect>> = {
  aws: full,
  "ceph-20": full,
  "ceph-18": { ...full, replaceIfMatch: "unquoted", deleteIfMatch: false },
  "without-conditions": { ...full, createOnce: false, replaceIfMatch: false, deleteIfMatch: false },
  "create-only": { ...full, replaceIfMatch: false, deleteIfMatch: false },
  minimal: {
    ...full,
    createOnce: false,
    replaceIfMatch: false,
    deleteIfMatch: false,
    checksSha256: false,
    renewsByCopy: false,
  },
};

it.each(Object.entries(found))(
  "finds out what a store of the dialect %s does, and leaves nothing behind",
  async (name, dialect) => {
    const store = await fakeS3({ dialect: name as FakeS3DialectName });
    try {
      const bucket = fakeBucket(store);
      expect(await unwrap(bucket.dialect())).toEqual(dialect);
      expect(store.objects.size).toBe(0);
      expect(await unwrap(bucket.describe())).toContain(
        dialect.createOnce ? "creates an object once" : "does not create",
      );
    } finally {
      await store.stop();
    }
  },
);

it("looks once for all who ask, also at the same time, and never when it was told", async () => {
  const store = await fakeS3();
  try {
    const bucket = fakeBucket(store);
    await Promise.all([unwrap(bucket.dialect()), unwrap(bucket.dialect()), unwrap(bucket.describe())]);
    const { length } = store.requests;
    await unwrap(bucket.dialect());
    expect(store.requests).toHaveLength(length);
    expect(length).toBeLessThan(25);
    await unwrap(fakeBucket(store, { dialect: full }).dialect());
    expect(store.requests).toHaveLength(length);
  } finally {
    await store.stop();
  }
});

it("looks again after a look that failed, and a caller who leaves does not end it for others", async () => {
  const store = await fakeS3();
  try {
    const bucket = fakeBucket(store);
    store.onRequest = () => ({ kind: "refuse", status: 403, code: "SignatureDoesNotMatch" });
    expect((await bucket.dialect())._unsafeUnwrapErr()).toMatchObject({ code: "ADAPTER_UNAUTHORIZED" });
    store.onRequest = undefined;
    const leaving = bucket.dialect({ signal: AbortSignal.abort() });
    const staying = bucket.dialect();
    expect((await leaving)._unsafeUnwrapErr().code).toBe("ABORTED");
    expect(await unwrap(staying)).toEqual(full);
  } finally {
    await store.stop();
  }
});
