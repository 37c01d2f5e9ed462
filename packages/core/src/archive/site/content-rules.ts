import type { ArchivePolicy } from "../archive-policy.ts";
import { foldName } from "../names/fold-name.ts";
import { type NamePattern, namePattern } from "../names/name-pattern.ts";

/** What the policy says about one path. */
export interface Verdict {
  readonly strip: boolean;
  /** Why the policy forbids it: a sentence for the owner of the site. */
  readonly forbidden?: string | undefined;
}

/** The strip and forbid lists, compiled. */
export type ContentRules = (path: string, isDirectory: boolean) => Verdict;

/** Compiles the lists of a policy. Names in disguise (case, ignorable characters, look-alikes) are seen through. */
export function contentRules(policy: ArchivePolicy): ContentRules {
  const strip = policy.strip.map(namePattern);
  const forbid = policy.forbid.map((rule) => ({ pattern: namePattern(rule.pattern), reason: rule.reason }));
  const extensions = policy.forbidExtensions.map(namePattern);
  const keep: Verdict = { strip: false };
  const folders = new Map<string, Verdict>();

  const judge = (segment: string, isDirectory: boolean): Verdict => {
    if (strip.some((pattern) => pattern.matches(segment, isDirectory))) return { strip: true };
    const rule = forbid.find(({ pattern }) => pattern.matches(segment, isDirectory));
    if (rule !== undefined)
      return { strip: false, forbidden: `"${rule.pattern.source}" is not published: ${rule.reason}.` };
    const extension = isDirectory ? undefined : forbiddenExtension(segment, extensions);
    if (extension === undefined) return keep;
    const forbidden = `Files with ".${extension}" in their name are not published: a web server may run them as programs.`;
    return { strip: false, forbidden };
  };

  const judgeFolder = (segment: string): Verdict => {
    const known = folders.get(segment);
    if (known !== undefined) return known;
    const verdict = judge(foldName(segment), true);
    folders.set(segment, verdict);
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
    const own = isDirectory ? judgeFolder(last) : judge(foldName(last), false);
    if (own.strip || verdict.forbidden === undefined) return own;
    return verdict;
  };
}

function forbiddenExtension(segment: string, extensions: readonly NamePattern[]): string | undefined {
  const [, ...parts] = segment.split(".");
  // Trailing spaces and semicolons end an extension for some servers ("a.asp;.jpg" was run by IIS 6).
  const names = parts.flatMap((part) => part.split(/[; ]/));
  return names.find((name) => extensions.some((pattern) => pattern.matches(name, false)));
}
