// A publishing process for tests: does one thing on PostgreSQL and two directories, and may be killed or stopped at a
// named moment. Says on standard output what became of it, one JSON line each.

import { directoryBlobStore, directoryTarget } from "@hostelry/adapter-local";
import {
  createHosting,
  type Hosting,
  type HostingError,
  type HostingOptions,
  type ResultAsync,
  type RevisionId,
  type SiteId,
} from "@hostelry/core";
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
    | { readonly upload: SiteId; readonly times: number; readonly bytes: string }
    | { readonly create: string }
    | { readonly preview: RevisionId }
    | { readonly intake: SiteId; readonly bytes: string }
    | { readonly collect: true };
  /** Sent with the call. */
  readonly idempotencyKey?: string | undefined;
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
    idempotency: { secrets: [new Uint8Array(32).fill(1)] },
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
  } else if (!("publish" in act) && !("rollback" in act)) {
    const done = await resultOf(hosting, act, order.idempotencyKey);
    say(done.isOk() ? { result: done.value, calls: countsOf(calls) } : { error: done.error });
  } else {
    const { idempotencyKey } = order;
    const done =
      "publish" in act
        ? await hosting.publish(act.publish, { idempotencyKey })
        : await hosting.rollback(act.rollback, { idempotencyKey });
    say(
      done.isOk()
        ? { outcome: done.value.outcome, publication: done.value.publication.number, calls: countsOf(calls) }
        : { error: done.error },
    );
  }
  await pool.end();
}

type OtherAct = Exclude<
  PublisherOrder["act"],
  { readonly publish: RevisionId } | { readonly rollback: SiteId } | { readonly upload: SiteId }
>;

function resultOf(
  hosting: Hosting,
  act: OtherAct,
  idempotencyKey: string | undefined,
): ResultAsync<unknown, HostingError> {
  if ("create" in act) return hosting.sites.create({ name: act.create }, { idempotencyKey });
  if ("preview" in act) return hosting.previews.open(act.preview, { idempotencyKey });
  if ("collect" in act) return hosting.garbage.collect();
  return hosting.revisions
    .upload(act.intake, Buffer.from(act.bytes, "base64"))
    .andThen(({ id }) => hosting.revisions.validate(id));
}

function countsOf(calls: Readonly<Record<PortName, readonly RecordedCall[]>>): Record<PortName, number> {
  return { store: calls.store.length, blobs: calls.blobs.length, target: calls.target.length };
}

const [, , argument = "{}"] = process.argv;
await main(JSON.parse(argument) as PublisherOrder);
