import { mkdirSync } from "node:fs";
import { chown } from "node:fs/promises";
import { join } from "node:path";
import { directoryBlobStore } from "@hostelry/adapter-local";
import { type SshEdge, sshEdge, sshTransport } from "@hostelry/adapter-ssh";
import { createHosting, type Hosting, type PublishOutcome, unwrap } from "@hostelry/core";
import { memoryStore } from "@hostelry/testing";
import { type SshNodes, startSshNodes } from "../../test/servers/ssh-nodes.ts";
import type { Contender, Figures, Run } from "../harness/bench.ts";
import type { IntakenSite } from "../publish-ssh/our-site.ts";

/** How many nodes, and how often. */
export interface FleetSize {
  readonly nodeCount: number;
  readonly publishes: number;
}

/** Before the first that counts: connections, sessions and the trees that nodes prepare are there then. */
const uncounted = 5;

/** Publishes two revisions in turn to all nodes, on open connections; figures are what the publications tell of themselves. */
export function fleetPublishes(site: IntakenSite, { nodeCount, publishes }: FleetSize): Contender {
  return {
    name: "hosting.publish",
    async prepare(): Promise<Run> {
      const nodes = await startSshNodes({ gnu: nodeCount, web: false });
      const targets = await connectAll(nodes);
      const hosting = createHosting({
        store: memoryStore({ records: structuredClone(site.records) }),
        blobs: directoryBlobStore(site.blobFolder, { durability: "none" }),
        targets: targets.map(({ edge }) => edge),
      });
      const both = [site.first, site.changed] as const;
      for (let number = 0; number < uncounted; number += 1) await publishOne(hosting, both[number % 2 === 0 ? 0 : 1]);
      return {
        measure: async () => {
          const outcomes: TimedOutcome[] = [];
          for (let number = 0; number < publishes; number += 1) {
            outcomes.push(await publishOne(hosting, both[(number + uncounted) % 2 === 0 ? 0 : 1]));
          }
          return figuresOf(outcomes);
        },
        end: async () => {
          await Promise.all(targets.map((target) => target.close()));
          await nodes.stop();
        },
      };
    },
  };
}

interface TimedOutcome {
  readonly outcome: PublishOutcome;
  readonly tookMs: number;
}

async function publishOne(hosting: Hosting, revision: IntakenSite["first"]): Promise<TimedOutcome> {
  const begun = performance.now();
  const outcome = await unwrap(hosting.publish(revision));
  const tookMs = performance.now() - begun;
  if (outcome.outcome !== "published") throw new Error("Nothing was published.");
  return { outcome, tookMs };
}

function figuresOf(outcomes: readonly TimedOutcome[]): Figures {
  const flips = outcomes.map(({ outcome }) => outcome.publication.flip ?? { skewMs: Number.NaN, windowMs: Number.NaN });
  const deliveries = outcomes.flatMap(({ outcome }) => outcome.deliveries);
  return {
    "flip skew p95": quantile(
      0.95,
      flips.map(({ skewMs }) => skewMs),
    ),
    "flip skew": quantile(
      0.5,
      flips.map(({ skewMs }) => skewMs),
    ),
    "flip window p95": quantile(
      0.95,
      flips.map(({ windowMs }) => windowMs),
    ),
    stage: quantile(
      0.5,
      deliveries.map(({ stageMs = Number.NaN }) => stageMs),
    ),
    activate: quantile(
      0.5,
      deliveries.map(({ activateMs = Number.NaN }) => activateMs),
    ),
    publish: quantile(
      0.5,
      outcomes.map(({ tookMs }) => tookMs),
    ),
  };
}

/** The value that so large a part of all is not above. */
function quantile(part: number, values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
}

interface ConnectedEdge {
  readonly edge: SshEdge;
  close(): Promise<void>;
}

async function connectAll(nodes: SshNodes): Promise<readonly ConnectedEdge[]> {
  return Promise.all(
    nodes.all.map(async ({ name, host, sshPort: port, user, hostKey, uid, outside }): Promise<ConnectedEdge> => {
      const root = join(outside, "fleet");
      mkdirSync(root);
      await chown(root, uid, uid);
      const auth = { kind: "key", privateKey: nodes.clientKey } as const;
      const transport = sshTransport({ name, host, port, user, hostKey, auth });
      const edge = sshEdge(transport, root);
      return {
        edge,
        close: async () => {
          await edge.close();
          await transport.close();
        },
      };
    }),
  );
}
