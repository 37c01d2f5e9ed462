import type { JsonValue } from "../audit/audit-entry.ts";
import type { HostingErrorOf } from "../errors/index.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import type { Result, ResultAsync } from "../result/index.ts";
import type { RememberError } from "./attempt.ts";

/** A key while an attempt holds it; a heartbeat renews its lease. */
export interface HeldKey {
  remember(note: JsonValue): ResultAsync<void, RememberError>;
  /** Records the result; gives the one that counts. Not cancelled with the caller: the work is done. */
  complete(result: JsonValue): Promise<Result<JsonValue, StoreError | HostingErrorOf<"IDEMPOTENCY_IN_PROGRESS">>>;
  /** Stops the heartbeat, and gives the key back unless the result is recorded. */
  release(): Promise<void>;
}

/** Keeps a key that was just taken. */
export function holdKey(ports: HostingPorts, held: { readonly keyHash: string; readonly attempt: number }): HeldKey {
  const { store, clock, idempotency, publishing } = ports;
  const { leaseTtlMs: leaseMs } = publishing;
  const stopped = new AbortController();
  let completed = false;

  const beat = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await clock.sleep(leaseMs / 3, stopped.signal);
      if (stopped.signal.aborted) return;
      // A store that can't be reached is asked again at the next beat. A key that was taken over ends the beating, not
      // the work: that is guarded by leases of its own, and its result is compared when it is recorded.
      const renewed = await store.renewIdempotent({ ...held, leaseMs });
      if (renewed.isOk() && !renewed.value.renewed) return;
    }
  };
  const beating = beat();

  return {
    remember: (note) => store.noteIdempotent({ ...held, note }),
    complete: async (result) => {
      const recorded = await store.completeIdempotent({ ...held, result, keepMs: idempotency.keepMs });
      completed = recorded.isOk();
      return recorded.map((answer) => answer.result);
    },
    release: async () => {
      stopped.abort();
      await beating;
      // If giving back fails, the key is free when its lease has run out.
      if (!completed) void (await store.endIdempotent(held));
    },
  };
}
