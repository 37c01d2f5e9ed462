import { watch } from "node:fs";
import { access, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type SiteId, unwrap } from "@hostelry/core/adapter";
import { pgStorage } from "@hostelry/storage-pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type SpawnedProcess, spawnScript } from "./processes/spawned-process.ts";

const siteId = "site-killed" as SiteId;
let directory = "";
const started: SpawnedProcess[] = [];

beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), "hostelry-embedded-")), "records");
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((process) => process.kill()));
  await rm(join(directory, ".."), { recursive: true, force: true });
});

function writer(runName: string): SpawnedProcess {
  const process = spawnScript("embedded-writer.ts", [directory, runName]);
  started.push(process);
  return process;
}

/** Reads until a line that begins so. */
async function lineOf(process: SpawnedProcess, beginning: string): Promise<string> {
  for (;;) {
    const line = await process.nextLine();
    if (line.startsWith(beginning)) return line;
  }
}

describe("an embedded store", () => {
  it("has every acknowledged write after SIGKILL at random moments, and no lease of the dead in the way", async () => {
    let acknowledged = 0;
    let token = 0;
    for (const [round, wait] of [1, 7, 23, 60].entries()) {
      const killed = writer(`run${round}`);
      const granted = Number((await lineOf(killed, "lease")).split(" ")[1]);
      expect(granted).toBeGreaterThan(token);
      for (let line = 0; line < wait; line += 1) await lineOf(killed, "revision");
      await killed.kill();
      acknowledged = Math.max(
        acknowledged,
        ...killed.lines.map((line) => Number(line.match(/^revision (\d+)$/)?.[1] ?? 0)),
      );

      const store = await unwrap(pgStorage.embedded(directory));
      const { items } = await unwrap(store.listRevisions({ siteId, limit: 1000 }));
      const numbers = items.map(({ number }) => number);
      // The one that was under way may be there too.
      expect([acknowledged, acknowledged + 1]).toContain(numbers.length);
      expect(numbers).toEqual(numbers.map((_, index) => numbers.length - index));
      acknowledged = numbers.length;
      const audit = await unwrap(store.listAudit({ siteId, limit: 1000 }));
      expect(audit.items.filter(({ action }) => action === "revision.uploaded")).toHaveLength(numbers.length);
      const lease = await unwrap(store.acquireLease({ siteId, holder: "next", ttlMs: 1000 }));
      expect(lease.fencingToken).toBeGreaterThan(granted);
      token = lease.fencingToken;
      await unwrap(store.close());
    }
  });

  it("refuses a second process while the first one lives, also while that is stopped", async () => {
    const first = writer("first");
    await lineOf(first, "lease");
    first.child.kill("SIGSTOP");
    const refused = (await pgStorage.embedded(directory))._unsafeUnwrapErr();
    expect(refused).toMatchObject({ code: "STATE_DIRECTORY_IN_USE", details: { directory, pid: first.child.pid } });
    first.child.kill("SIGCONT");
    await lineOf(first, "revision");
    await first.kill();
    await unwrap((await unwrap(pgStorage.embedded(directory))).close());
  });

  it("goes to exactly one of several processes that start at once", async () => {
    const processes = [1, 2, 3].map((number) => writer(`run${number}`));
    const words = await Promise.all(processes.map(async (process) => (await process.nextLine()).split(" ")[0]));
    expect(words.sort()).toEqual(["opened", "refused", "refused"]);
  });

  it("can be opened when its creation was cut short", async () => {
    await mkdir(directory);
    const created = new Promise<void>((resolve) => {
      const watcher = watch(directory, (_, name) => {
        if (name !== "data") return;
        watcher.close();
        resolve();
      });
    });
    const killed = writer("first");
    await created;
    await killed.kill();
    await expect(access(join(directory, "complete"))).rejects.toMatchObject({ code: "ENOENT" });
    expect(await readdir(directory)).toContain("data");

    const store = await unwrap(pgStorage.embedded(directory));
    expect((await unwrap(store.listSites())).items).toEqual([]);
    expect(store.capabilities).toEqual({ shared: false, durable: true });
    await unwrap(store.close());
    expect((await readdir(directory)).sort()).toEqual(["complete", "data"]);
  });

  it("is opened by one caller of a process at a time, and again after its close", async () => {
    const [first, second] = await Promise.all([pgStorage.embedded(directory), pgStorage.embedded(directory)]);
    const [winner, loser] = first.isOk() ? [first, second] : [second, first];
    expect(loser._unsafeUnwrapErr()).toMatchObject({ code: "STATE_DIRECTORY_IN_USE", details: { pid: process.pid } });
    const store = winner._unsafeUnwrap();
    await Promise.all([unwrap(store.close()), unwrap(store.close())]);
    await unwrap((await unwrap(pgStorage.embedded(directory))).close());
  });

  it("says that it can't be where a file is, and leaves nothing behind when it is cancelled", async () => {
    await writeFile(directory, "");
    const refused = (await pgStorage.embedded(join(directory, "records")))._unsafeUnwrapErr();
    expect(refused).toMatchObject({ code: "ADAPTER_FAILED", details: { operation: "open", state: "unchanged" } });
    await rm(directory);
    const aborted = (await pgStorage.embedded(directory, { signal: AbortSignal.abort() }))._unsafeUnwrapErr();
    expect(aborted.code).toBe("ABORTED");
    await expect(access(directory)).rejects.toMatchObject({ code: "ENOENT" });
  });
});
