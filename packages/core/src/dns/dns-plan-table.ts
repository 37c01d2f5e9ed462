import type { FoldedDnsChange } from "./fold-changes.ts";
import type { DnsPlan } from "./plan-dns.ts";

/** What a plan does to a set. */
export type DnsPlanVerb = "change" | "create" | "delete";

/** A row of a plan's table. */
export interface DnsPlanRow {
  readonly verb: DnsPlanVerb;
  readonly name: string;
  readonly type: string;
  /** `300`, or `300 → 60`. */
  readonly ttl: string;
  /** `+ value` for what comes, `- value` for what goes, `= value` for what stays in a set that changes. */
  readonly values: readonly string[];
}

/** What a plan does to a set. */
export function dnsPlanVerb({ before, after }: Pick<FoldedDnsChange, "before" | "after">): DnsPlanVerb {
  if (before === null) return "create";
  return after === null ? "delete" : "change";
}

/** A plan as rows, for whoever draws tables; {@link dnsPlanTable} draws them in plain text. */
export function dnsPlanRows(plan: DnsPlan): readonly DnsPlanRow[] {
  return plan.sets.map((change) => {
    const { name, type, before, after } = change;
    const [old, next] = [before?.values ?? [], after?.values ?? []];
    const [from, to] = [before?.ttlSeconds, after?.ttlSeconds];
    const values = [
      ...old.filter((value) => !next.includes(value)).map((value) => `- ${shown(value)}`),
      ...next.filter((value) => old.includes(value)).map((value) => `= ${shown(value)}`),
      ...next.filter((value) => !old.includes(value)).map((value) => `+ ${shown(value)}`),
    ];
    const ttl = from !== undefined && to !== undefined && from !== to ? `${from} → ${to}` : String(to ?? from);
    return { verb: dnsPlanVerb(change), name, type, ttl, values: [...values, ...settings(change)] };
  });
}

/** A plan as a table in plain text, with what is wrong with it below. Long values are cut. */
export function dnsPlanTable(plan: DnsPlan): string {
  const rows = dnsPlanRows(plan).flatMap(({ verb, name, type, ttl, values: [first = "", ...rest] }) => [
    [verb, name, type, ttl, first],
    ...rest.map((value) => ["", "", "", "", value]),
  ]);
  const table = [["", "name", "type", "ttl", "value"], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => (row[column] ?? "").length)));
  const lines = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const findings = plan.findings.map(({ code, message, forcible }) => {
    return `${forcible ? "needs force" : "refused"}: ${message} (${code})`;
  });
  const body = rows.length === 0 ? [] : lines;
  return [...body, ...(rows.length > 0 ? [""] : []), summaryOf(plan), ...findings].join("\n");
}

function summaryOf(plan: DnsPlan): string {
  const count = (verb: DnsPlanVerb): number => plan.sets.filter((change) => dnsPlanVerb(change) === verb).length;
  if (plan.sets.length === 0 && plan.markers === 0) {
    return plan.findings.length > 0 ? `${plan.zone}: nothing can be planned` : `${plan.zone}: nothing to change`;
  }
  const markers = plan.markers === 0 ? "" : ` (and ${plan.markers} markers of ownership)`;
  return `${plan.zone}: ${count("create")} to create, ${count("change")} to change, ${count("delete")} to delete${markers}`;
}

function settings({ before, after }: FoldedDnsChange): readonly string[] {
  if (before === null || after === null || (before.proxied === true) === (after.proxied === true)) return [];
  return [after.proxied === true ? "+ proxied" : "- proxied"];
}

function shown(value: string): string {
  // What a terminal could take for a command is shown by its code.
  const safe = value.replace(
    /[^\x20-\x7e\u00a0-\ud7ff\ue000-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return safe.length > 80 ? `${safe.slice(0, 79)}…` : safe;
}
