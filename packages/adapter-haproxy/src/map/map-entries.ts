import { checkHostRoute, type Hostname, type RouteTarget } from "@hostelry/core/adapter";

/** A map's entries: keys and values as they stand there. Of entries of one key, HAProxy takes the first; so do we. */
export type MapEntries = ReadonlyMap<string, string>;

/** Everything is a wish of somebody's, so nothing is refused here: only the core's own check is. */
const anything = { redirects: "any", wildcards: true } as const;

/** Reads a map file, or `show map` without its first column. */
export function parseMap(text: string): MapEntries {
  const entries = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [, key, value] = /^\s*([^#\s]\S*)\s+(\S.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined && !entries.has(key)) entries.set(key, value);
  }
  return entries;
}

/** How many lines of a map's text are entries, those of one key counted each. */
export function countEntries(text: string): number {
  return text.split("\n").filter((line) => /^\s*[^#\s]\S*\s+\S/.test(line)).length;
}

/** The file's text: sorted, so that the same entries are the same bytes. */
export function mapText(entries: MapEntries): string {
  const lines = [...entries]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, value]) => `${key} ${value}\n`);
  return `# Host names and where they lead. Written by Hostelry, which keeps HAProxy's memory in step: change it there.\n${lines.join("")}`;
}

/** Whether two maps say the same. */
export function sameEntries(one: MapEntries, other: MapEntries): boolean {
  return one.size === other.size && [...one].every(([key, value]) => other.get(key) === value);
}

/** The value that stands for a target. */
export function valueFor(target: RouteTarget): string {
  return target.kind === "backend" ? target.backend : `>${target.hostname}`;
}

/** The target that a value stands for; `undefined` when it is none that the port has. */
export function targetOf(hostname: string, value: string): RouteTarget | undefined {
  const target: RouteTarget = value.startsWith(">")
    ? { kind: "redirect", hostname: value.slice(1) as Hostname }
    : { kind: "backend", backend: value };
  return checkHostRoute(anything, hostname, target).isOk() ? target : undefined;
}
