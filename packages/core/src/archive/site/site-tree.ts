import type { ArchivePolicy } from "../archive-policy.ts";
import type { FindingLog } from "../finding.ts";
import type { ContentRules } from "./content-rules.ts";

/** The files of a site as the archive names them, sorted into what is kept and what is left out. */
export interface SiteTree {
  /** Files that are published; paths as in the archive, before `root` is taken off. */
  readonly kept: ReadonlySet<string>;
  /** Files and directories left out by the policy. */
  readonly stripped: readonly string[];
  /** The one folder around everything, without slash; empty when there is none. */
  readonly root: string;
  readonly hasIndexHtml: boolean;
}

/** A path with what it stands for. */
export interface TreePath {
  readonly path: string;
  readonly kind: "file" | "directory";
}

function wrappingFolder(files: readonly string[]): string {
  const first = files[0];
  const slash = first?.indexOf("/") ?? -1;
  if (first === undefined || slash <= 0 || first.startsWith(".")) return "";
  const prefix = first.slice(0, slash + 1);
  return files.every((path) => path.startsWith(prefix)) ? first.slice(0, slash) : "";
}

/** Applies strip list, forbid list, wrapping folder and the rule about the index; says what it found to the log. */
export function siteTree(
  paths: Iterable<TreePath>,
  policy: ArchivePolicy,
  rules: ContentRules,
  log: FindingLog,
): SiteTree {
  const kept: string[] = [];
  const stripped: string[] = [];
  for (const { path, kind } of paths) {
    if (path === "") continue;
    const verdict = rules(path, kind === "directory");
    if (verdict.strip) {
      stripped.push(kind === "directory" ? `${path}/` : path);
      continue;
    }
    if (verdict.forbidden !== undefined) log.error("FORBIDDEN_FILE", verdict.forbidden, path);
    else if (kind === "file") kept.push(path);
  }
  const root = policy.wrappingFolder === "unwrap" ? wrappingFolder(kept) : "";
  for (const path of root === "" ? [] : kept) {
    // The one rule about names that a folder in front of them keeps from being met.
    if (!publishedPath(path, root).startsWith("~")) continue;
    log.error("NAME_UNSAFE_CHAR", `Without the folder "${root}" the path begins with "~", which shells replace.`, path);
  }
  const index = root === "" ? "index.html" : `${root}/index.html`;
  const hasIndexHtml = kept.includes(index);
  if (kept.length === 0) {
    if (!log.rejected) log.error("EMPTY_ARCHIVE", "There is no file to publish in it.");
  } else if (!hasIndexHtml && policy.requireIndex) {
    log.error("NO_INDEX", 'There is no "index.html" at the root of the site, so its address would show nothing.');
  }
  return { kept: new Set(kept), stripped, root, hasIndexHtml };
}

/** A path as it is published: without the wrapping folder. */
export function publishedPath(path: string, root: string): string {
  return root === "" ? path : path.slice(root.length + 1);
}
