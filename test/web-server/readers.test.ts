// Visitors under flips: a load generator asks the real server without a pause while the live pointer flips as fast as it
// can. Every answer has to be 200, and all of one release.
import { symlinkSync, unlinkSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { directoryTarget } from "@hostelry/adapter-local";
import { edgeConfig, type WebServerName } from "@hostelry/adapter-ssh";
import { unwrap } from "@hostelry/core/adapter";
import { describe, expect, it } from "vitest";
import { siteId, smallSite } from "../adapter-local/fixtures/small-site.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { startCaddy } from "../servers/web/caddy.ts";
import { startNginx } from "../servers/web/nginx.ts";
import type { WebServer } from "../servers/web/web-server.ts";
import { rounds } from "../setup/rounds.ts";
import { type LoadReport, load } from "./wrk.ts";

const bytesOfPage = 20_000;

const runs: readonly { readonly server: WebServerName; readonly flips: number }[] = [
  { server: "nginx", flips: rounds(100_000, 20_000) },
  { server: "caddy", flips: rounds(10_000, 4000) },
];

function start(server: WebServerName, root: string): Promise<WebServer> {
  const config = (port: number): string =>
    edgeConfig(server, { root, listen: [{ address: "127.0.0.1", port }] })._unsafeUnwrap();
  return server === "nginx"
    ? startNginx({ http: ({ port }) => config(port) })
    : startCaddy({ sites: ({ port }) => config(port) });
}

/** A site with two releases, served by a running server and asked for without a pause. */
interface Scene {
  readonly root: string;
  flipTo(number: 0 | 1, fencingToken: number): Promise<{ readonly changed: boolean }>;
  /** Ends everything, and says what became of the requests. */
  end(): Promise<LoadReport>;
}

async function newScene(server: WebServerName): Promise<Scene> {
  const root = await mkdtemp(join(tmpdir(), "hostelry-readers-"));
  await chmod(root, 0o755);
  const target = directoryTarget(root, { durability: "none" });
  const sites = [smallSite(1, "one", bytesOfPage), smallSite(2, "two", bytesOfPage)] as const;
  for (const site of sites) await unwrap(target.stage({ siteId, fencingToken: 1, ...site }));
  const flipTo: Scene["flipTo"] = (number, fencingToken) =>
    unwrap(target.activate({ siteId, fencingToken, slot: "live", release: sites[number].manifest.release }));
  await flipTo(0, 1);
  await mkdir(join(root, "hosts"));
  await symlink(`../sites/${siteId}`, join(root, "hosts", "acme.test"));
  const running = await start(server, root);
  const bodies = ["one\n", "two\n"].map((line) => line.repeat(bytesOfPage / 4));
  const visitors = await load({ url: `http://127.0.0.1:${running.port}/`, host: "acme.test", bodies, connections: 4 });
  const end = async (): Promise<LoadReport> => {
    const report = await visitors.stop();
    await running.stop();
    await rm(root, { recursive: true, force: true });
    return report;
  };
  return { root, flipTo, end };
}

describe.each(runs)("visitors of $server", ({ server, flips }) => {
  it.skipIf(!serverAvailable(server, "wrk"))(
    `see no gap and no mixture in ${flips} flips`,
    async () => {
      const scene = await newScene(server);
      for (let flip = 1; flip <= flips; flip += 1) {
        const { changed } = await scene.flipTo(flip % 2 === 0 ? 0 : 1, 1 + Math.floor(flip / 10));
        if (!changed) throw new Error(`flip ${flip} changed nothing`);
        // Servers and visitors run by themselves; this only lets the test runner's messages through.
        if (flip % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      const report = await scene.end();
      expect(report).toMatchObject({ refused: 0, mixed: 0, socketErrors: 0 });
      // It was among the flips, not before or after them.
      for (const count of report.perBody) expect(count).toBeGreaterThan(report.requests / 10);
      expect(report.requests).toBeGreaterThan(2000);
    },
    400_000,
  );
});

it.skipIf(!serverAvailable("nginx", "wrk"))("notices a flip that is not atomic", async () => {
  const scene = await newScene("nginx");
  const current = join(scene.root, "sites", siteId, "current");
  const releases = (await readdir(join(scene.root, "sites", siteId, "releases"))).map((name) => `releases/${name}`);
  // Taken away and made anew, as many tools do it.
  for (let flip = 1; flip <= 5000; flip += 1) {
    unlinkSync(current);
    symlinkSync(releases[flip % 2] ?? "", current);
    if (flip % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  expect((await scene.end()).refused).toBeGreaterThan(0);
});
