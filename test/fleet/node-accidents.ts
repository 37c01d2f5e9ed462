// What can happen to a real node while it is published to, at every phase: its sshd is gone, its connections are cut, the
// programs on it are killed, its directories refuse, its files are others.
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ReleaseId, ResultAsync, type SiteId, type Target } from "@hostelry/core/adapter";
import type { SshNode } from "../servers/ssh-nodes.ts";

/** An accident, named by what and when. */
export type Accident =
  | "none"
  | "down from the beginning"
  | "gone while staging"
  | "cut off while staging"
  | "its programs killed while staging"
  | "gone at the barrier"
  | "the flip refused"
  | "gone while flipping"
  | "cut off while flipping"
  | "its programs killed while flipping"
  | "other bytes served"
  | "gone after flipping"
  | "gone when it is recorded"
  | "gone when it is flipped back";

/** A node's own end of things. */
export interface AccidentPlace {
  readonly node: SshNode;
  /** The target's root, as this machine sees it. */
  readonly outside: string;
  /** Work that goes on by itself; awaited before the node is mended. */
  readonly behind: Promise<unknown>[];
}

/** What happens around the calls of one publication. */
interface Hooks {
  readonly before?: ((place: AccidentPlace) => Promise<void>) | undefined;
  readonly whileStaging?: ((place: AccidentPlace) => void) | undefined;
  readonly staged?: ((place: AccidentPlace) => Promise<void>) | undefined;
  readonly beforeFlip?: ((place: AccidentPlace, siteId: SiteId, release: ReleaseId) => void) | undefined;
  readonly whileFlipping?: ((place: AccidentPlace) => void) | undefined;
  readonly flipped?: ((place: AccidentPlace) => Promise<void>) | undefined;
  readonly recording?: ((place: AccidentPlace) => void) | undefined;
  readonly beforeBack?: ((place: AccidentPlace) => Promise<void>) | undefined;
}

const leave = ({ node }: AccidentPlace): Promise<void> => node.stopSshd();
const begin = (place: AccidentPlace): void => void place.behind.push(leave(place));
const cut = ({ node }: AccidentPlace): void => node.cutConnections();
const kill = ({ node }: AccidentPlace): void => node.killCommands();

const accidents: Readonly<Record<Accident, Hooks>> = {
  none: {},
  "down from the beginning": { before: leave },
  "gone while staging": { whileStaging: begin },
  "cut off while staging": { whileStaging: cut },
  "its programs killed while staging": { whileStaging: kill },
  "gone at the barrier": { staged: leave },
  "the flip refused": { beforeFlip: ({ outside }, siteId) => chmodSync(pendingOf(outside, siteId), 0o555) },
  "gone while flipping": { whileFlipping: begin },
  "cut off while flipping": { whileFlipping: cut },
  "its programs killed while flipping": { whileFlipping: kill },
  "other bytes served": {
    beforeFlip: ({ outside }, siteId, release) => {
      const file = join(outside, "sites", siteId, "releases", release, "index.html");
      // Not written through: an earlier release may have the same file.
      rmSync(file);
      writeFileSync(file, "somebody was here");
    },
  },
  "gone after flipping": { flipped: leave },
  "gone when it is recorded": { recording: begin },
  "gone when it is flipped back": { beforeBack: leave },
};

/** All of them, and none. */
export const allAccidents: readonly Accident[] = Object.keys(accidents) as Accident[];

/** Accidents of a node that does all the same what it is asked to, as long as the others do. */
export const harmlessAlone: ReadonlySet<Accident> = new Set([
  "none",
  "gone after flipping",
  "gone when it is recorded",
  "gone when it is flipped back",
]);

/** What happens before anything is published. */
export async function happenBefore(accident: Accident, place: AccidentPlace): Promise<void> {
  await accidents[accident].before?.(place);
}

/** What happens when the publication is recorded. */
export function happenAtRecord(accident: Accident, place: AccidentPlace): void {
  accidents[accident].recording?.(place);
}

/** The target of a node that has an accident during the publication that it stages first. */
export function withAccident(target: Target, accident: Accident, place: AccidentPlace): Target {
  const hooks = accidents[accident];
  let published: ReleaseId | undefined;
  return {
    ...target,
    stage: (request, options) => {
      published ??= request.manifest.release;
      const staging = target.stage(request, options);
      hooks.whileStaging?.(place);
      return staging.andTee(() => hooks.staged?.(place));
    },
    activate: (request, options) => {
      if (request.release === null || request.release !== published) {
        // Where the node is to go back, and not where it was before all this.
        const { beforeBack } = hooks;
        if (published === undefined || beforeBack === undefined) return target.activate(request, options);
        return ResultAsync.fromSafePromise(beforeBack(place)).andThen(() => target.activate(request, options));
      }
      hooks.beforeFlip?.(place, request.siteId, request.release);
      const flipping = target.activate(request, options);
      hooks.whileFlipping?.(place);
      return flipping.andTee(() => hooks.flipped?.(place));
    },
  };
}

/** Puts right what was done to the node; what was published is left as it is. */
export async function mend({ node, outside, behind }: AccidentPlace, siteId: SiteId): Promise<void> {
  await Promise.all(behind.splice(0));
  await node.startSshd();
  chmodSync(pendingOf(outside, siteId), 0o755);
}

function pendingOf(outside: string, siteId: SiteId): string {
  return join(outside, "sites", siteId, ".hostelry/pending");
}
