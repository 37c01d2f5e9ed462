import {
  type DnsProvider,
  type DnsRecordSet,
  errAsync,
  flow,
  hasCode,
  hostingError,
  ok,
  okAsync,
} from "@hostelry/core/adapter";
import type { MemoryDnsProvider } from "../memory/dns/memory-dns-provider.ts";
import { nextTurn } from "../memory/turn.ts";
import { asking, dnsSaboteur, each } from "./dns-saboteur.ts";
import type { Saboteur } from "./saboteur.ts";

/** Reads, works out whole sets, and writes them, with a moment between: as one does with an API that has no better. */
function lastWriterWins(provider: MemoryDnsProvider): DnsProvider["applyChanges"] {
  return (request, options) =>
    flow(async function* () {
      const { zone, changes } = request;
      const held = provider.zones.get(zone);
      const before = new Map(held?.sets);
      for (let turn = 0; turn < 3; turn += 1) await nextTurn();
      const outcome = yield* provider.applyChanges(request, options);
      for (const { name, type, action, values } of changes) {
        const key = `${name} ${type}`;
        const now = held?.sets.get(key);
        if (action !== "add" || now === undefined || type !== "TXT") continue;
        const set: DnsRecordSet = {
          ...now,
          values: [...new Set([...(before.get(key)?.values ?? []), ...values])].sort(),
        };
        held?.sets.set(key, set);
      }
      return ok(outcome);
    });
}

/** DNS providers that break one promise of changes each. */
export const dnsSaboteurs: readonly Saboteur[] = [
  dnsSaboteur({
    name: "loses a value that somebody else adds at the same time",
    caughtBy: ["race/adds", "race/adds-and-removals"],
    spoil: (provider) => ({ applyChanges: lastWriterWins(provider) }),
  }),
  dnsSaboteur({
    name: "writes what is there already, and moves the serial number",
    caughtBy: ["apply/add-repeated", "apply/remove-absent"],
    spoil: (provider) => ({
      applyChanges: (request, options) =>
        provider.applyChanges(request, options).map((outcome) => {
          const held = provider.zones.get(request.zone);
          if (!outcome.changed && request.changes.length > 0 && held !== undefined) held.serial += 1;
          return outcome.changed ? outcome : { ...outcome, serial: held?.serial ?? 0 };
        }),
    }),
  }),
  dnsSaboteur({
    name: "removes the whole set with one value",
    caughtBy: ["apply/remove-value", "list/comments", "list/proxied", "types/a"],
    spoil: (provider) => ({
      applyChanges: (request, options) =>
        provider.applyChanges(
          {
            ...request,
            changes: request.changes.map((change) => {
              const set = provider.zones.get(request.zone)?.sets.get(`${change.name} ${change.type}`);
              const hit =
                change.action === "remove" && change.type === "A" && set?.values.includes(change.values[0] ?? "");
              return hit === true && set !== undefined ? { ...change, values: set.values } : change;
            }),
          },
          options,
        ),
    }),
  }),
  dnsSaboteur({
    name: "does not look whether a set is what was expected",
    caughtBy: ["apply/all-or-nothing", "apply/expect-wrong"],
    spoil: (provider) => ({
      applyChanges: (request, options) =>
        provider.applyChanges(
          {
            ...request,
            changes: request.changes.map((change) => {
              if (change.action !== "replace" || change.expect.includes("nonsense")) return change;
              const set = provider.zones.get(request.zone)?.sets.get(`${change.name} ${change.type}`);
              return { ...change, expect: set?.values ?? [] };
            }),
          },
          options,
        ),
    }),
  }),
  dnsSaboteur({
    name: "does not look whether the zone has the version",
    caughtBy: ["apply/version-stale", "race/versions"],
    spoil: asking(({ zone, changes }) => ({ zone, changes })),
  }),
  dnsSaboteur({
    name: "leaves out an alias that can't be, and says that all is well",
    caughtBy: [
      "apply/alias-at-apex",
      "apply/alias-beside",
      "apply/alias-beside-others",
      "apply/alias-twice",
      "apply/beside-alias",
    ],
    spoil: (provider) => ({
      applyChanges: (request, options) =>
        provider
          .applyChanges(request, options)
          .orElse((error) =>
            hasCode(error, "DNS_CONFLICT") ? okAsync({ changed: true, serial: 1 }) : errAsync(error),
          ),
    }),
  }),
  dnsSaboteur({
    name: "cuts texts after 255 bytes",
    caughtBy: ["types/txt-1000-bytes", "types/txt-256-bytes"],
    spoil: each((change) =>
      change.type === "TXT" && change.values.every((value) => value.length < 2000)
        ? { ...change, values: change.values.map((value) => value.slice(0, 255)) }
        : change,
    ),
  }),
  dnsSaboteur({
    name: "takes backslashes for escapes",
    caughtBy: ["types/txt-quotes"],
    spoil: each((change) =>
      change.type === "TXT"
        ? { ...change, values: change.values.map((value) => value.replace(/\\(.)/g, "$1")) }
        : change,
    ),
  }),
  dnsSaboteur({
    name: "trims texts",
    caughtBy: ["types/txt-spaces"],
    spoil: each((change) =>
      change.type === "TXT" ? { ...change, values: change.values.map((value) => value.trim()) } : change,
    ),
  }),
  dnsSaboteur({
    name: "replaces bytes that are not UTF-8",
    caughtBy: ["types/txt-not-utf-8"],
    spoil: each((change) =>
      change.type === "TXT"
        ? { ...change, values: change.values.map((value) => Buffer.from(value).toString()) }
        : change,
    ),
  }),
  dnsSaboteur({
    name: "gives a set the TTL of whoever adds to it",
    caughtBy: ["apply/add-beside"],
    spoil: (provider) => ({
      applyChanges: (request, options) =>
        provider.applyChanges(request, options).map((outcome) => {
          const held = provider.zones.get(request.zone);
          for (const change of request.changes) {
            const key = `${change.name} ${change.type}`;
            const set = held?.sets.get(key);
            if (change.action === "add" && set !== undefined)
              held?.sets.set(key, { ...set, ttlSeconds: change.ttlSeconds });
          }
          return outcome;
        }),
    }),
  }),
  dnsSaboteur({
    name: "makes the changes one by one, and stops at the first that can't be made",
    caughtBy: [
      "apply/alias-beside",
      "apply/all-or-nothing",
      "apply/beside-alias",
      "apply/expect-wrong",
      "apply/names-are-checked",
    ],
    spoil: (provider) => ({
      applyChanges: (request, options) =>
        flow(async function* () {
          // Whatever must be one act, or is one change, goes the right way.
          const together =
            request.expectVersion !== undefined || request.changes.some(({ action }) => action === "remove");
          if (together || request.changes.length === 0) return provider.applyChanges(request, options);
          let changed = false;
          let serial: number | null = null;
          for (const change of request.changes) {
            const outcome = yield* provider.applyChanges({ zone: request.zone, changes: [change] }, options);
            changed ||= outcome.changed;
            ({ serial } = outcome);
          }
          return ok({ changed, serial });
        }),
    }),
  }),
  dnsSaboteur({
    name: "makes removals after additions, whatever their order",
    caughtBy: ["apply/in-order"],
    spoil: asking((request) => ({
      ...request,
      changes: request.changes.every(({ type }) => type === "A")
        ? [...request.changes].sort((a, b) => a.action.localeCompare(b.action))
        : request.changes,
    })),
  }),
  dnsSaboteur({
    name: "lets the servers of the zone be changed",
    caughtBy: ["apply/zone-servers"],
    spoil: (provider) => ({
      applyChanges: (request, options) =>
        request.changes.some(({ type, name }) => type === "NS" && name === request.zone)
          ? okAsync({ changed: true, serial: 2 })
          : provider.applyChanges(request, options),
    }),
  }),
  dnsSaboteur({
    name: "takes any spelling of a name",
    caughtBy: ["apply/names-are-checked"],
    spoil: each((change) => ({ ...change, name: change.name.toLowerCase() })),
  }),
  dnsSaboteur({
    name: "takes any spelling of a value",
    caughtBy: ["apply/values-are-checked"],
    spoil: each((change) =>
      change.type === "CNAME" ? { ...change, values: change.values.map((value) => value.replace(/\.$/, "")) } : change,
    ),
  }),
  dnsSaboteur({
    name: "makes a TTL fit that does not",
    caughtBy: ["apply/ttl-is-checked"],
    spoil: each((change) =>
      "ttlSeconds" in change ? { ...change, ttlSeconds: Math.max(0, Math.round(change.ttlSeconds || 0)) } : change,
    ),
  }),
  dnsSaboteur({
    name: "changes what its caller no longer wants",
    caughtBy: ["apply/cancelled-before"],
    spoil: (provider) => ({ applyChanges: (request) => provider.applyChanges(request) }),
  }),
  dnsSaboteur({
    name: "switches the proxy off with every change",
    caughtBy: ["list/proxied"],
    spoil: each((change) => (change.action === "replace" ? { ...change, proxied: change.proxied ?? false } : change)),
  }),
  dnsSaboteur({
    name: "takes a name for one that is there because a wildcard answers for it",
    caughtBy: ["types/wildcard-covers"],
    spoil: (provider) => ({
      applyChanges: (request, options) => {
        const held = provider.zones.get(request.zone);
        const covered = request.changes.every(({ action, name, type, values }) => {
          const answering = held?.sets.get(`*.${request.zone} ${type}`)?.values ?? [];
          return (
            action === "add" &&
            !name.startsWith("*") &&
            values.length > 0 &&
            values.every((value) => answering.includes(value))
          );
        });
        return covered && request.changes.length > 0
          ? okAsync({ changed: false, serial: held?.serial ?? 0 })
          : provider.applyChanges(request, options);
      },
    }),
  }),
  dnsSaboteur({
    name: "stops after a hundred changes",
    caughtBy: ["apply/many"],
    spoil: asking((request) => ({ ...request, changes: request.changes.slice(0, 100) })),
  }),
  dnsSaboteur({
    name: "says that a zone is full when it was asked for nothing",
    caughtBy: ["apply/nothing"],
    spoil: (provider) => ({
      applyChanges: (request, options) =>
        request.changes.length > 0
          ? provider.applyChanges(request, options)
          : errAsync(hostingError("INVALID_INPUT", "changes is empty.", { field: "changes", problem: "is empty" })),
    }),
  }),
];
