import { randomBytes } from "node:crypto";
import { link, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hostingError } from "@hostelry/core/adapter";
import { hasEnded, type LifeSign, lifeSign } from "./life-sign.ts";
import { livenessOf, ownIdentity, type ProcessIdentity } from "./process-identity.ts";

/** The sole right to a directory. */
export interface DirectoryLock {
  /** Gives it back. Without it, the right ends with the process. */
  release(): Promise<void>;
}

/** Who claims. Its file is `claim-<key>`; `holder-<key>` beside it says that it is settled, `alive-<key>` is the life sign. */
interface Claim extends ProcessIdentity {
  /** Whether there is a life sign, for those who can't see the process. */
  readonly sign: boolean;
}

const claimPrefix = "claim-";
const highestLooks = 50;

/**
 * Takes the sole right to `directory`, or throws `STATE_DIRECTORY_IN_USE`.
 *
 * Everybody first writes a claim of his own, then looks for the claims of other living processes, and goes on only when
 * there is none. Of two who claim, the later one to look sees the other, so never two go on; and since nobody takes over
 * or removes a file that a living process made, there is no moment in which a lock is stolen by mistake, which a single
 * lock file with a take-over can't avoid. The claim of a dead process counts for nothing; whoever wins removes it.
 * A heartbeat would lie: WebAssembly blocks the event loop for as long as a statement takes.
 */
export async function directoryLock(directory: string): Promise<DirectoryLock> {
  const own = await ownIdentity();
  let claim = await makeClaim(directory, own);
  try {
    for (let looks = 1; ; looks += 1) {
      const others = await otherClaims(directory, claim.key, own);
      const rival = others.living.find(({ holds }) => holds) ?? others.living[0];
      if (rival === undefined) {
        // A second name beside the claim. (A rename could hide both from somebody who reads the directory just then.)
        await link(join(directory, claimPrefix + claim.key), join(directory, `holder-${claim.key}`));
        for (const dead of others.dead) await removeClaim(directory, dead);
        return { release: claim.withdraw };
      }
      if (rival.holds || looks === highestLooks) throw inUse(directory, rival.pid);
      // Nobody has it yet. The first in the order of keys stands and looks again; the others give way for a while.
      const { key } = claim;
      const stands = others.living.every((other) => key < other.key);
      if (!stands) await claim.withdraw();
      await new Promise((resolve) => setTimeout(resolve, stands ? 2 : 20 + Math.random() * 10 * looks));
      if (!stands) claim = await makeClaim(directory, own);
    }
  } catch (cause) {
    await claim.withdraw();
    throw cause;
  }
}

/** Writes a claim that is complete from its first moment. */
async function makeClaim(
  directory: string,
  own: ProcessIdentity,
): Promise<{ readonly key: string; readonly withdraw: () => Promise<void> }> {
  const key = `${own.pid}-${randomBytes(6).toString("hex")}`;
  const sign: LifeSign | undefined = await lifeSign(directory, `alive-${key}`);
  const claim: Claim = { ...own, sign: sign !== undefined };
  const unfinished = join(directory, `unfinished-${key}`);
  const withdraw = async (): Promise<void> => {
    await removeClaim(directory, key);
    await sign?.end();
  };
  try {
    await writeFile(unfinished, `${JSON.stringify(claim)}\n`, { flag: "wx" });
    await rename(unfinished, join(directory, claimPrefix + key));
  } catch (cause) {
    await rm(unfinished, { force: true });
    await withdraw();
    throw cause;
  }
  return { key, withdraw };
}

interface Rival {
  readonly key: string;
  readonly pid: number;
  readonly holds: boolean;
}

async function otherClaims(
  directory: string,
  ownKey: string,
  own: ProcessIdentity,
): Promise<{ readonly living: readonly Rival[]; readonly dead: readonly string[] }> {
  const names = await readdir(directory);
  const keys = names.filter((name) => name.startsWith(claimPrefix)).map((name) => name.slice(claimPrefix.length));
  const living: Rival[] = [];
  const dead: string[] = [];
  for (const key of keys) {
    if (key === ownKey) continue;
    const claim = await readClaim(join(directory, claimPrefix + key));
    if (claim === null) continue;
    if (claim === damaged || (await isGone(directory, key, claim, own))) dead.push(key);
    else living.push({ key, pid: claim.pid, holds: names.includes(`holder-${key}`) });
  }
  return { living, dead };
}

async function isGone(directory: string, key: string, claim: Claim, own: ProcessIdentity): Promise<boolean> {
  const liveness = await livenessOf(claim, own);
  if (liveness !== "unseen") return liveness === "gone";
  // A socket tells about processes of this kernel only, so of other containers, and not of other machines.
  const sameKernel = claim.bootId !== null && claim.bootId === own.bootId;
  return sameKernel && claim.sign && (await hasEnded(directory, `alive-${key}`));
}

/** A claim is whole from its first moment, so one that is not has outlived a power loss, and its maker has not. */
const damaged = Symbol("damaged claim");

/** Reads a claim; `null` when it was withdrawn meanwhile. */
async function readClaim(path: string): Promise<Claim | typeof damaged | null> {
  let content: string;
  try {
    content = await readFile(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw cause;
  }
  try {
    return JSON.parse(content) as Claim;
  } catch {
    return damaged;
  }
}

/** The claim goes last: as long as it is there, so is everything that tells about it. */
async function removeClaim(directory: string, key: string): Promise<void> {
  for (const name of [`holder-${key}`, `alive-${key}`, claimPrefix + key])
    await rm(join(directory, name), { force: true });
}

function inUse(directory: string, pid: number): Error {
  return hostingError("STATE_DIRECTORY_IN_USE", `${directory} is in use by process ${pid}.`, { directory, pid });
}
