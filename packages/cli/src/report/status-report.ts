import type { Preview, Publication, Revision, RevisionId, SiteFreeze, SiteStatus, TargetStatus } from "@hostelry/core";
import { count, formatDate } from "../terminal/format.ts";
import type { Palette } from "../terminal/palette.ts";

/** Everything that is said about a site. */
export interface SiteAccount {
  readonly status: SiteStatus;
  /** The revisions that slots and unfinished publications name. */
  readonly revisions: ReadonlyMap<RevisionId, Revision>;
  /** The previews that are open. */
  readonly previews: readonly Preview[];
}

/** A site's status for programs. */
export function statusObject({ status, revisions, previews }: SiteAccount): object {
  const { site, slots, unfinished, targets, inSync } = status;
  const live = slots.find(({ name }) => name === "live");
  return {
    site: { id: site.id, name: site.name, state: site.state, frozen: site.frozen ?? null },
    live:
      live === undefined
        ? null
        : {
            revision: { id: live.revisionId, number: revisions.get(live.revisionId)?.number ?? null },
            release: live.release,
            publication: live.publication,
            since: live.since,
          },
    previews: previews.map(({ id, revisionId, expiresAt }) => ({ id, revisionId, expiresAt })),
    unfinished: unfinished.map(({ number, slot, revisionId, state, startedAt }) => ({
      number,
      slot,
      revisionId,
      state,
      startedAt,
    })),
    targets: targets.map(targetObject),
    inSync,
  };
}

function targetObject({ target, observed, problem, inSync }: TargetStatus): object {
  if (observed === undefined) return { target, inSync, problem: problem ?? null };
  const { fence, slots, releases, servingState, leftovers } = observed;
  return { target, inSync, observed: { fence, slots: Object.fromEntries(slots), releases, servingState, leftovers } };
}

/** A site's status for people. */
export function statusText(account: SiteAccount, paint: Palette): string {
  const { site, unfinished, targets, inSync } = account.status;
  const mark = inSync ? paint.good("✓") : paint.warn("!");
  return [
    `${mark} ${paint.strong(site.name)} ${paint.soft(site.id)}  ${site.state}`,
    ...(site.frozen === undefined ? [] : [`  ${paint.warn("frozen")}       ${frozenText(site.frozen)}`]),
    `  live         ${liveText(account)}`,
    ...account.previews.map((preview) => `  preview      ${previewText(account, preview)}`),
    ...unfinished.map((publication) => `  ${paint.warn("unfinished")}   ${unfinishedText(account, publication)}`),
    ...targets.map((target) => `  target       ${targetText(target, paint)}`),
  ].join("\n");
}

/** Who froze a site, when and why, on one line. */
export function frozenText({ frozenBy, since, reason }: SiteFreeze): string {
  return `by ${frozenBy} since ${formatDate(since)}: ${reason}`;
}

function liveText({ status, revisions }: SiteAccount): string {
  const live = status.slots.find(({ name }) => name === "live");
  if (live === undefined) return "nothing published yet";
  return `r${revisions.get(live.revisionId)?.number ?? "?"}, release ${live.release}, since ${formatDate(live.since)}`;
}

function previewText({ revisions }: SiteAccount, { id, revisionId, expiresAt }: Preview): string {
  const number = revisions.get(revisionId)?.number;
  return `${id}${number === undefined ? "" : ` (r${number})`}, until ${formatDate(expiresAt)}`;
}

function unfinishedText({ revisions }: SiteAccount, publication: Publication): string {
  const { number, slot, revisionId, state, startedAt } = publication;
  const what = `publication ${number} of r${revisions.get(revisionId)?.number ?? "?"} to ${slot}`;
  return `${what} stopped at "${state}", begun ${formatDate(startedAt)}; the next publish puts it right`;
}

function targetText({ target, observed, problem, inSync }: TargetStatus, paint: Palette): string {
  if (observed === undefined) return `${target}: ${paint.bad("could not be asked")}: ${problem?.message ?? "unknown"}`;
  const agreement = inSync ? "agrees with the record" : paint.warn("differs from the record");
  const leftovers = observed.leftovers === 0 ? "" : `, ${count(observed.leftovers, "left-over")}`;
  return `${target}: ${agreement}, ${count(observed.releases.length, "release")}${leftovers}`;
}
