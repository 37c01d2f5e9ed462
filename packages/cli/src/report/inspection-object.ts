import type { ArchiveReport, Manifest } from "@hostelry/core";

/** An inspection for programs. The order of the keys is part of the promise; `files` comes with `--manifest`. */
export function inspectionObject(file: string, report: ArchiveReport, manifest: Manifest | undefined): object {
  const { ok, findings, stats, sha256, stripped } = report;
  const { files, bytes, archiveBytes, hasIndexHtml, root } = stats;
  return {
    file,
    ok,
    findings: findings.map(({ code, severity, entry, message }) => ({
      code,
      severity,
      ...(entry === undefined ? {} : { entry }),
      message,
    })),
    stats: { files, bytes, archiveBytes, hasIndexHtml, root },
    sha256,
    stripped,
    ...(manifest === undefined ? {} : { files: filesOf(manifest) }),
  };
}

function filesOf(manifest: Manifest): object {
  return Object.fromEntries(manifest.files.map(({ path, size, sha256 }) => [path, { size, sha256 }]));
}
