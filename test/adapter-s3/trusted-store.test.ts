import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, type Server } from "node:tls";
import { promisify } from "node:util";
import { type ObjectClient, s3Bucket } from "@hostelry/adapter-s3";
import { unwrap } from "@hostelry/core";
import { type FakeS3, fakeS3 } from "@hostelry/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requireServer, serverAvailable } from "../servers/server-binary.ts";

const run = promisify(execFile);

describe.skipIf(!serverAvailable("openssl"))("a store behind a certificate of one's own", () => {
  let store: FakeS3;
  let terminator: Server;
  let certificate: string;

  beforeAll(async () => {
    store = await fakeS3();
    const directory = await mkdtemp(join(tmpdir(), "hostelry-s3-tls-"));
    const files = ["-keyout", join(directory, "key.pem"), "-out", join(directory, "certificate.pem")];
    const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=store"];
    const names = ["-addext", "subjectAltName=DNS:localhost,DNS:*.localhost", "-days", "2"];
    await run(requireServer("openssl"), ["req", "-x509", ...kind, ...names, ...files]);
    certificate = await readFile(join(directory, "certificate.pem"), "utf8");
    const key = await readFile(join(directory, "key.pem"), "utf8");
    await rm(directory, { recursive: true });
    terminator = createServer({ cert: certificate, key }, (secure) => {
      const plain = connect(Number(new URL(store.endpoint).port), "127.0.0.1");
      secure.pipe(plain).pipe(secure);
      secure.on("error", () => plain.destroy());
      plain.on("error", () => secure.destroy());
    });
    terminator.listen(0, "127.0.0.1");
    await once(terminator, "listening");
  });
  afterAll(async () => {
    await store.stop();
    terminator.close();
  });

  const open = (options: { readonly certificateAuthority?: string; readonly addressing?: "host" }): ObjectClient => {
    const { port } = terminator.address() as AddressInfo;
    const { region, bucket, credentials } = store;
    return s3Bucket({ endpoint: `https://localhost:${port}`, region, bucket, credentials, ...options });
  };

  it("is reached by whoever trusts that certificate", async () => {
    const bucket = open({ certificateAuthority: certificate });
    await unwrap(bucket.put("a", Buffer.from("hello")));
    expect(await unwrap(bucket.head("a"))).toMatchObject({ outcome: "found", size: 5 });
  });

  it("is refused by everybody else at once, and nothing was sent to it", async () => {
    const before = store.requests.length;
    const error = (await open({}).get("a"))._unsafeUnwrapErr();
    expect(error).toMatchObject({ code: "ADAPTER_FAILED", retryable: false });
    expect(error.message).toContain("certificate is not trusted");
    expect(store.requests.length).toBe(before);
  });
});
