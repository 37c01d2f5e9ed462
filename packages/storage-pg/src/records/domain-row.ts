import type {
  Domain,
  DomainId,
  DomainState,
  Hostname,
  ProofMethod,
  RedirectPolicy,
  SiteId,
  TenantId,
} from "@hostelry/core/adapter";
import { type Columns, flag, integer, optionalText, optionalTime, type Row, text, time } from "../database/columns.ts";

/** The columns of a domain. */
export const domainColumns: Columns = {
  id: "text",
  position: "integer",
  hostname: "text",
  tenant_id: "text",
  site_id: "text",
  state: "text",
  state_since: "time",
  detached_at: "time",
  proof_method: "text",
  proof_token: "text",
  proof_issued: "time",
  proof_expires: "time",
  confirmed_at: "time",
  failures: "integer",
  attempts: "integer",
  next_look_at: "time",
  due_at: "time",
  is_primary: "flag",
  redirect: "text",
  created_at: "time",
  version: "integer",
  change: "integer",
};

/** What the columns of a second domain in the same row begin with: the one that gave way. */
export const takenPrefix = "taken_";

/** Reads the domain that gave way, if one did. */
export function readTaken(row: Row): { readonly taken?: Domain } {
  if (optionalText(row, `${takenPrefix}id`) === undefined) return {};
  const own = Object.entries(row).filter(([column]) => column.startsWith(takenPrefix));
  return {
    taken: readDomain(Object.fromEntries(own.map(([column, value]) => [column.slice(takenPrefix.length), value]))),
  };
}

/** Reads a domain. */
export function readDomain(row: Row): Domain {
  const [detachedAt, confirmedAt] = [optionalTime(row, "detached_at"), optionalTime(row, "confirmed_at")];
  const [nextLookAt, dueAt] = [optionalTime(row, "next_look_at"), optionalTime(row, "due_at")];
  return {
    id: text(row, "id") as DomainId,
    hostname: text(row, "hostname") as Hostname,
    tenantId: text(row, "tenant_id") as TenantId,
    siteId: text(row, "site_id") as SiteId,
    state: text(row, "state") as DomainState,
    stateSince: time(row, "state_since"),
    ...(detachedAt === undefined ? {} : { detachedAt }),
    challenge: {
      method: text(row, "proof_method") as ProofMethod,
      token: text(row, "proof_token"),
      issuedAt: time(row, "proof_issued"),
      expiresAt: time(row, "proof_expires"),
    },
    ...(confirmedAt === undefined ? {} : { confirmedAt }),
    failures: integer(row, "failures"),
    attempts: integer(row, "attempts"),
    ...(nextLookAt === undefined ? {} : { nextLookAt }),
    ...(dueAt === undefined ? {} : { dueAt }),
    primary: flag(row, "is_primary"),
    redirect: text(row, "redirect") as RedirectPolicy,
    createdAt: time(row, "created_at"),
    version: integer(row, "version"),
    change: integer(row, "change"),
  };
}
