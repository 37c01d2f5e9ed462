import type { ArchiveReport, Revision, Site } from "@hostelry/core";
import type { Output } from "../terminal/output.ts";
import { inspectionText } from "./inspection-text.ts";

/** Says that an archive that was to be used has been rejected, and why. */
export function reportRejection(
  output: Output,
  rejected: {
    readonly site: Site;
    readonly revision: Revision;
    readonly archive: string;
    readonly report: ArchiveReport;
  },
): void {
  const { site, revision, archive, report } = rejected;
  const object = {
    outcome: "rejected",
    site: { id: site.id, name: site.name },
    revision: { id: revision.id, number: revision.number },
    report,
  };
  const rest = `  Kept as r${revision.number} of ${site.name}, unpublished. What is live has not changed.`;
  output.result(object, `${inspectionText(archive, report, undefined, output.paint)}\n${rest}`);
}
