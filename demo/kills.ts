import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { RevisionId, SiteId } from "@hostelry/core";
import { siteHost } from "@hostelry/serve";
import { seededRandom } from "@hostelry/testing";
import type { Lifecycle } from "./lifecycle.ts";
import type { PackedSite } from "./pack-site.ts";
import type { Answer, Finished, Glance, Order, Strike } from "./publisher-messages.ts";
import type { DemoServer } from "./server.ts";
import { servedDirectory } from "./state.ts";
import { Broken, said, same, type Telling } from "./telling.ts";
import { visit, visitFile } from "./visit.ts";

/** What the kills are done with. */
export interface KillOptions {
  readonly directory: string;
  readonly server: DemoServer;
  readonly versions: readonly [PackedSite, PackedSite];
  readonly seed: number;
  readonly kills: number;
}

/**
 * Kills publications half-way. Each time a fresh process first publishes what the killed one was asked for; a visitor looks
 * before and after, and the disk is searched for anything that does not belong there.
 */
export async function tellKills(
  { step, chapter }: Telling,
  { site, revisions }: Lifecycle,
  options: KillOptions,
): Promise<void> {
  const { directory, server, versions } = options;
  const random = dice(options.seed);
  const look = versionSeen(server.port, siteHost(site.id, { root: "localhost" }), versions);
  chapter(`Killed half-way, ${options.kills} times (seed ${options.seed})`);
  let publisher = startPublisher(directory);
  let next = startPublisher(directory);
  let asked: 0 | 1 = 1;
  let typical = { calls: 0, milliseconds: 0 };

  /** What was asked for is published, seen by a visitor whole, and nothing lies about. */
  const finishAndLook = async (finished: Finished): Promise<string> => {
    same("what is left", finished.left, { inSync: true, unfinished: [], leftovers: 0 } satisfies Glance);
    same("strangers on the disk", await strangers(directory, site.id), []);
    const seen = await look();
    same("the version that a visitor sees", seen.version, asked);
    return seen.text;
  };

  try {
    await step("a process of its own publishes", async () => {
      const finished = await finish(publisher, site.id, revisions[asked].id);
      typical = finished;
      const text = `a process of its own publishes r${revisions[asked].number}, in ${finished.calls} calls`;
      return [text, await finishAndLook(finished)];
    });
    for (let round = 1; round <= options.kills; round += 1) {
      const before = asked;
      asked = asked === 0 ? 1 : 0;
      const { id: revisionId, number } = revisions[asked];
      const strike = round % 3 === 0 ? null : strikeOf(1 + random(typical.calls), random(2));
      // The first one was cold; those to come are quicker.
      const delayMs = random(Math.ceil(typical.milliseconds / 2));
      await step(`${round}.`, async () => {
        const how = await kill(publisher, { kind: "begin", revisionId, strike }, delayMs);
        const seen = await look();
        if (seen.version !== before && seen.version !== asked) throw new Broken("A visitor saw neither version whole.");
        return [`${`${round}.`.padEnd(3)} publishing r${number} ${how}`, seen.text];
      });
      publisher = next;
      next = startPublisher(directory);
      await step("    next run", async () => {
        const finished = await finish(publisher, site.id, revisionId);
        return [`    next run ${recovered(finished)}`, await finishAndLook(finished)];
      });
    }
    same("failures that visitors were not told about", server.problems.map(String), []);
  } finally {
    await end(publisher);
    await end(next);
  }
}

/** A die of any number of sides, 0 to sides - 1; the same seed throws the same. */
function dice(seed: number): (sides: number) => number {
  const random = seededRandom(seed);
  return (sides) => Buffer.from(random.bytes(4)).readUInt32BE() % sides;
}

function strikeOf(call: number, side: number): Strike {
  return { call, when: side === 0 ? "before" : "after" };
}

/** What the next run met, and what became of it. */
function recovered({ found, outcome }: Finished): string {
  const [state] = found.unfinished;
  const alreadyThere = outcome === "unchanged";
  if (state === undefined) return alreadyThere ? "found it done" : "found nothing begun: did it";
  return alreadyThere ? `found it ${state}: finished` : `found it ${state}: undone, done anew`;
}

function startPublisher(directory: string): ChildProcess {
  return fork(fileURLToPath(new URL("./publisher.ts", import.meta.url)), [directory]);
}

function send(publisher: ChildProcess, order: Order): void {
  publisher.send(order);
}

/** The next answer of a publisher; one that dies instead has broken the story. */
async function answer(publisher: ChildProcess): Promise<Answer> {
  const died = new AbortController();
  const onExit = (): void => died.abort();
  publisher.once("exit", onExit);
  try {
    const [said]: Answer[] = await once(publisher, "message", { signal: died.signal });
    if (said === undefined) throw new TypeError("A message event carries a message.");
    return said;
  } catch (cause) {
    throw died.signal.aborted ? new Broken("The publisher ended before it had answered.", { cause }) : cause;
  } finally {
    publisher.off("exit", onExit);
  }
}

async function finish(publisher: ChildProcess, siteId: SiteId, revisionId: RevisionId): Promise<Finished> {
  send(publisher, { kind: "finish", siteId, revisionId });
  const finished = await answer(publisher);
  if (finished.kind === "finished") return finished;
  throw new Broken(`The publisher answered "${finished.kind}".`);
}

/** Has a publication begun and its process killed, by itself at a step or by us after a while; says how. */
async function kill(
  publisher: ChildProcess,
  order: Extract<Order, { kind: "begin" }>,
  delayMs: number,
): Promise<string> {
  const exit = once(publisher, "exit");
  let done = false;
  publisher.on("message", (said: Answer) => {
    done ||= said.kind === "done";
  });
  send(publisher, order);
  await answer(publisher);
  const { strike } = order;
  if (strike === null) await sleep(delayMs);
  else await Promise.race([exit, once(publisher, "message")]);
  // Also when it has struck already, or was done before its step came.
  publisher.kill("SIGKILL");
  const [, signal] = await exit;
  same("the publisher’s end", signal, "SIGKILL");
  if (done) return "killed when just done";
  return strike === null ? `killed after ${delayMs} ms` : `killed ${strike.when} call ${strike.call}`;
}

/** Ends a publisher in good order if it is alive. */
async function end(publisher: ChildProcess): Promise<void> {
  if (publisher.exitCode !== null || publisher.signalCode !== null) return;
  const exit = once(publisher, "exit");
  if (publisher.connected) publisher.kill("SIGTERM");
  await exit;
}

/** Which version a visitor sees, judged by every byte of every file; -1: neither of them whole. */
function versionSeen(port: number, host: string, versions: readonly PackedSite[]) {
  return async (): Promise<{ readonly version: number; readonly text: string }> => {
    const shows = async ({ files }: PackedSite): Promise<boolean> => {
      for (const [path, bytes] of files) {
        const sight = await visitFile(port, host, `/${path}`);
        if (sight.status !== 200 || !sight.body.equals(bytes)) return false;
      }
      return true;
    };
    const whole = await Promise.all(versions.map(shows));
    return { version: whole.indexOf(true), text: said(await visit(port, host, "/")) };
  };
}

/** Names in the site's working folders: those of publications that are over, and there are no others now. */
async function strangers(directory: string, siteId: SiteId): Promise<readonly string[]> {
  const own = join(servedDirectory(directory), "sites", siteId, ".hostelry");
  const folders = ["staging", "pending", "trash"];
  const names = await Promise.all(
    folders.map(async (folder) => (await readdir(join(own, folder))).map((name) => `${folder}/${name}`)),
  );
  return names.flat();
}
