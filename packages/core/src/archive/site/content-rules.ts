import type { ArchivePolicy } from "../archive-policy.ts";
import { foldName } from "../names/fold-name.ts";
import { namePatterns } from "../names/name-pattern.ts";
import { percentDecoded } from "../names/percent-encoding.ts";

/** What the policy says about one path. */
export interface Verdict {
  readonly strip: boolean;
  /** Why the policy forbids it: a sentence for the owner of the site. */
  readonly forbidden?: string | undefined;
}

/** The strip and forbid lists, compiled. */
export type ContentRules = (path: string, isDirectory: boolean) => Verdict;

const keep: Verdict = { strip: false };

// Spaces and semicolons end an extension for some servers ("a.asp;.jpg" was run by IIS 6).
const extensions = /\.([^.; ]+)/g;

/** Compiles the lists of a policy. Names in disguise (case, ignorable characters, look-alikes, percent
 * signs) are seen through. */
export function contentRules(policy: ArchivePolicy): ContentRules {
  const strip = namePatterns(policy.strip.map((pattern) => [pattern, true]));
  const forbid = namePatterns(policy.forbid.map((rule) => [rule.pattern, rule]));
  const forbiddenExtensions = namePatterns(policy.forbidExtensions.map((pattern) => [pattern, true]));
  const folders = new Map<string, Verdict>();
  const parts = new Map<string, boolean>();

  /** The few extensions of a site come again and again. */
  const isForbiddenPart = (part: string): boolean => {
    const known = parts.get(part);
    if (known !== undefined) return known;
    const forbidden = forbiddenExtensions.find(part, false) === true;
    if (parts.size < maxRemembered) parts.set(part, forbidden);
    return forbidden;
  };

  const judge = (segment: string, isDirectory: boolean): Verdict => {
    if (strip.find(segment, isDirectory) === true) return { strip: true };
    const rule = forbid.find(segment, isDirectory);
    if (rule !== undefined) return { strip: false, forbidden: `"${rule.pattern}" is not published: ${rule.reason}.` };
    if (isDirectory) return keep;
    const part = Array.from(segment.matchAll(extensions), ([, after]) => after ?? "").find(isForbiddenPart);
    if (part === undefined) return keep;
    const forbidden = `Files with ".${part}" in their name are not published: a web server may run them as programs.`;
    return { strip: false, forbidden };
  };

  const judgeSegment = (segment: string, isDirectory: boolean): Verdict => {
    const verdict = judge(foldName(segment), isDirectory);
    if (verdict !== keep || !segment.includes("%")) return verdict;
    const decoded = judge(foldName(percentDecoded(segment)), isDirectory);
    return decoded.forbidden === undefined ? keep : decoded;
  };

  const judgeFolder = (segment: string): Verdict => {
    const known = folders.get(segment);
    if (known !== undefined) return known;
    const verdict = judgeSegment(segment, true);
    if (folders.size < maxRemembered) folders.set(segment, verdict);
    return verdict;
  };

  return (path, isDirectory) => {
    const segments = path.split("/");
    const last = segments.pop() ?? "";
    let verdict = keep;
    for (const segment of segments) {
      const folder = judgeFolder(segment);
      if (folder.strip) return folder;
      if (verdict.forbidden === undefined) verdict = folder;
    }
    const own = isDirectory ? judgeFolder(last) : judgeSegment(last, false);
    if (own.strip || verdict.forbidden === undefined) return own;
    return verdict;
  };
}

const maxRemembered = 1000;
