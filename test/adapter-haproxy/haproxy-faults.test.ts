import type { AddressInfo } from "node:net";
import { connect, createServer, type Server } from "node:net";
import { haproxyRoutes } from "@hostelry/adapter-haproxy";
import { type Hostname, type HostRoutes, hasCode, unwrap } from "@hostelry/core/adapter";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type HaproxyServer, startHaproxy } from "../servers/haproxy.ts";
import { serverAvailable } from "../servers/server-binary.ts";

const host = (name: string): Hostname => name as Hostname;
const to = (backend: string) => ({ kind: "backend", backend }) as const;

describe.skipIf(!serverAvailable("haproxy"))("what goes wrong around a real HAProxy", () => {
  let server: HaproxyServer;
  let routes: HostRoutes;
  const entries = async (): Promise<readonly string[]> => {
    const text = await server.say(`show map ${server.mapFile}`);
    return text.split("\n").flatMap((line) => (line.startsWith("0x") ? [line.replace(/^0x[0-9a-f]+ /, "")] : []));
  };
  beforeAll(async () => {
    server = await startHaproxy();
  });
  beforeEach(async () => {
    await server.clear();
    routes = haproxyRoutes({ runtime: { socketPath: server.socketPath }, mapFile: server.mapFile });
  });
  afterAll(() => server.stop());

  it("payloads that are too large are dropped by HAProxy without a word, and never sent: 5,000 names arrive", async () => {
    const lines = Array.from({ length: 5000 }, (_, index) => `customer-${index}.example.net web-two\n`);
    const whole = await server.say(`add map ${server.mapFile} <<\n${lines.slice(0, 1000).join("")}`).catch(() => "");
    expect([whole.trim(), (await entries()).length]).toEqual(["", 0]);

    await server.writeMapFile(lines.join(""));
    await unwrap(routes.route({ hostname: host("one-more.example.net"), target: to("web-one") }));
    expect(await entries()).toHaveLength(5001);
    expect(await server.visit("customer-4999.example.net")).toBe("web-two");
    expect(await server.visit("one-more.example.net")).toBe("web-one");
  });

  it("duplicates in memory and in the file are one entry afterwards, the first one", async () => {
    await server.say(`add map ${server.mapFile} twice.example.net web-one`);
    await server.say(`add map ${server.mapFile} twice.example.net web-two`);
    await server.writeMapFile("twice.example.net web-one\ntwice.example.net web-two\n");
    expect(await server.visit("twice.example.net")).toBe("web-one");
    const again = await unwrap(routes.route({ hostname: host("twice.example.net"), target: to("web-one") }));
    expect(again.changed).toBe(false);
    expect(await entries()).toEqual(["twice.example.net web-one"]);
    await unwrap(routes.unroute({ hostname: host("twice.example.net") }));
    expect(await server.visit("twice.example.net")).toBeNull();
    await server.reload();
    expect(await server.visit("twice.example.net")).toBeNull();
  });

  it("what is in memory only would be lost by a reload, and is made right with the next change: the file counts", async () => {
    await unwrap(routes.route({ hostname: host("kept.example.net"), target: to("web-one") }));
    await server.say(`add map ${server.mapFile} by-hand.example.net web-two`);
    await server.say(`del map ${server.mapFile} kept.example.net`);
    expect(await server.visit("kept.example.net")).toBeNull();
    await unwrap(routes.route({ hostname: host("new.example.net"), target: to("web-two") }));
    expect(await entries()).toEqual(["kept.example.net web-one", "new.example.net web-two"]);
    const file = await server.readMapFile();
    expect(file).toContain("kept.example.net web-one\nnew.example.net web-two\n");
    await server.reload();
    expect(await server.visit("kept.example.net")).toBe("web-one");
  });

  it("a version that another writer has overtaken is prepared anew, and no change is lost", async () => {
    const proxy = await between(server.socketPath, async (command) => {
      // Another writer prepares and commits a newer version, after ours was prepared and before it is committed.
      if (!command.startsWith("commit map") || proxy.struck > 0) return;
      proxy.struck += 1;
      const [, version = ""] = /created: (\d+)/.exec(await server.say(`prepare map ${server.mapFile}`)) ?? [];
      await server.say(`commit map @${version} ${server.mapFile}`);
    });
    try {
      const slow = haproxyRoutes({ runtime: { host: "127.0.0.1", port: proxy.port }, mapFile: server.mapFile });
      await unwrap(slow.route({ hostname: host("late.example.net"), target: to("web-one") }));
      expect([proxy.struck, await server.visit("late.example.net")]).toEqual([1, "web-one"]);
    } finally {
      await proxy.stop();
    }
  });

  it("a reload in the midst of a change loses nothing, and visitors see no gap", async () => {
    for (const name of ["a.example.net", "b.example.net"]) {
      await unwrap(routes.route({ hostname: host(name), target: to("web-one") }));
    }
    const proxy = await between(server.socketPath, async (command) => {
      if (!command.startsWith("add map") || proxy.struck > 0) return;
      proxy.struck += 1;
      await server.reload();
    });
    try {
      const slow = haproxyRoutes({ runtime: { host: "127.0.0.1", port: proxy.port }, mapFile: server.mapFile });
      await unwrap(slow.route({ hostname: host("b.example.net"), target: to("web-two") }));
      expect(proxy.struck).toBe(1);
      expect([await server.visit("a.example.net"), await server.visit("b.example.net")]).toEqual([
        "web-one",
        "web-two",
      ]);
    } finally {
      await proxy.stop();
    }
  });

  it("says what to do when the configuration has no such map, and changes no file", async () => {
    const lost = haproxyRoutes({
      runtime: { socketPath: server.socketPath },
      mapFile: server.mapFile,
      mapName: "/nowhere/hosts.map",
    });
    const refused = await lost.route({ hostname: host("a.example.net"), target: to("web-one") });
    const error = refused._unsafeUnwrapErr();
    expect(hasCode(error, "ADAPTER_FAILED")).toBe(true);
    expect(error.message).toMatch(
      /^haproxy could not route: HAProxy said .*Unknown map identifier.*configuration does/s,
    );
    expect(await server.readMapFile()).toBe("");
  });

  it("does not answer for a HAProxy that is not there, and writes no file", async () => {
    const gone = haproxyRoutes({ runtime: { socketPath: `${server.socketPath}.gone` }, mapFile: server.mapFile });
    const unasked = (await gone.observe(host("a.example.net")))._unsafeUnwrapErr();
    expect([unasked.code, unasked.message]).toEqual([
      "ADAPTER_FAILED",
      expect.stringContaining(".gone (connect ENOENT"),
    ]);
    const refused = await gone.route({ hostname: host("a.example.net"), target: to("web-one") });
    expect(refused._unsafeUnwrapErr().code).toBe("ADAPTER_FAILED");
    expect(await server.readMapFile()).toBe("");
  });

  it("leaves lines that are not of its form, and neither shows nor takes them for a route", async () => {
    await server.writeMapFile("strange.example.net some words of an operator\nplain.example.net web-one\n");
    await server.reload();
    const { items } = await unwrap(routes.list());
    expect(items.map(({ hostname }) => hostname)).toEqual(["plain.example.net"]);
    expect((await routes.observe(host("strange.example.net")))._unsafeUnwrapErr().code).toBe("TARGET_LAYOUT_INVALID");
    await unwrap(routes.route({ hostname: host("new.example.net"), target: to("web-one") }));
    expect(await server.readMapFile()).toContain("strange.example.net some words of an operator\n");
  });
});

/** Something between us and HAProxy's socket, that does something before it passes a command on. */
async function between(
  socketPath: string,
  before: (command: string) => Promise<void>,
): Promise<{ readonly port: number; struck: number; stop(): Promise<void> }> {
  const proxy: Server = createServer((client) => {
    client.once("data", (command: Buffer) => {
      client.pause();
      void before(command.toString("utf8")).then(() => {
        const socket = connect({ path: socketPath }, () => {
          socket.write(command);
          client.pipe(socket);
          socket.pipe(client);
          client.resume();
        });
        socket.once("error", () => client.destroy());
      });
    });
    client.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return {
    port: (proxy.address() as AddressInfo).port,
    struck: 0,
    stop: () => new Promise((resolve) => proxy.close(() => resolve())),
  };
}
