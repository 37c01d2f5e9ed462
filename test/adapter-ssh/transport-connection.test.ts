// How an SSH transport treats its connection, and servers that are slow, silent, full or offended.
import { readFileSync } from "node:fs";
import { createServer, Socket } from "node:net";
import { join } from "node:path";
import { type SshTransportOptions, sshTransport } from "@hostelry/adapter-ssh";
import { hasCode } from "@hostelry/core/adapter";
import { simulatedClock } from "@hostelry/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type FaultProxy, faultProxy } from "../servers/fault-proxy.ts";
import {
  newestOpensshAvailable,
  type SshNode,
  type SshNodes,
  sshNodesAvailable,
  startSshNodes,
} from "../servers/ssh-nodes.ts";
import { optionsFor, processesWith } from "./transport-harness.ts";

describe.skipIf(!sshNodesAvailable("gnu"))("the connection of an SSH transport", () => {
  let nodes: SshNodes;
  let node: SshNode;
  let proxy: FaultProxy;

  beforeAll(async () => {
    nodes = await startSshNodes({ gnu: 1, web: false });
    node = nodes.one("gnu");
  });
  beforeEach(async () => {
    proxy = await faultProxy(node.sshPort);
  });
  afterEach(async () => {
    await proxy.close();
    vi.restoreAllMocks();
  });
  afterAll(async () => {
    await nodes.stop();
  });

  const throughProxy = (more: Partial<SshTransportOptions> = {}): SshTransportOptions =>
    ({ ...optionsFor(nodes, node), port: proxy.port, ...more }) as SshTransportOptions;

  it("is one for everything, however much is asked for at once", async () => {
    const transport = sshTransport(throughProxy());
    const runs = Array.from({ length: 20 }, () => transport.run({ argv: ["true"] }));
    const looks = Array.from({ length: 20 }, () => transport.files.look("/"));
    const results = await Promise.all([...runs, ...looks]);
    expect(results.flatMap((result) => (result.isErr() ? [result.error] : []))).toEqual([]);
    expect(proxy.connections()).toBe(1);
    await transport.close();
  });

  it("sends small packets at once", async () => {
    const noDelay = vi.spyOn(Socket.prototype, "setNoDelay");
    const transport = sshTransport(optionsFor(nodes, node));
    expect((await transport.connect()).isOk()).toBe(true);
    expect(noDelay).toHaveBeenCalledWith(true);
    await transport.close();
  });

  it("is made anew after sshd was away, without an error when nothing was under way", async () => {
    const transport = sshTransport(optionsFor(nodes, node));
    expect((await transport.run({ argv: ["true"] })).isOk()).toBe(true);
    expect((await transport.files.look("/")).isOk()).toBe(true);
    await node.stopSshd();
    const away = await transport.run({ argv: ["true"] });
    expect(away.isErr() && away.error).toMatchObject({ code: "TRANSPORT_UNREACHABLE", details: { retryAt: null } });
    await node.startSshd();
    expect((await transport.run({ argv: ["true"] })).isOk()).toBe(true);
    expect((await transport.files.look("/")).isOk()).toBe(true);
    await transport.close();
  });

  it("when it is reset under a program, ends that program on the other side", async () => {
    const transport = sshTransport(throughProxy());
    const started = await transport.start({ argv: ["sh", "-c", "echo up; sleep 600; : reset-under-me"] });
    const running = started._unsafeUnwrap();
    for await (const chunk of running.stdout) if (chunk.length > 0) break;
    proxy.cutAll();
    const outcome = await running.outcome();
    expect(outcome.isErr() && outcome.error).toMatchObject({ code: "TRANSPORT_LOST", details: { state: "unknown" } });
    await vi.waitFor(() => expect(processesWith("reset-under-me")).toBe(0), { timeout: 10_000 });
    await transport.close();
  });

  it("when it is reset before the server says that a program was started, does not start it again", async () => {
    const transport = sshTransport(throughProxy());
    expect((await transport.connect()).isOk()).toBe(true);
    const marks = join(node.outside, "marks");
    proxy.faults.delayMs = 250;
    const running = transport.run({ argv: ["sh", "-c", 'echo started >>"$1"', "mark", `${node.root}/marks`] });
    // The mark is made while the server's word is still on its way.
    await vi.waitFor(() => expect(readFileSync(marks, "utf8")).toBe("started\n"), { timeout: 10_000, interval: 5 });
    proxy.cutAll();
    const outcome = await running;
    expect(outcome.isErr() && outcome.error).toMatchObject({ code: "TRANSPORT_LOST", details: { state: "unknown" } });
    proxy.faults.delayMs = 0;
    expect((await transport.run({ argv: ["true"] })).isOk()).toBe(true);
    expect(readFileSync(marks, "utf8")).toBe("started\n");
    await transport.close();
  });

  it("is given up when the other side has fallen silent", async () => {
    const transport = sshTransport(throughProxy({ keepAliveMs: 100, keepAliveMisses: 2 }));
    expect((await transport.run({ argv: ["true"] })).isOk()).toBe(true);
    const started = (await transport.start({ argv: ["sleep", "600"] }))._unsafeUnwrap();
    proxy.faults.silent = true;
    const outcome = await started.outcome();
    expect(outcome.isErr() && outcome.error.code).toBe("TRANSPORT_LOST");
    const looked = await transport.files.look("/", { signal: AbortSignal.timeout(200) });
    expect(looked.isErr() && looked.error.code).toBe("ABORTED");
    await transport.close();
  });

  it("is not waited for longer than is said", async () => {
    proxy.faults.silent = true;
    const transport = sshTransport(throughProxy({ connectTimeoutMs: 300 }));
    const result = await transport.connect();
    expect(result.isErr() && result.error).toMatchObject({ code: "ADAPTER_TIMEOUT", details: { timeoutMs: 300 } });
    await transport.close();
  });

  it("is still made for the others when one of those who wait for it leaves", async () => {
    proxy.faults.delayMs = 30;
    const transport = sshTransport(throughProxy());
    const caller = new AbortController();
    const leaving = transport.connect({ signal: caller.signal });
    const staying = transport.connect();
    caller.abort();
    const left = await leaving;
    expect(left.isErr() && left.error.code).toBe("ABORTED");
    expect((await staying).isOk()).toBe(true);
    expect(proxy.connections()).toBe(1);
    await transport.close();
  });
});

describe.skipIf(!sshNodesAvailable("gnu") || process.getuid?.() !== 0)("a server that passes no signals on", () => {
  let nodes: SshNodes;
  let root: SshTransportOptions;

  beforeAll(async () => {
    // For root, sshd refuses to: "session signalling requires privilege separation".
    nodes = await startSshNodes({ gnu: 1, web: false, sshdSettings: ["AllowUsers root", "PermitRootLogin yes"] });
    root = { ...optionsFor(nodes, nodes.one("gnu")), user: "root" };
  });
  afterAll(async () => {
    await nodes.stop();
  });

  it("has its programs ended all the same, with their children, while the connection stands", async () => {
    const transport = sshTransport(root);
    const script = "trap '' TERM; sleep 600 & echo up; wait; : not-signalled";
    const started = (await transport.start({ argv: ["sh", "-c", script] }))._unsafeUnwrap();
    for await (const chunk of started.stdout) if (chunk.length > 0) break;
    expect(processesWith("not-signalled")).toBeGreaterThan(0);
    expect((await started.stop()).isOk()).toBe(true);
    // Killed is not yet gone where a machine has much to do.
    await expect.poll(() => processesWith("not-signalled"), { timeout: 10_000 }).toBe(0);
    const late = await transport.run({ argv: ["sh", "-c", "sleep 600; : too-late"] }, { timeoutMs: 200 });
    expect(late.isErr() && late.error.code).toBe("ADAPTER_TIMEOUT");
    await expect.poll(() => processesWith("too-late"), { timeout: 10_000 }).toBe(0);
    const said = (await transport.run({ argv: ["sh", "-c", "echo problem >&2"] }))._unsafeUnwrap();
    expect(new TextDecoder().decode(said.stderr)).toBe("problem\n");
    await transport.close();
  });
});

describe("a server that hangs up before the handshake", () => {
  let connections: number;
  let port: number;
  const server = createServer((socket) => {
    connections += 1;
    socket.on("error", () => undefined);
    socket.end();
  });

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    port = address.port;
  });
  beforeEach(() => {
    connections = 0;
  });
  afterAll(() => {
    server.close();
  });

  const options = (more: Partial<SshTransportOptions>): SshTransportOptions =>
    ({
      host: "127.0.0.1",
      port,
      user: "deploy",
      hostKey: `SHA256:${"A".repeat(43)}`,
      auth: { kind: "password", password: "x" },
      ...more,
    }) as SshTransportOptions;

  it("is left alone for 20 s, then for longer, whoever calls meanwhile", async () => {
    const clock = simulatedClock();
    const transport = sshTransport(options({ clock, patienceMs: 0 }));
    const retryAfterMs = async (): Promise<number> => {
      const result = await transport.connect();
      if (result.isOk() || !hasCode(result.error, "TRANSPORT_UNREACHABLE"))
        throw new Error("expected TRANSPORT_UNREACHABLE");
      return Date.parse(result.error.details.retryAt ?? "") - clock.now().getTime();
    };
    expect([await retryAfterMs(), connections]).toEqual([20_000, 1]);
    await clock.advance(19_999);
    expect([await retryAfterMs(), connections]).toEqual([1, 1]);
    await clock.advance(1);
    expect([await retryAfterMs(), connections]).toEqual([40_000, 2]);
    await clock.advance(40_000);
    expect([await retryAfterMs(), connections]).toEqual([80_000, 3]);
    await transport.close();
  });

  it("is waited for by a call that has the patience, and asked once", async () => {
    const clock = simulatedClock();
    const transport = sshTransport(options({ clock, patienceMs: 30_000 }));
    const calls = [transport.connect(), transport.connect(), transport.connect()];
    await vi.waitFor(() => expect(connections).toBe(1));
    await vi.waitFor(() => expect(clock.pending).toBe(3));
    await clock.advance(20_000);
    for (const call of calls) {
      const result = await call;
      expect(result.isErr() && result.error.code).toBe("TRANSPORT_UNREACHABLE");
    }
    expect(connections).toBe(2);
    await transport.close();
  });
});

describe.skipIf(!sshNodesAvailable("newest") || !newestOpensshAvailable())("OpenSSH with penalties", () => {
  it("is not offended by hundreds of calls, and is waited for when somebody else has offended it", async () => {
    const nodes = await startSshNodes({ newest: 1, web: false });
    const node = nodes.one("newest");
    const patient = sshTransport({ ...optionsFor(nodes, node), patienceMs: 60_000 } as SshTransportOptions);
    try {
      const calls = Array.from({ length: 200 }, () => patient.run({ argv: ["true"] }));
      expect((await Promise.all(calls)).every((result) => result.isOk())).toBe(true);
      await patient.close();

      let shutOut = false;
      for (let attempt = 0; attempt < 30 && !shutOut; attempt += 1) {
        const wrong = { kind: "password", password: "wrong" } as const;
        const offender = sshTransport({
          ...optionsFor(nodes, node),
          auth: wrong,
          patienceMs: 0,
        } as SshTransportOptions);
        const result = await offender.connect();
        shutOut = result.isErr() && hasCode(result.error, "TRANSPORT_UNREACHABLE");
        await offender.close();
      }
      expect(shutOut).toBe(true);

      const again = sshTransport({ ...optionsFor(nodes, node), patienceMs: 60_000 } as SshTransportOptions);
      const before = performance.now();
      expect((await again.run({ argv: ["true"] })).isOk()).toBe(true);
      expect(performance.now() - before).toBeGreaterThan(19_000);
      await again.close();
    } finally {
      await nodes.stop();
    }
  });
});
