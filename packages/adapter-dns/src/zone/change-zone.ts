import {
  type AppliedDnsChanges,
  type ApplyDnsChanges,
  type CallOptions,
  type Clock,
  checkDnsChanges,
  type DnsChangeError,
  type DnsProvider,
  type DnsZoneContents,
  type DnsZoneError,
  err,
  errAsync,
  type FoldedDnsChange,
  flow,
  foldDnsChanges,
  hostingError,
  ok,
  type ResultAsync,
  tidyValues,
  zoneChanged,
} from "@hostelry/core/adapter";

/** What was read of a zone: what the port shows, and what the adapter needs to write. */
export interface ReadZone<Held> {
  readonly contents: DnsZoneContents;
  readonly held: Held;
}

/**
 * What became of a write. `written`: the server said so, and it has to be seen. `refused`: somebody was faster, or the server
 * could not just now, and nothing was written; the error is for when it stays like that. `perhaps`: an attempt before the one
 * that was refused may have been written, and be what it was refused for.
 */
export type WriteOutcome =
  | {
      readonly written: true;
      /** So much was all that the server takes at once; the rest follows. */
      readonly more?: boolean | undefined;
    }
  | { readonly written: false; readonly perhaps?: boolean | undefined; readonly refused: DnsChangeError };

/** How an adapter reads and writes a zone. */
export interface ZoneAccess<Held> {
  /** Reads at least these names; `undefined`: the whole zone, with a version. */
  read(names: readonly string[] | undefined, options: CallOptions): ResultAsync<ReadZone<Held>, DnsZoneError>;
  /** Writes changes, all or none of one call. */
  write(
    changes: readonly FoldedDnsChange[],
    zone: ReadZone<Held>,
    options: CallOptions,
  ): ResultAsync<WriteOutcome, DnsChangeError>;
}

/** What the loop needs besides. */
export interface ChangeZone<Held> {
  readonly provider: Pick<DnsProvider, "name" | "capabilities">;
  readonly request: ApplyDnsChanges;
  readonly access: ZoneAccess<Held>;
  readonly clock: Clock;
}

const mostWrites = 6;
const firstPauseMs = 40;

/**
 * Looks, works out what differs, writes that, and looks again, until nothing differs. So what is so already is never written,
 * what a server leaves out without a word is found, and what another writer undid in between is done again.
 */
export function changeZone<Held>(
  { provider, request, access, clock }: ChangeZone<Held>,
  options: CallOptions,
): ResultAsync<AppliedDnsChanges, DnsChangeError> {
  const { zone, changes, expectVersion } = request;
  const { name, capabilities } = provider;
  const names = tidyValues(changes.map((change) => change.name));
  return flow(async function* () {
    yield* checkDnsChanges(zone, changes, capabilities);
    let written = false;
    let perhaps = false;
    let refused: DnsChangeError | undefined;
    for (let writes = 0; ; ) {
      const comparing: boolean = !written && expectVersion !== undefined;
      const read: ReadZone<Held> = yield* access.read(comparing ? undefined : names, options);
      const { contents } = read;
      const changed: boolean = comparing && contents.version !== expectVersion;
      if (changed && !perhaps) return err(zoneChanged(name, zone, "version"));
      const { sets, others } = contents;
      const folded = foldDnsChanges({ provider: name, zone, capabilities, sets, others, changes });
      if (folded.isErr()) return err(written ? notApplied(name, zone, setsOf(changes)) : folded.error);
      if (folded.value.length === 0) {
        return ok({ changed: written || perhaps, serial: contents.serial });
      }
      if (changed) return err(zoneChanged(name, zone, "version"));
      if (writes === mostWrites && refused !== undefined) return err(refused);
      if (writes === mostWrites) return err(notApplied(name, zone, setsOf(folded.value)));
      if (writes > 0) {
        // Jitter, so that two who undo each other's work do not keep step.
        await clock.sleep(firstPauseMs * 2 ** (writes - 1) * (0.5 + Math.random()), options.signal);
        if (options.signal?.aborted === true) yield* aborted(written);
      }
      const outcome: WriteOutcome = yield* access.write(folded.value, read, options);
      written ||= outcome.written;
      perhaps ||= !outcome.written && outcome.perhaps === true;
      refused = outcome.written ? undefined : outcome.refused;
      if (!outcome.written || outcome.more !== true) writes += 1;
    }
  });
}

function setsOf(changes: readonly { readonly name: string; readonly type: string }[]): readonly string[] {
  return tidyValues(changes.map(({ name, type }) => `${name} ${type}`));
}

function aborted(written: boolean): ResultAsync<never, DnsChangeError> {
  const operation = "applyChanges";
  const what = written ? "the server took a change that was not seen yet" : "nothing was written";
  return errAsync(hostingError("ABORTED", `${operation} was ended by its caller; ${what}.`, { operation }));
}

function notApplied(provider: string, zone: string, sets: readonly string[]): DnsChangeError {
  const shown = sets.slice(0, 5).join(", ");
  const message = `${provider} took the change of ${zone} and does not show it: ${shown}${sets.length > 5 ? ", …" : ""}.`;
  return hostingError("DNS_NOT_APPLIED", message, { provider, zone, sets: sets.slice(0, 100) });
}
