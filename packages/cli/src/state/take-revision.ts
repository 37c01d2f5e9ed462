import { access, constants, stat } from "node:fs/promises";
import { type ArchiveReport, hostingError, type Revision, type Site, unwrap } from "@hostelry/core";
import type { CommandContext } from "../command-line/command.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { findRevision } from "./find-revision.ts";
import type { OpenState } from "./with-hosting.ts";

/** The revision a command is about, and what its inspection said. */
export interface TakenRevision {
  readonly revision: Revision;
  /** `ok: false`: it was uploaded just now, and rejected. Absent when it was named and never validated. */
  readonly report: ArchiveReport | undefined;
}

/**
 * Checks, before anything is opened or made, that exactly one of ARCHIVE and `--revision` was given, and that the archive is
 * there.
 *
 * @throws UsageError; `ARCHIVE_UNREADABLE`.
 */
export async function checkContentArguments({ args }: CommandContext): Promise<void> {
  const [archive, ...rest] = args.positionals;
  if (rest.length > 0) throw new UsageError(`Name one archive only; "${rest[0]}" is too much.`);
  if ((archive === undefined) === (args.text("revision") === undefined)) {
    throw new UsageError("Name either an archive or a --revision.");
  }
  if (archive === undefined) return;
  try {
    await access(archive, constants.R_OK);
    if (!(await stat(archive)).isDirectory()) return;
  } catch (cause) {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
    const message = `${archive} can't be read: ${reason === "ENOENT" ? "there is no such file" : reason}.`;
    throw hostingError("ARCHIVE_UNREADABLE", message, { source: archive, reason }, { cause });
  }
  const details = { source: archive, reason: "it is a directory" };
  throw hostingError("ARCHIVE_UNREADABLE", `${archive} is a directory, not an archive.`, details);
}

/** Uploads and validates the archive that was named, or finds the revision that was. */
export async function takeRevision(context: CommandContext, state: OpenState, site: Site): Promise<TakenRevision> {
  const { args, output, signal } = context;
  const { hosting, acting } = state;
  const [archive] = args.positionals;
  if (archive === undefined) {
    const revision = await findRevision(hosting, site, args.text("revision") ?? "", signal);
    return { revision, report: revision.report };
  }
  const options = { ...acting, onProgress: output.progress };
  const revision = await unwrap(hosting.revisions.upload(site.id, archive, options));
  const report = await unwrap(hosting.revisions.validate(revision.id, options));
  return { revision, report };
}

/** Options of the commands that take content. */
export const contentOptions = {
  site: { type: "string", value: "SITE", help: "the site, by name or id" },
  revision: { type: "string", value: "rN|ID", help: "a revision that is there already, instead of an archive" },
} as const;
