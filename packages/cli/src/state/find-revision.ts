import { type Hosting, hostingError, type Revision, type RevisionId, type Site, unwrap } from "@hostelry/core";
import { UsageError } from "../command-line/usage-error.ts";
import { everyItem } from "./every-item.ts";

const numberForm = /^r([1-9][0-9]{0,9})$/;
const idForm = /^rev-[0-9a-z]{20}$/;

/**
 * The revision that was meant: `r3` of the site, or any id (whose site is not looked at: publishing does that).
 *
 * @throws UsageError for a text of another form; `REVISION_NOT_FOUND`.
 */
export async function findRevision(
  hosting: Hosting,
  site: Site,
  meant: string,
  signal: AbortSignal,
): Promise<Revision> {
  if (idForm.test(meant)) return unwrap(hosting.revisions.get(meant as RevisionId, { signal }));
  const number = Number(numberForm.exec(meant)?.[1]);
  if (Number.isNaN(number)) throw new UsageError(`"${meant}" is not a revision. Write it like r3, or give its id.`);
  for await (const revision of everyItem((after) => hosting.revisions.list(site.id, { after, signal }))) {
    if (revision.number === number) return revision;
  }
  throw hostingError("REVISION_NOT_FOUND", `${site.name} has no revision ${meant}.`, { revisionId: meant });
}
