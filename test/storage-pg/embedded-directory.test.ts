import { watch } from "node:fs";
import { access, cp, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type SiteId, type Store, unwrap, verifyAudit } from "@hostelry/core/adapter";
import { pgStorage } from "@hostelry/storage-pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type SpawnedProcess, starterOf } from "./processes/spawned-process.ts";

const startWriter = await starterOf("embedded-writer.ts");

const siteId = "site-killed" as SiteId;
let directory = "";
const started: SpawnedProcess[] = [];

/** 100 of them take some minutes: HOSTELRY_KILLS=100 npx vitest run test/storage-pg/embedded-directory */
const kills = Number(process.env["HOSTELRY_KILLS"] ?? 8);

beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), "hostelry-embedded-")), "records");
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((process) => process.kill()));
  await rm(join(directory, ".."), { recursive: true, force: true });
});

function writer(runName: string): SpawnedProcess {
  const process = startWriter([directory, runName]);
  started.push(process);
  return process;
}

/** The numbers of all revisions, newest first. */
async function allRevisions(store: Store): Promise<readonly number[]> {
  const numbers: number[] = [];
  let after: string | undefined;
  do {
    const page = await unwrap(store.listRevisions({ siteId, limit: 1000, after }));
    numbers.push(...page.items.map(({ number }) => number));
    after = page.next;
  } while (after !== undefined);
  return numbers;
}

/** Reads until a line that begins so. */
async function lineOf(process: SpawnedProcess, beginning: string): Promise<string> {
  for (;;) {
    const line = await process.nextLine();
    if (line.startsWith(beginning)) return line;
  }
}

describe("an embedded store", () => {
  it(
    `has every acknowledged write after SIGKILL at ${kills} random moments, and no lease of the dead in the way`,
    async () => {
      let acknowledged = 0;
      let token = 0;
      for (let round = 0; round < kills; round += 1) {
        const killed = writer(`run${round}`);
        // Every fourth while it opens the directory, or creates it; the others while they write.
        const opening = round % 4 === 3;
        if (!opening) await lineOf(killed, "lease");
        await new Promise((resolve) => setTimeout(resolve, Math.random() * (opening ? 1500 : 150)));
        await killed.kill();
        const said = killed.lines.map((line) => /^(lease|revision) (\d+)$/.exec(line));
        const granted = Math.max(token, ...said.map((line) => (line?.[1] === "lease" ? Number(line[2]) : 0)));
        if (!opening) expect(granted).toBeGreaterThan(token);
        acknowledged = Math.max(acknowledged, ...said.map((line) => (line?.[1] === "revision" ? Number(line[2]) : 0)));

        const store = await unwrap(pgStorage.embedded(directory));
        const found = await allRevisions(store);
        // The one that was under way may be there too.
        expect([acknowledged, acknowledged + 1]).toContain(found.length);
        expect(found).toEqual(found.map((_, index) => found.length - index));
        acknowledged = found.length;
        const { head, fault } = await unwrap(verifyAudit(store, siteId));
        expect([fault, head.number]).toEqual([
          null,
          acknowledged === 0 && granted === 0 ? head.number : acknowledged + 1,
        ]);
        if (head.number > 0) {
          const lease = await unwrap(store.acquireLease({ siteId, holder: "next", ttlMs: 1000 }));
          expect(lease.fencingToken).toBeGreaterThan(granted);
          expect(lease.fencingToken).toBeLessThanOrEqual(granted + 2);
          token = lease.fencingToken;
        }
        await unwrap(store.close());
      }
    },
    60_000 + kills * 20_000,
  );

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

  it("goes on with higher tokens in a copy of its directory, however old that is", async () => {
    const next = async (place: string): Promise<number> => {
      const store = await unwrap(pgStorage.embedded(place));
      const { fencingToken, takenFrom } = await unwrap(store.acquireLease({ siteId, holder: place, ttlMs: 60_000 }));
      expect(takenFrom?.holder).toBe(fencingToken === 1 ? undefined : directory);
      await unwrap(store.close());
      return fencingToken;
    };
    const made = await unwrap(pgStorage.embedded(directory));
    const audit = { actor: "ada", action: "site.created", siteId, subject: siteId, at: new Date(0) } as const;
    const site = { id: siteId, name: "Copied", state: "live", createdAt: new Date(0), version: 1 } as const;
    await unwrap(made.createSite({ site, audit }));
    await unwrap(made.close());
    expect(await next(directory)).toBe(1);
    const copy = `${directory}-copy`;
    await cp(directory, copy, { recursive: true });
    const later = [await next(directory), await next(directory), await next(directory)];
    expect(later).toEqual([2, 3, 4]);
    expect(await next(copy)).toBeGreaterThan(Math.max(...later));
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
