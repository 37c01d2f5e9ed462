import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bench, BenchCase, Contender, MissingPeer } from "./harness/bench.ts";
import { bundledScript } from "./harness/bundled-script.ts";
import { type Load, pinnedServer, type ServeScripts } from "./serve/pinned-server.ts";
import type { ServerKind } from "./serve/server-kind.ts";
import { layOutSites, siteId } from "./serve/site-folder.ts";

const connections = 64;
const manySites = 10_000;
const filesPerSite = 100;
/** Until the compiler has done with everybody: a handler that says more has more to be compiled. */
const warmRequests = 20_000;

/** Where a contender's files are. */
interface Served {
  readonly kind: ServerKind;
  readonly folder: string;
  readonly file: string;
}

function server(name: string, scripts: ServeScripts, served: Served, load: Load): Contender {
  return {
    name,
    async prepare() {
      const running = await pinnedServer(scripts, served.kind, served.folder, served.file);
      // A server runs for weeks: what the compiler does in its first second is not what it costs.
      await running.load({ ...load, requests: warmRequests });
      return {
        async measure() {
          const before = await running.cpuMicroseconds();
          await running.load(load);
          return { "cpu per request": ((await running.cpuMicroseconds()) - before) / load.requests };
        },
        end: () => running.stop(),
      };
    },
  };
}

/** Memory when every site has been asked twice, or fewer of them as often altogether. */
function memory(name: string, scripts: ServeScripts, folder: string, sites: number): Contender {
  return {
    name,
    async prepare() {
      const running = await pinnedServer(scripts, "hostelry", folder, "");
      return {
        async measure() {
          const host = `${siteId("*")}.localhost`;
          await running.load({ host, path: "/page.css", requests: 2 * manySites, connections, hosts: sites });
          const { rssBytes, rssAtWorkBytes } = await running.memory();
          return { rss: rssBytes / 1024 / 1024, "rss at work": rssAtWorkBytes / 1024 / 1024 };
        },
        end: () => running.stop(),
      };
    },
  };
}

function ifPackage(name: ServerKind, peer: Contender): Contender | MissingPeer {
  try {
    createRequire(import.meta.url).resolve(name);
    return peer;
  } catch {
    return { name: peer.name, missing: `The package ${name} is not installed.` };
  }
}

/** Serving a small and a larger file from memory, with all that HTTP asks for. */
export const bench: Bench = {
  title: "The Node listener of createSiteHandler, beside a buffer in memory, sirv and serve-static",
  async *cases(): AsyncGenerator<BenchCase> {
    const folder = mkdtempSync(join(tmpdir(), "hostelry-bench-serve-"));
    const scripts: ServeScripts = {
      server: await bundledScript(join(import.meta.dirname, "serve/server-once.ts")),
      load: await bundledScript(join(import.meta.dirname, "serve/load-once.ts")),
    };
    try {
      const page = randomBytes(4096);
      const files = { "page.css": page, "large.css": randomBytes(100 * 1024) };
      const plain = join(folder, "one/sites", siteId(0), "current");
      layOutSites(join(folder, "one"), 1, files, filesPerSite);
      const sizes = [
        { name: "4 KB", file: "page.css", requests: 40_000 },
        { name: "100 KB", file: "large.css", requests: 12_000 },
      ];
      for (const { name, file, requests } of sizes) {
        const load = { host: `${siteId(0)}.localhost`, path: `/${file}`, requests, connections };
        const peer = (kind: ServerKind): Contender => server(kind, scripts, { kind, folder: plain, file }, load);
        const buffer = server("node, buffer in memory", scripts, { kind: "buffer", folder: plain, file }, load);
        yield {
          name,
          units: { "cpu per request": "µs" },
          ours: server("hostelry", scripts, { kind: "hostelry", folder: join(folder, "one"), file }, load),
          peers: [buffer, ifPackage("sirv", peer("sirv")), ifPackage("serve-static", peer("serve-static"))],
          limits: [
            { metric: "cpu per request", ratio: { atMost: 1.25, to: buffer.name } },
            { metric: "cpu per request", ratio: { atMost: 1 / 3, to: "sirv" } },
            // At 100 KB the kernel's copy is what most is spent on, for everybody: a buffer in memory may cost more than a quarter, too.
            { metric: "cpu per request", ratio: { atMost: 1 / 4, to: "serve-static", least: buffer.name } },
          ],
        };
      }
      const many = join(folder, "many");
      layOutSites(many, manySites, { "page.css": page }, filesPerSite);
      const load = { host: `${siteId(7)}.localhost`, path: "/page.css", requests: 40_000, connections };
      const one = { kind: "hostelry", folder: join(folder, "one"), file: "page.css" } as const;
      const single = server("one site", scripts, one, { ...load, host: `${siteId(0)}.localhost` });
      yield {
        name: `4 KB, one of ${manySites} sites`,
        units: { "cpu per request": "µs" },
        ours: server("hostelry", scripts, { ...one, folder: many }, load),
        peers: [single],
        limits: [{ metric: "cpu per request", ratio: { atMost: 1.15, to: single.name } }],
      };
      const hundred = memory("100 sites", scripts, many, 100);
      yield {
        name: `${manySites} sites of ${filesPerSite} files, all asked`,
        units: { rss: "MiB", "rss at work": "MiB" },
        ours: memory("hostelry", scripts, many, manySites),
        peers: [hundred],
        warmUps: 0,
        // The budget for manifests is 8 MiB, and as much again is what little each release costs beside it. At work, the garbage of the last
        // requests is most of it.
        limits: [{ metric: "rss", ratio: { atMost: 1.27, to: hundred.name } }],
      };
    } finally {
      scripts.server.remove();
      scripts.load.remove();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
