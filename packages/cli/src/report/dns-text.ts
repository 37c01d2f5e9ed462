import {
  type DnsPlan,
  type DnsZone,
  type DnsZoneContents,
  dnsOwnership,
  dnsPlanTable,
  isMarkerName,
} from "@hostelry/core";
import type { Palette } from "../terminal/palette.ts";
import { table } from "../terminal/table.ts";

/** Zones, for people. */
export function zonesText(zones: readonly DnsZone[]): string {
  return zones.length === 0 ? "There are no zones." : zones.map(({ name }) => name).join("\n");
}

/** What a zone holds, for programs: the port's own records, and whose they are. */
export function contentsObject(contents: DnsZoneContents): object {
  const ownership = dnsOwnership(contents);
  const sets = contents.sets
    .filter((set) => !isMarkerName(set.name))
    .map((set) => ({
      ...set,
      owners: [...new Set(set.values.flatMap((value) => ownership.ownersOf(set.name, set.type, value)))],
    }));
  const { zone, version, serial, others } = contents;
  return { zone, version, serial, sets, others };
}

/** What a zone holds, for people. */
export function contentsText(contents: DnsZoneContents): string {
  const ownership = dnsOwnership(contents);
  const rows = contents.sets
    .filter((set) => !isMarkerName(set.name))
    .flatMap(({ name, type, ttlSeconds, values }) =>
      values.map((value) => {
        const owners = ownership.ownersOf(name, type, value).join(", ");
        return [name, type, String(ttlSeconds), owners, printable(value)];
      }),
    );
  const others = contents.others.flatMap(({ name, types }) => types.map((type) => [name, type, "", "", "(not shown)"]));
  return table([["name", "type", "ttl", "owner", "value"], ...rows, ...others]);
}

/** A plan, for people. */
export function planText(plan: DnsPlan, paint: Palette): string {
  const mark = plan.findings.length > 0 ? paint.bad("✗") : paint.good("✓");
  return `${dnsPlanTable(plan)}\n${mark} Nothing has been done.`;
}

/** What a terminal could take for a command is shown by its code; long values are cut. */
function printable(value: string): string {
  const safe = value.replace(
    /[^\x20-\x7e\u00a0-\ud7ff\ue000-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return safe.length > 100 ? `${safe.slice(0, 99)}…` : safe;
}
