// A publishing process for tests: does one thing on PostgreSQL and two directories, and may be killed or stopped at a
// named moment. Says on standard output what became of it, one JSON line each.

import { directoryBlobStore, directoryTarget } from "@hostelry/adapter-local";
import { createHosting, type HostingOptions, type RevisionId, type SiteId } from "@hostelry/core";
import { pgStorage } from "@hostelry/storage-pg";
import { crashAt, type RecordedCall, recordCalls } from "@hostelry/testing";
import pg from "pg";

/** The ports of a hosting. */
export type PortName = "store" | "blobs" | "target";

/** What the process shall do; its only argument, as JSON. */
export interface PublisherOrder {
  readonly connection: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly database: string;
  };
  readonly schema: string;
  readonly blobs: string;
  readonly www: string;
  readonly leaseTtlMs: number;
  readonly act:
    | { readonly publish: RevisionId }
    | { readonly rollback: SiteId }
    | { readonly upload: SiteId; readonly times: number; readonly bytes: string };
  /** Kill this process (SIGKILL) at the n-th call to a port, before it begins or after it had its effect. */
  readonly crash?: { readonly port: PortName; readonly call: number; readonly when: "before" | "after" } | undefined;
  /** Stop this process (SIGSTOP) right before its n-th activate reaches the target. */
  readonly stopBeforeActivate?: boolean | undefined;
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function main(order: PublisherOrder): Promise<void> {
  const pool = new pg.Pool({ ...order.connection, max: 4 });
  const opened = await pgStorage(pool, { schema: order.schema, migrate: false });
  if (opened.isErr()) throw opened.error;
  const target = directoryTarget(order.www);
  const calls: Record<PortName, RecordedCall[]> = { store: [], blobs: [], target: [] };
  const mortal = <P extends object>(name: PortName, port: P): P => {
    const { crash } = order;
    const counted = recordCalls(port, calls[name]);
    return crash?.port === name ? crashAt(counted, crash, () => process.kill(process.pid, "SIGKILL")) : counted;
  };
  const options: HostingOptions = {
    store: mortal("store", opened.value),
    blobs: mortal("blobs", directoryBlobStore(order.blobs)),
    targets: [
      mortal(
        "target",
        order.stopBeforeActivate === true
          ? {
              ...target,
              activate: (request, own) => {
                say({ stopped: true });
                process.kill(process.pid, "SIGSTOP");
                return target.activate(request, own);
              },
            }
          : target,
      ),
    ],
    publishing: { leaseTtlMs: order.leaseTtlMs },
    holder: `child:${process.pid}`,
  };
  const hosting = createHosting(options);
  const { act } = order;
  if ("upload" in act) {
    const bytes = Buffer.from(act.bytes, "base64");
    const all = Array.from({ length: act.times }, () => hosting.revisions.upload(act.upload, bytes));
    for (const uploaded of await Promise.all(all)) {
      say(uploaded.isOk() ? { number: uploaded.value.number } : { error: uploaded.error });
    }
  } else {
    const done = "publish" in act ? await hosting.publish(act.publish) : await hosting.rollback(act.rollback);
    say(done.isOk() ? { outcome: done.value.outcome, calls: countsOf(calls) } : { error: done.error });
  }
  await pool.end();
}

function countsOf(calls: Readonly<Record<PortName, readonly RecordedCall[]>>): Record<PortName, number> {
  return { store: calls.store.length, blobs: calls.blobs.length, target: calls.target.length };
}

const [, , argument = "{}"] = process.argv;
await main(JSON.parse(argument) as PublisherOrder);
