// What only a real store can say of the client: its signatures, its listings, its clock, its races.
import { createHash, randomBytes } from "node:crypto";
import { type ObjectClient, s3BlobStore, s3Bucket } from "@hostelry/adapter-s3";
import { unwrap } from "@hostelry/core";
import { expect, it } from "vitest";
import type { Rgw } from "../servers/s3/rgw.ts";

const mebibyte = 1024 * 1024;

/** Registers them; `running` gives the gateway once it runs. */
export function bucketCases(running: () => Rgw): void {
  let places = 0;
  const open = (options: { readonly secretAccessKey?: string } = {}): { bucket: ObjectClient; prefix: string } => {
    const { endpoint, region, credentials } = running();
    places += 1;
    const partBytes = 5 * mebibyte;
    const bucket = s3Bucket({
      endpoint,
      region,
      bucket: "sites",
      credentials: { ...credentials, ...options },
      partBytes,
      probePrefix: `probes-${places}/`,
    });
    return { bucket, prefix: `bucket-${places}/` };
  };
  const bytesOf = async (bucket: ObjectClient, key: string): Promise<Buffer> => {
    const read = await unwrap(bucket.get(key));
    if (read.outcome !== "found") throw new Error(`${key} is ${read.outcome}`);
    const chunks: Uint8Array[] = [];
    for await (const chunk of read.body) chunks.push(chunk);
    return Buffer.concat(chunks);
  };

  it("takes keys of any characters, and lists them in the order of their bytes, page by page", async () => {
    const { bucket, prefix } = open();
    const names = ["a b", "a+b", "a%20b", "a&b<c>\"d'", "a/b/c", "a/b", "a", "z/ä", "z/\u{1f600}", "~!*()", "=?#@:;,$"];
    for (const name of names) await unwrap(bucket.put(`${prefix}${name}`, Buffer.from(name)));
    for (const name of names) expect((await bytesOf(bucket, `${prefix}${name}`)).toString()).toBe(name);
    const listed: string[] = [];
    let after: string | undefined;
    do {
      const page: { readonly objects: readonly { readonly key: string }[]; readonly next?: string | undefined } =
        await unwrap(bucket.list(prefix, { after, limit: 3 }));
      listed.push(...page.objects.map(({ key }) => key.slice(prefix.length)));
      after = page.next;
    } while (after !== undefined);
    expect(listed).toEqual(names.toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right))));
    const folders = await unwrap(bucket.list(prefix, { delimiter: "/", limit: 1 }));
    const behind = await unwrap(bucket.list(prefix, { delimiter: "/", after: `${prefix}a/` }));
    expect([folders.next !== undefined, behind.folders]).toEqual([true, [`${prefix}z/`]]);
    await unwrap(bucket.copy(`${prefix}a+b`, `${prefix}copy of a+b`, { replace: { contentType: "text/html" } }));
    expect((await bytesOf(bucket, `${prefix}copy of a+b`)).toString()).toBe("a+b");
    await unwrap(bucket.deleteMany(names.map((name) => `${prefix}${name}`)));
    expect((await unwrap(bucket.list(prefix))).objects.map(({ key }) => key)).toEqual([`${prefix}copy of a+b`]);
  });

  it("lets one of many writers win, to create and to replace", async () => {
    const { bucket, prefix } = open();
    const key = `${prefix}pointer`;
    const writers = Array.from({ length: 24 }, (_, index) => Buffer.from(`writer ${index}`));
    const created = await Promise.all(
      writers.map((body) => unwrap(bucket.put(key, body, { condition: { ifAbsent: true } }))),
    );
    const winners = created.flatMap((outcome) => (outcome.outcome === "written" ? [outcome.etag] : []));
    expect(winners).toHaveLength(1);
    const ifMatch = winners[0] ?? "";
    // Other bytes than before: whoever writes the same bytes leaves the same tag, and the next one wins as well.
    const again = writers.map((body) => Buffer.concat([body, Buffer.from(" again")]));
    const replaced = await Promise.all(again.map((body) => unwrap(bucket.put(key, body, { condition: { ifMatch } }))));
    expect(replaced.filter(({ outcome }) => outcome === "written").length).toBe(1);
    const lost = await unwrap(bucket.put(`${prefix}nothing`, Buffer.from("x"), { condition: { ifMatch } }));
    expect(lost).toMatchObject({ outcome: "conflict" });
  });

  it("refuses bytes that were damaged, and signatures that are not right", async () => {
    const { bucket, prefix } = open();
    const damaged = await bucket.put(`${prefix}a`, Buffer.from("hello"), { sha256: "0".repeat(64) });
    expect(damaged._unsafeUnwrapErr()).toMatchObject({ code: "ADAPTER_FAILED" });
    expect(await unwrap(bucket.head(`${prefix}a`))).toEqual({ outcome: "absent" });
    const wrong = open({ secretAccessKey: "another" }).bucket;
    expect((await wrong.get(`${prefix}a`))._unsafeUnwrapErr()).toMatchObject({
      code: "ADAPTER_UNAUTHORIZED",
      details: { reason: "credentials" },
    });
  });

  it("takes large blobs in parts, reads parts of them, and gives URLs that end", async () => {
    const { bucket, prefix } = open();
    const blobs = s3BlobStore(bucket, { prefix });
    const bytes = randomBytes(11 * mebibyte);
    const stream = async function* (): AsyncGenerator<Uint8Array> {
      for (let from = 0; from < bytes.length; from += 900_000) yield bytes.subarray(from, from + 900_000);
    };
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    expect(await unwrap(blobs.put({ bytes: stream() }))).toEqual({ sha256, size: bytes.length, stored: true });
    expect(await unwrap(blobs.put({ bytes }))).toMatchObject({ stored: false });
    expect((await bytesOf(bucket, blobs.key(sha256))).equals(bytes)).toBe(true);
    expect((await unwrap(bucket.list(prefix))).objects.map(({ key }) => key)).toEqual([blobs.key(sha256)]);
    expect(await unwrap(bucket.unfinishedUploads(prefix))).toEqual([]);
    const url = await unwrap(blobs.presignRead(sha256, { expiresInSeconds: 60 }));
    const answer = await fetch(url, { headers: { range: "bytes=5000000-5000009" } });
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes.subarray(5_000_000, 5_000_010))).toBe(true);
    expect((await fetch(url.replace(sha256, "0".repeat(64)))).status).toBe(403);
  });

  it("collects blobs by their age, by its own clock, and spares what was put again", async () => {
    const { bucket, prefix } = open();
    const blobs = s3BlobStore(bucket, { prefix });
    const names: string[] = [];
    for (const text of ["one", "two"]) names.push((await unwrap(blobs.put({ bytes: Buffer.from(text) }))).sha256);
    const [one = "", two = ""] = names;
    const puts = async (): Promise<Map<string, Date>> =>
      new Map((await unwrap(blobs.list())).items.map(({ sha256, putAt }) => [sha256, putAt]));
    const latest = (times: Map<string, Date>): Date => new Date(Math.max(...[...times.values()].map(Number)));
    const first = await puts();
    // Time has to pass by the store's clock: the only thing here that a test can't bring about in another way.
    const isOlder = async (): Promise<boolean> =>
      (await unwrap(blobs.list())).items.every(({ idleMs }) => idleMs > 2_500);
    while (!(await isOlder())) await new Promise((resolve) => setTimeout(resolve, 100));
    const aged = await puts();
    expect(latest(aged).getTime()).toBeGreaterThanOrEqual(latest(first).getTime());
    expect(await unwrap(blobs.put({ bytes: Buffer.from("two") }))).toMatchObject({ stored: false });
    const outcome = await unwrap(blobs.remove(names, { unlessPutAfter: latest(aged) }));
    expect(outcome).toEqual({ removed: 1 });
    expect([...(await unwrap(blobs.has(names))).keys()]).toEqual([two]);
    expect(await unwrap(blobs.put({ bytes: Buffer.from("one") }))).toMatchObject({ sha256: one, stored: true });
    expect((await unwrap(blobs.has(names))).size).toBe(2);
  });
}
