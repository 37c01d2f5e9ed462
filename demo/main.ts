import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { describeError } from "@hostelry/core";
import { siteHost } from "@hostelry/serve";
import { tellKills } from "./kills.ts";
import { type Lifecycle, tellLifecycle } from "./lifecycle.ts";
import { type DemoOptions, demoOptions } from "./options.ts";
import { packSite } from "./pack-site.ts";
import { type DemoServer, startServer } from "./server.ts";
import { openState } from "./state.ts";
import { type Telling, telling } from "./telling.ts";

const folderOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Tells the whole story on a directory, and gives what `--keep` goes on showing. */
async function tell(story: Telling, server: DemoServer, directory: string, options: DemoOptions): Promise<Lifecycle> {
  const versions = await Promise.all([packSite(folderOf("site-v1")), packSite(folderOf("site-v2"))] as const);
  const { hosting, close } = await openState(directory);
  let lifecycle: Lifecycle;
  try {
    lifecycle = await tellLifecycle(story, hosting, server, versions);
  } finally {
    await close();
  }
  await tellKills(story, lifecycle, { directory, server, versions, ...options });
  return lifecycle;
}

const options = demoOptions(process.argv.slice(2));
const story = telling(process.stdout);
const begun = performance.now();
const directory = await mkdtemp(join(tmpdir(), "hostelry-demo-"));
const server = await startServer(directory);
try {
  process.stdout.write("Hostelry: a real site, published, previewed, replaced, rolled back, and killed half-way.\n");
  const { site } = await tell(story, server, directory, options);
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  process.stdout.write(`\n${story.told} steps, all as said, in ${seconds} s.\n`);
  if (options.keep) {
    process.stdout.write(
      `\n  http://${siteHost(site.id, { root: "localhost" })}:${server.port}/\n  ${directory}\n\nInterrupt to end.\n`,
    );
    await once(process, "SIGINT");
  }
} catch (error) {
  process.stderr.write(`\n${describeError(error)}\nSeed: ${options.seed}\n`);
  process.exitCode = 1;
} finally {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
}
