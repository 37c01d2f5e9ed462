import type { NginxDirective } from "./nginx-directives.ts";

/** A server or location of a configuration, with what it inherits. */
export interface NginxPlaceSettings {
  /** What it is, e.g. `server example.com, location /`. */
  readonly name: string;
  readonly where: string;
  /**
   * The directives that rule here: those of the innermost level that has any of the name. nginx inherits so, and not by
   * adding up: one `add_header` in a location makes it forget those of its server.
   */
  ruling(name: string): readonly NginxDirective[];
  /** The first argument of the last one that rules. */
  value(name: string): string | undefined;
  /** Values that `set` gives here, by variable. */
  readonly variables: ReadonlyMap<string, string>;
}

/** Every server and location, outer ones first. */
export function nginxPlaces(directives: readonly NginxDirective[]): readonly NginxPlaceSettings[] {
  const places: NginxPlaceSettings[] = [];
  for (const http of directives.filter(({ name }) => name === "http")) {
    for (const server of blocksOf(http, "server")) {
      const names = server.block?.find(({ name }) => name === "server_name")?.arguments.join(" ") ?? "_";
      collect(server, `server ${names}`, [http.block ?? []], places);
    }
  }
  return places;
}

function collect(
  directive: NginxDirective,
  name: string,
  outer: readonly (readonly NginxDirective[])[],
  places: NginxPlaceSettings[],
): void {
  const levels = [directive.block ?? [], ...outer];
  const ruling = (wanted: string): readonly NginxDirective[] =>
    levels.map((level) => level.filter((each) => each.name === wanted)).find((found) => found.length > 0) ?? [];
  const variables = new Map<string, string>();
  for (const level of levels.toReversed()) {
    for (const { name: set, arguments: words } of level) {
      const [variable, value] = words;
      if (set === "set" && variable !== undefined && value !== undefined) variables.set(variable, value);
    }
  }
  const value = (wanted: string): string | undefined => ruling(wanted).at(-1)?.arguments[0];
  places.push({ name, where: directive.where, ruling, value, variables });
  for (const inner of [...blocksOf(directive, "location"), ...blocksOf(directive, "if")]) {
    const kind = inner.name === "location" ? `${name}, location ${inner.arguments.join(" ")}` : name;
    collect(inner, kind, levels, places);
  }
}

function blocksOf({ block = [] }: NginxDirective, name: string): readonly NginxDirective[] {
  return block.filter((each) => each.name === name && each.block !== undefined);
}
