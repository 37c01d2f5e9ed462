import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspectArchive, unwrap } from "@hostelry/core";
import { benchPolicy } from "./archive/bench-policy.ts";
import { packSite, type SiteSpec } from "./archive/site-corpus.ts";
import { type Bench, type BenchCase, type Contender, contender } from "./harness/bench.ts";
import { bundledScript, root } from "./harness/bundled-script.ts";
import { ifInstalled } from "./harness/installed.ts";
import { measureProcess } from "./harness/measure-process.ts";
import { measureHere } from "./harness/own-figures.ts";

interface Size {
  readonly name: string;
  readonly spec: SiteSpec;
  /** Least number of times that we are to be faster than `unzip -t`, and than the plain loop. */
  readonly faster: { readonly unzip: number; readonly loop: number };
}

const sizes: readonly Size[] = [
  {
    name: "10000 files, 220 MB",
    spec: { files: 10_000, bytes: 420e6, pictures: 0.375 },
    faster: { unzip: 2.5, loop: 6 },
  },
  { name: "6000 files, 1 GB", spec: { files: 6000, bytes: 2000e6, pictures: 0.34 }, faster: { unzip: 4, loop: 6 } },
];

const units = { wall: "ms", cpu: "ms" };

function gate(name: string, file: string, workers: number | undefined): Contender {
  return contender(name, () =>
    measureHere(async () => {
      const { ok } = await unwrap(inspectArchive(file, { policy: benchPolicy, workers }));
      if (!ok) throw new Error(`${file} was rejected`);
    }),
  );
}

/** Inspecting a site's archive: everything checked, every file hashed, the archive hashed. */
export const bench: Bench = {
  title: "inspectArchive of a ZIP, beside unzip -t and a plain yauzl loop with SHA-256",
  async *cases(): AsyncGenerator<BenchCase> {
    const folder = await mkdtemp(join(tmpdir(), "hostelry-bench-archive-"));
    const script = await bundledScript(join(import.meta.dirname, "archive/inspect-once.ts"), [
      join(root, "packages/core/src/archive/inflate-worker.mjs"),
    ]);
    const plainLoop = await bundledScript(join(import.meta.dirname, "archive/loop-once.ts"));
    try {
      for (const { name, spec, faster } of sizes) {
        const site = join(folder, "site");
        const file = join(folder, "site.zip");
        await packSite(site, file, spec);
        await rm(site, { recursive: true });
        const unzip = contender("unzip -t", async () => (await measureProcess(["unzip", "-tqq", file])).figures);
        const loop = contender("yauzl + SHA-256", () => plainLoop.measure([file]));
        const leanLoop = contender("yauzl + SHA-256, for await", () => plainLoop.measure([file, "for await"]));
        yield {
          name,
          units,
          ours: gate("default workers", file, undefined),
          peers: [ifInstalled(["unzip"], unzip), loop, leanLoop],
          limits: [
            { metric: "wall", ratio: { atMost: 1 / faster.unzip, to: unzip.name } },
            { metric: "wall", ratio: { atMost: 1 / faster.loop, to: loop.name } },
          ],
        };
        yield {
          name: `${name}, workers: 0`,
          units,
          ours: gate("workers: 0", file, 0),
          peers: [ifInstalled(["unzip"], unzip), loop],
        };
        yield {
          name: `${name}, process`,
          units: { "peak rss": "MiB" },
          ours: contender("default workers", () => script.measure([file])),
          peers: [],
          limits: [{ metric: "peak rss", ours: { atMost: 256 } }],
        };
        await rm(file);
      }
    } finally {
      script.remove();
      plainLoop.remove();
      await rm(folder, { recursive: true, force: true });
    }
  },
};
