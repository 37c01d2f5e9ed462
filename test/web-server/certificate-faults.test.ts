// What goes wrong when certificates are delivered, with the real nginx on this machine: visitors keep what they had.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { localTransport } from "@hostelry/adapter-local";
import { type EdgeCertificatesOptions, edgeCertificates } from "@hostelry/adapter-ssh";
import { type CertificateToDeliver, type Transport, unwrap } from "@hostelry/core/adapter";
import { newDelivery } from "@hostelry/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { requireServer, serverAvailable } from "../servers/server-binary.ts";
import { freePorts } from "../servers/ssh-node/free-ports.ts";
import { startNginx } from "../servers/web/nginx.ts";
import type { WebServer } from "../servers/web/web-server.ts";
import { rounds } from "../setup/rounds.ts";
import { deliveredConfig, shownTo } from "./certificate-node.ts";
import { type EdgeRoot, newEdgeRoot } from "./edge-root.ts";

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;
// As root, nginx's workers are `nobody`.
const group = isRoot ? "nogroup" : undefined;

describe.skipIf(!serverAvailable("nginx", "openssl", "flock"))("certificates of an edge node", () => {
  let root: EdgeRoot;
  let running: WebServer;
  let transport: Transport;
  let port: number;
  let options: EdgeCertificatesOptions;
  let log: string;

  beforeEach(async () => {
    root = await newEdgeRoot();
    [port = 0] = await freePorts(1);
    running = await startNginx({
      http: ({ directory }) => `error_log ${directory}/error.log notice;
        include ${directory}/conf.d/*.conf;
        ${deliveredConfig(root.path, port)}`,
    });
    await mkdir(join(dirname(running.configFile), "conf.d"));
    log = join(dirname(running.configFile), "error.log");
    transport = localTransport();
    options = { root: root.path, mainFile: running.configFile, observeAt: `127.0.0.1:${port}`, group };
  });
  afterEach(async () => {
    await transport.close();
    await running.stop();
    await root.remove();
  });

  const target = (more: Partial<EdgeCertificatesOptions> = {}) => edgeCertificates(transport, { ...options, ...more });
  const held = (): string => join(root.path, "certificates/held");
  const reloads = async (): Promise<number> => (await readFile(log, "utf8")).match(/reconfiguring/g)?.length ?? 0;
  const next = (before: CertificateToDeliver): CertificateToDeliver =>
    newDelivery({ ...before, number: before.number + 1 });
  const breakSomebody = (): Promise<void> =>
    writeFile(join(dirname(running.configFile), "conf.d/somebody.conf"), "server { listen nonsense; }\n");

  it("have keys that nobody reads but their owner and nginx, and nothing is left of the one before", async () => {
    const first = newDelivery({ names: ["acme.test"] });
    await unwrap(target().deliver(first));
    await unwrap(target().deliver(next(first)));
    const versions = await readdir(join(held(), first.certificateId));
    expect(versions).toHaveLength(2);
    expect(versions.filter((name) => name.startsWith("2-"))).toHaveLength(1);
    const current = join(held(), first.certificateId, "current");
    expect((await stat(join(current, "key.pem"))).mode & 0o777).toBe(group === undefined ? 0o600 : 0o640);
    expect((await stat(join(current, "chain.pem"))).mode & 0o777).toBe(0o644);
    expect((await readdir(join(root.path, "certificates"))).sort()).toEqual([".lock", "held", "index", "names"]);
    expect(await reloads()).toBe(0);
  });

  it.runIf(isRoot)(
    "that nginx's workers can't read are not served, are taken back, and the error says so",
    async () => {
      const certificate = newDelivery({ names: ["acme.test"] });
      const refused = (await target({ group: undefined }).deliver(certificate))._unsafeUnwrapErr();
      expect(refused).toMatchObject({ code: "CERTIFICATE_NOT_SERVED", details: { served: null } });
      expect(JSON.stringify(refused)).not.toContain(certificate.privateKeyPem.split("\n")[1]);
      expect(await readdir(held())).toEqual([]);
      expect(await readdir(join(root.path, "certificates/names"))).toEqual([]);
      expect(await unwrap(target().observe(certificate.certificateId))).toBeNull();
    },
  );

  it("are renewed while somebody else's configuration is broken, for nothing is reloaded", async () => {
    const first = newDelivery({ names: ["acme.test"] });
    await unwrap(target().deliver(first));
    await breakSomebody();
    const second = next(first);
    await unwrap(target().deliver(second));
    expect(await shownTo(port, "acme.test")).toBe(second.sha256);
  });

  it("that need a reload are refused while somebody else's configuration is broken, and all is as before", async () => {
    const own = newDelivery({ names: ["www.acme.test"] });
    const wildcard = newDelivery({ names: ["*.acme.test"] });
    await unwrap(target().deliver(own));
    await breakSomebody();
    const refused = (await target().deliver(wildcard))._unsafeUnwrapErr();
    expect(refused).toMatchObject({
      code: "WEB_SERVER_REFUSED",
      details: { step: "whole", output: expect.stringContaining("nonsense") },
    });
    expect([await shownTo(port, "www.acme.test"), await shownTo(port, "shop.acme.test")]).toEqual([own.sha256, null]);
    expect(await readdir(held())).toEqual([own.certificateId]);
    const renewed = next(own);
    await unwrap(target().deliver(renewed));
    await rm(join(dirname(running.configFile), "conf.d/somebody.conf"));
    await unwrap(target().deliver(wildcard));
    expect(await shownTo(port, "shop.acme.test")).toBe(wildcard.sha256);
    expect(await shownTo(port, "www.acme.test")).toBe(renewed.sha256);
  });

  it("are put back when nginx is not reloaded, and a removal that needs it is taken back too", async () => {
    const wildcard = newDelivery({ names: ["*.acme.test"] });
    const failing = target({ reload: ["sh", "-c", "echo not today >&2; exit 3"] });
    const refused = (await failing.deliver(wildcard))._unsafeUnwrapErr();
    expect(refused).toMatchObject({ details: { step: "reload", output: expect.stringContaining("not today") } });
    expect(await unwrap(target().observe(wildcard.certificateId))).toBeNull();
    await unwrap(target().deliver(wildcard));
    expect((await failing.remove(wildcard.certificateId))._unsafeUnwrapErr()).toMatchObject({
      details: { step: "reload" },
    });
    expect(await unwrap(target().observe(wildcard.certificateId))).toMatchObject({ sha256: wildcard.sha256 });
    expect(await shownTo(port, "a.acme.test")).toBe(wildcard.sha256);
  });

  it("do not count as delivered when visitors are shown something else", async () => {
    const first = newDelivery({ names: ["acme.test"] });
    await unwrap(target().deliver(first));
    const other = await newEdgeRoot();
    const [otherPort = 0] = await freePorts(1);
    const elsewhere = await startNginx({ http: () => deliveredConfig(other.path, otherPort) });
    try {
      const stranger = newDelivery({ names: ["acme.test"] });
      const place = { root: other.path, mainFile: elsewhere.configFile, observeAt: `127.0.0.1:${otherPort}`, group };
      await unwrap(edgeCertificates(transport, place).deliver(stranger));
      const refused = await target({ observeAt: `127.0.0.1:${otherPort}` }).deliver(next(first));
      expect(refused._unsafeUnwrapErr()).toMatchObject({
        code: "CERTIFICATE_NOT_SERVED",
        details: { certificateId: first.certificateId, served: stranger.sha256 },
      });
      expect(await unwrap(target().observe(first.certificateId))).toMatchObject({ number: 1 });
      expect(await shownTo(port, "acme.test")).toBe(first.sha256);
    } finally {
      await elsewhere.stop();
      await other.remove();
    }
  });

  it("are finished by the next call when one was killed in the middle, and are not taken for there until then", async () => {
    const wildcard = newDelivery({ names: ["*.acme.test"] });
    const marker = join(dirname(running.configFile), "reloading");
    // It holds the lock, so it has to die with the call.
    const hanging = target({
      reload: ["sh", "-c", `echo $PPID > ${marker}.new; mv ${marker}.new ${marker}; sleep 600 9>&-`],
    });
    const leaving = new AbortController();
    const cut = hanging.deliver(wildcard, { signal: leaving.signal });
    while (!existsSync(marker)) await new Promise((resolve) => setImmediate(resolve));
    process.kill(Number(await readFile(marker, "utf8")), "SIGKILL");
    leaving.abort();
    expect((await cut).isErr()).toBe(true);
    expect(await unwrap(target().observe(wildcard.certificateId))).toBeNull();
    expect(await unwrap(target().deliver(wildcard))).toMatchObject({ changed: true });
    expect(await shownTo(port, "a.acme.test")).toBe(wildcard.sha256);
    expect((await readdir(join(held(), wildcard.certificateId))).sort()).toHaveLength(2);
    expect((await readdir(join(root.path, "certificates"))).filter((name) => name.startsWith(".work"))).toEqual([]);
  });

  it("change under a crowd of visitors, who see one or the next, without a reload", async () => {
    let latest = newDelivery({ names: ["acme.test"] });
    const delivered = new Set([latest.sha256]);
    await unwrap(target().deliver(latest));
    const renewals = rounds(60, 6);
    let going = true;
    const counts = { shown: 0, refused: 0 };
    const crowd = Array.from({ length: 2 }, async () => {
      while (going) {
        const shown = await shownTo(port, "acme.test");
        if (shown === null) counts.refused += 1;
        else expect(delivered).toContain(shown);
        counts.shown += 1;
      }
    });
    for (let index = 0; index < renewals; index += 1) {
      latest = next(latest);
      delivered.add(latest.sha256);
      await unwrap(target().deliver(latest));
    }
    going = false;
    await Promise.all(crowd);
    console.log(`${renewals} renewals under ${counts.shown} handshakes: ${counts.refused} refused`);
    expect(await shownTo(port, "acme.test")).toBe(latest.sha256);
    // nginx opens chain and key one after the other: each flip may fall between the two, for whoever is just shaking hands.
    expect(counts.refused).toBeLessThanOrEqual(renewals * crowd.length);
    expect(await reloads()).toBe(0);
  });

  it.skipIf(!serverAvailable("busybox"))(
    "are delivered where all programs but nginx, openssl and flock are BusyBox's",
    async () => {
      const programs = join(dirname(running.configFile), "bin");
      await mkdir(programs);
      await run(requireServer("busybox"), ["--install", "-s", programs]);
      for (const name of ["nginx", "openssl", "flock"] as const) {
        await rm(join(programs, name), { force: true });
        await symlink(requireServer(name), join(programs, name));
      }
      const bare = localTransport({ environment: { PATH: programs } });
      try {
        const place = edgeCertificates(bare, options);
        const own = newDelivery({ names: ["acme.test", "www.acme.test"] });
        const wildcard = newDelivery({ names: ["*.acme.test"] });
        for (const each of [own, wildcard, next(own)])
          expect(await unwrap(place.deliver(each))).toMatchObject({ changed: true });
        expect(await shownTo(port, "shop.acme.test")).toBe(wildcard.sha256);
        expect(await unwrap(place.observe(own.certificateId))).toMatchObject({ number: 2 });
        expect(await unwrap(place.remove(own.certificateId))).toEqual({ changed: true });
        expect([await shownTo(port, "acme.test"), await shownTo(port, "www.acme.test")]).toEqual([
          null,
          wildcard.sha256,
        ]);
      } finally {
        await bare.close();
      }
    },
  );

  it("need a root, a place and a group that are plainly that", () => {
    for (const wrong of [{ root: "relative" }, { root: "/a b" }, { observeAt: "127.0.0.1" }, { group: "a;b" }]) {
      expect(() => target(wrong)).toThrow(TypeError);
    }
  });
});
