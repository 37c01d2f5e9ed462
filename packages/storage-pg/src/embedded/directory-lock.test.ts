import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { directoryLock } from "./directory-lock.ts";
import { ownIdentity, type ProcessIdentity } from "./process-identity.ts";

let directory = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "hostelry-lock-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Leaves a settled lock as a process with this identity would have. */
async function leaveLock(identity: ProcessIdentity, sign = false): Promise<void> {
  for (const kind of ["claim", "holder"]) {
    await writeFile(join(directory, `${kind}-left`), JSON.stringify({ ...identity, sign }));
  }
}

/** A process that listens on the life sign of such a lock. */
async function signingProcess(): Promise<ChildProcess> {
  const script = "require('net').createServer().listen(process.argv[1], () => console.log('listening'))";
  const child = spawn(process.execPath, ["-e", script, join(directory, "alive-left")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  return child;
}

async function endedProcess(): Promise<number> {
  const child = spawn(process.execPath, ["--version"], { stdio: "ignore" });
  await once(child, "exit");
  return child.pid ?? 0;
}

describe("the lock of a directory", () => {
  it("is held by one at a time, and free again when it was given back", async () => {
    const lock = await directoryLock(directory);
    await expect(directoryLock(directory)).rejects.toMatchObject({
      code: "STATE_DIRECTORY_IN_USE",
      details: { directory, pid: process.pid },
    });
    await lock.release();
    await (await directoryLock(directory)).release();
    expect(await readdir(directory)).toEqual([]);
  });

  it("goes to exactly one of many who want it at the same moment", async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => directoryLock(directory)));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "STATE_DIRECTORY_IN_USE" });
    }
  });

  it("passes at once from a process that has ended, and nothing of it stays", async () => {
    await leaveLock({ ...(await ownIdentity()), pid: await endedProcess() });
    await (await directoryLock(directory)).release();
    expect(await readdir(directory)).toEqual([]);
  });

  it.runIf(process.platform === "linux")("is not kept by a later process that was given the same pid", async () => {
    await leaveLock({ ...(await ownIdentity()), startTicks: "1" });
    await (await directoryLock(directory)).release();
  });

  it.runIf(process.platform === "linux")(
    "passes from a process that ran before the machine was started anew",
    async () => {
      await leaveLock({ ...(await ownIdentity()), bootId: "another" });
      await (await directoryLock(directory)).release();
    },
  );

  it.each([
    ["machine", { hostname: "another", bootId: "another", pid: 1 }],
    ["container that gives no sign", { pidNamespace: "pid:[1]", pid: 2 ** 22 + 1 }],
  ])("stays with a process of another %s, which nobody can see from here", async (_, difference) => {
    const identity = { ...(await ownIdentity()), ...difference };
    await leaveLock(identity);
    await expect(directoryLock(directory)).rejects.toMatchObject({ details: { pid: identity.pid } });
    expect((await readdir(directory)).sort()).toEqual(["claim-left", "holder-left"]);
  });

  it.runIf(process.platform === "linux")(
    "stays with a process of another container until that ends, also when it is stopped",
    async () => {
      const holder = await signingProcess();
      try {
        await leaveLock({ ...(await ownIdentity()), pidNamespace: "pid:[1]", hostname: "another", pid: 1 }, true);
        holder.kill("SIGSTOP");
        await expect(directoryLock(directory)).rejects.toMatchObject({ details: { pid: 1 } });
      } finally {
        const ended = once(holder, "exit");
        holder.kill("SIGKILL");
        await ended;
      }
      await (await directoryLock(directory)).release();
      expect(await readdir(directory)).toEqual([]);
    },
  );

  it("is not kept by a file that lost its content with the power", async () => {
    await writeFile(join(directory, "claim-left"), "");
    await (await directoryLock(directory)).release();
    expect(await readdir(directory)).toEqual([]);
  });
});
