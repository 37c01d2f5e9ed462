import type { Manifest } from "../archive/manifest.ts";
import { readBlob } from "../blob/read-blob.ts";
import type { BlobStore, BlobStoreError } from "../ports/blob-store.ts";
import type { CallOptions } from "../ports/call-options.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import { parseHeaders } from "./parse-headers.ts";
import { parseRedirects } from "./parse-redirects.ts";
import type { RuleFile, RuleProblem, SiteRules } from "./site-rules.ts";

/** Rules, and what in their files is ignored. */
export interface ReadRules {
  readonly rules: SiteRules;
  readonly problems: readonly RuleProblem[];
}

/** The bytes of a site's rule files, as far as it has them. */
export type RuleTexts = Readonly<Partial<Record<RuleFile, Uint8Array | undefined>>>;

/** Far beyond what the most rules that are read can take. */
const maxFileBytes = 1024 * 1024;

/** Parses the texts of a site's rule files. Never fails: what can't be used is a problem. */
export function parseRules(files: RuleTexts): ReadRules {
  const problems: RuleProblem[] = [];
  const redirects = parseRedirects(textOf(files, "_redirects", problems));
  const headers = parseHeaders(textOf(files, "_headers", problems));
  return {
    rules: { redirects: redirects.rules, headers: headers.rules },
    problems: [...problems, ...redirects.problems, ...headers.problems],
  };
}

/** Reads the rule files of content whose blobs are in the store; most sites have none. */
export function readSiteRules(
  blobs: Pick<BlobStore, "read">,
  manifest: Pick<Manifest, "files">,
  options: CallOptions,
): ResultAsync<ReadRules, BlobStoreError> {
  return flow(async function* () {
    const texts: Partial<Record<RuleFile, Uint8Array>> = {};
    for (const { path, sha256, size } of manifest.files) {
      if (path !== "_redirects" && path !== "_headers") continue;
      texts[path] =
        size > maxFileBytes
          ? new Uint8Array(maxFileBytes + 1)
          : yield* readBlob(blobs, sha256, { signal: options.signal });
    }
    return ok(parseRules(texts));
  });
}

function textOf(files: RuleTexts, file: RuleFile, problems: RuleProblem[]): string {
  const bytes = files[file];
  if (bytes === undefined) return "";
  const ignore = (message: string): string => {
    problems.push({ file, line: 0, message });
    return "";
  };
  if (bytes.byteLength > maxFileBytes) return ignore("The file is larger than 1 MiB and is ignored.");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return ignore("The file is not UTF-8 text and is ignored.");
  }
}
