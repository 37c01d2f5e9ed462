/** What the names of a pattern stand for in one address, still percent-encoded; `splat` is what `*` stands for. */
export type Captures = ReadonlyMap<string, string>;

/** A pattern, ready to be compared with addresses. */
export interface RulePattern {
  /** Has neither `*` nor names. */
  readonly isLiteral: boolean;
  /** What the names stand for, when the pattern fits the whole path (and host, if it names one). */
  match(path: string, host?: string): Captures | undefined;
}

const placeholder = /:([A-Za-z]\w*)/g;

/** One part between separators: literal text around at most one name. */
interface Part {
  readonly before: string;
  readonly name: string | undefined;
  readonly after: string;
}

interface Pieces {
  readonly separator: string;
  readonly parts: readonly Part[];
  /** Literal text after a `*`, which follows the last part; `undefined`: no `*`. */
  readonly tail: string | undefined;
}

const nothing: Captures = new Map();

/**
 * Compiles `/path/:name/*` or `https://host/path`. A text says what is wrong. Not by a regular expression: rules are
 * written by tenants, and several names side by side would let one request keep the process busy. Each part between
 * slashes has at most one name and only plain text follows a `*`, so that matching is linear.
 */
export function rulePattern(pattern: string): RulePattern | string {
  const [, host, path = pattern] = /^https:\/\/([^/]+)(\/.*)$/.exec(pattern) ?? [];
  const names = Array.from(pattern.matchAll(placeholder), ([, name]) => name ?? "");
  const stars = pattern.split("*").length - 1;
  if (stars > 1) return "Only one * can be in a rule; use :names for the other parts.";
  if (stars === 1 && names.includes("splat")) return "A rule has either a * or :splat, for they mean the same.";
  if (new Set(names).size < names.length) return "A :name can be in a rule only once.";
  const pathPieces = piecesOf(path, "/");
  const hostPieces = host === undefined ? undefined : piecesOf(host, ".");
  if (typeof pathPieces === "string") return pathPieces;
  if (typeof hostPieces === "string") return hostPieces;
  const isLiteral = names.length === 0 && stars === 0;
  return {
    isLiteral,
    match(asked: string, askedHost = "") {
      if (isLiteral) return asked === path && (host === undefined || askedHost === host) ? nothing : undefined;
      const captures = new Map<string, string>();
      if (hostPieces !== undefined && !fits(hostPieces, askedHost, captures)) return undefined;
      return fits(pathPieces, asked, captures) ? captures : undefined;
    },
  };
}

function piecesOf(text: string, separator: string): Pieces | string {
  const star = text.indexOf("*");
  const head = star < 0 ? text : text.slice(0, star);
  const tail = star < 0 ? undefined : text.slice(star + 1);
  if (tail !== undefined && tail.search(placeholder) >= 0) return "After a * there can't be a :name.";
  const parts: Part[] = [];
  for (const segment of head.split(separator)) {
    const found = [...segment.matchAll(placeholder)];
    const [first] = found;
    if (found.length > 1) return `There can be one :name between two "${separator}" only.`;
    const start = first?.index ?? segment.length;
    parts.push({
      before: segment.slice(0, start),
      name: first?.[1],
      after: segment.slice(start + (first?.[0].length ?? 0)),
    });
  }
  if (tail !== undefined && parts.at(-1)?.name !== undefined) return "A * can't follow a :name without a slash.";
  return { separator, parts, tail };
}

function fits({ separator, parts, tail }: Pieces, text: string, captures: Map<string, string>): boolean {
  let position = 0;
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    if (isLast && tail !== undefined) {
      const start = position + part.before.length;
      if (!text.startsWith(part.before, position) || text.length - start < tail.length || !text.endsWith(tail))
        return false;
      captures.set("splat", text.slice(start, text.length - tail.length));
      return true;
    }
    const next = text.indexOf(separator, position);
    if (isLast ? next >= 0 : next < 0) return false;
    const end = isLast ? text.length : next;
    if (!partFits(part, text.slice(position, end), captures)) return false;
    position = end + separator.length;
  }
  return true;
}

function partFits({ before, name, after }: Part, text: string, captures: Map<string, string>): boolean {
  if (name === undefined) return text === before;
  if (text.length <= before.length + after.length || !text.startsWith(before) || !text.endsWith(after)) return false;
  captures.set(name, text.slice(before.length, text.length - after.length));
  return true;
}

/** Puts captures in the place of their names. A name that caught nothing stays as it is. */
export function fillIn(text: string, captures: Captures): string {
  if (captures.size === 0) return text;
  return text.replace(placeholder, (whole, name: string) => captures.get(name) ?? whole);
}
