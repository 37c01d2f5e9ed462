// A publishing process of a fleet: records in PostgreSQL, blobs in a directory, targets over SSH. Takes one order a line on
// its standard input and answers each with one line; may kill or stop itself at any call to a port.
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { directoryBlobStore } from "@hostelry/adapter-local";
import type { SshEdge } from "@hostelry/adapter-ssh";
import {
  createHosting,
  type FleetPolicy,
  type HostingError,
  type PublishPolicy,
  type ReleaseId,
  type RevisionId,
  type SiteId,
} from "@hostelry/core";
import { pgStorage } from "@hostelry/storage-pg";
import { crashAt } from "@hostelry/testing";
import pg from "pg";
import { connectNode, type NodePlace } from "./fleet-place.ts";

/** What the process is connected to; its only argument, as JSON. */
export interface PublisherPlace {
  readonly connection: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly database: string;
  };
  readonly schema: string;
  readonly blobs: string;
  readonly nodes: readonly NodePlace[];
  readonly publishing: Partial<PublishPolicy>;
}

/** A moment of its work. Ports are `store`, `blobs` and the targets by their names; `flip of NAME` is when a target tells that it may flip. */
export interface Moment {
  readonly port: string;
  /** From 1, anew with each order. */
  readonly call: number;
  readonly when: "after" | "before";
}

/** What it shall do. */
export type PublisherOrder =
  | {
      readonly publish: RevisionId;
      readonly policy?: FleetPolicy | undefined;
      readonly accident?: (Moment & { readonly signal: "SIGKILL" | "SIGSTOP" }) | undefined;
    }
  /** Flips every node with no regard to the store: what an old process may still have on its way. */
  | { readonly flip: { readonly siteId: SiteId; readonly release: ReleaseId; readonly fencingToken: number } };

/** What it answers. A process that is about to stop says `stopped` first. */
export type PublisherAnswer =
  | { readonly stopped: true }
  | { readonly outcome: "published" | "unchanged"; readonly calls: Readonly<Record<string, number>> }
  | { readonly error: Pick<HostingError, "code" | "message">; readonly calls: Readonly<Record<string, number>> }
  | { readonly flips: readonly string[] };

/** At once, and whole: the next thing this process does may be its last. */
function say(answer: PublisherAnswer): void {
  writeSync(1, `${JSON.stringify(answer)}\n`);
}

const place = JSON.parse(process.argv[2] ?? "{}") as PublisherPlace;
const pool = new pg.Pool({ ...place.connection, max: 4 });
// A server that goes away ends the calls; idle connections have nobody else to tell.
pool.on("error", () => undefined);
const store = await pgStorage(pool, { schema: place.schema, migrate: false });
if (store.isErr()) throw store.error;
const nodes = place.nodes.map(connectNode);

let accident: (Moment & { readonly signal: "SIGKILL" | "SIGSTOP" }) | undefined;
let begun: Record<string, number> = {};
let answered: Record<string, number> = {};

function strike(port: string, when: Moment["when"], call: number): void {
  if (accident?.port !== port || accident.when !== when || accident.call !== call) return;
  const { signal } = accident;
  accident = undefined;
  if (signal === "SIGSTOP") say({ stopped: true });
  process.kill(process.pid, signal);
}

function before(name: string): void {
  begun[name] = (begun[name] ?? 0) + 1;
  strike(name, "before", begun[name]);
}

function after(name: string): void {
  answered[name] = (answered[name] ?? 0) + 1;
  strike(name, "after", answered[name]);
}

/** The port, with its calls counted, and the accident at one of them. */
function mortal<P extends object>(name: string, port: P): P {
  return crashAt(
    crashAt(port, { when: "after" }, () => after(name)),
    { when: "before" },
    () => before(name),
  );
}

/** The target, with the accident also in the midst of laying out and flipping. */
function mortalTarget(edge: SshEdge): SshEdge {
  const name = `flip of ${edge.name}`;
  return mortal(edge.name, {
    ...edge,
    stageAndActivate: (request, options = {}) => {
      const onFlip = (): void => {
        before(name);
        options.onFlip?.();
        after(name);
      };
      return edge.stageAndActivate(request, { ...options, onFlip });
    },
  });
}

const hosting = createHosting({
  store: mortal("store", store.value),
  blobs: mortal("blobs", directoryBlobStore(place.blobs, { durability: "none" })),
  targets: nodes.map(({ edge }) => mortalTarget(edge)),
  publishing: place.publishing,
  holder: `publisher:${process.pid}`,
});

async function obey(order: PublisherOrder): Promise<PublisherAnswer> {
  [begun, answered] = [{}, {}];
  if ("flip" in order) {
    const request = { ...order.flip, slot: "live" } as const;
    const flips = await Promise.all(nodes.map(({ edge }) => edge.activate(request)));
    return { flips: flips.map((flip) => (flip.isOk() ? "flipped" : flip.error.code)) };
  }
  accident = order.accident;
  const done = await hosting.publish(order.publish, { policy: order.policy });
  accident = undefined;
  if (done.isOk()) return { outcome: done.value.outcome, calls: begun };
  const { code, message } = done.error;
  return { error: { code, message }, calls: begun };
}

for await (const line of createInterface(process.stdin)) say(await obey(JSON.parse(line) as PublisherOrder));
await Promise.all(nodes.map((node) => node.close()));
await pool.end();
