import { next, type SecretAutomaton, secretAutomaton } from "./secret-automaton.ts";
import { secretForms } from "./secret-forms.ts";

/** Takes secrets out of a text that comes in pieces. */
export interface SecretFilter {
  /** Gives what of the text so far can't be part of a secret any more, with `***` for each secret. */
  feed(text: string): string;
  /** Gives the rest. The first part of a secret, of four characters or more, is hidden too: its writer may have been cut off. */
  end(): string;
}

/** Stands for a secret. */
const mark = "***";

/** So much of a secret at the end of a text is hidden, though the rest is missing. */
const leastBeginning = 4;

/** A part of a text that is secret: `[start, end)`. One that begins at -1 has its mark already. */
interface SecretPart {
  readonly start: number;
  readonly end: number;
}

/**
 * A filter for all {@link secretForms} of some secrets. What comes out does not depend on how the text is cut into pieces. It
 * holds back at most as many characters as the longest form has. Where secrets overlap, all of them are hidden.
 */
export function secretFilter(secrets: readonly string[]): SecretFilter {
  const forms = new Set(secrets.flatMap(secretForms));
  if (forms.size === 0) return { feed: (text) => text, end: () => "" };
  const automaton = secretAutomaton(forms);
  /** The end of what was fed: the beginning of a secret, as far as it goes. */
  let held = "";
  /** So much of `held` belongs to a secret whose mark has been given. */
  let marked = 0;

  return {
    feed(text) {
      const pending = held + text;
      // What was held back is read again: it is short, and what was found in there is not to be forgotten.
      const { parts, depth } = read(automaton, pending, marked);
      const open = pending.length - depth;
      const { out, coveredTo } = masked(pending, parts, open);
      held = pending.slice(open);
      marked = Math.max(0, coveredTo - open);
      return out;
    },
    end() {
      const { parts } = read(automaton, held, marked);
      if (held.length >= leastBeginning) addPart(parts, 0, held.length);
      const { out } = masked(held, parts, held.length);
      held = "";
      marked = 0;
      return out;
    },
  };
}

/** The secret parts of a text, in order, and how many of its last characters may be the beginning of one more. */
function read(
  { root, startsSecret }: SecretAutomaton,
  text: string,
  marked: number,
): { readonly parts: SecretPart[]; readonly depth: number } {
  const parts: SecretPart[] = marked === 0 ? [] : [{ start: -1, end: marked }];
  let state = root;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (state === root && startsSecret[unit] === 0) continue;
    state = next(root, state, unit);
    if (state.found > 0) addPart(parts, at + 1 - state.found, at + 1);
  }
  return { parts, depth: state.depth };
}

/** Adds a part that does not end before the others; those that it overlaps become one with it. */
function addPart(parts: SecretPart[], start: number, end: number): void {
  let from = start;
  for (let last = parts.at(-1); last !== undefined && last.end > start; last = parts.at(-1)) {
    from = Math.min(from, last.start);
    parts.pop();
  }
  parts.push({ start: from, end });
}

/** The text up to `open`, with marks for its secret parts, and how far the last of these goes. */
function masked(
  text: string,
  parts: readonly SecretPart[],
  open: number,
): { readonly out: string; readonly coveredTo: number } {
  let out = "";
  let coveredTo = 0;
  for (const { start, end } of parts) {
    if (start >= open) break;
    if (start >= 0) out += text.slice(coveredTo, start) + mark;
    coveredTo = end;
  }
  return { out: coveredTo < open ? out + text.slice(coveredTo, open) : out, coveredTo };
}
