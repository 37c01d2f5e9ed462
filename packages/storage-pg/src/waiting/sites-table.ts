/** What the columns of a table of sites are called. */
export interface SitesTableColumns {
  /** The primary key, of whatever type. */
  readonly id: string;
  /** Which server: text. */
  readonly server: string;
  readonly domain: string;
  readonly name: string;
  /** Text. */
  readonly dnsStatus: string;
  /** Text. */
  readonly hostingStatus: string;
  /** Boolean; `null`: no site wants analytics. */
  readonly analytics: string | null;
  /** `jsonb` object; `null`: there are no wishes. */
  readonly wishes: string | null;
  /** Text. */
  readonly documentRoot: string;
  /** Text. */
  readonly analyticsId: string;
  /** `jsonb`: code, message, at. */
  readonly reason: string;
  /** Boolean. */
  readonly retryable: string;
  /** Text. */
  readonly claim: string;
  /** `timestamptz`. */
  readonly claimUntil: string;
}

/** The words of a table of sites for how things stand. */
export interface SitesTableWords {
  readonly dnsActive: string;
  readonly pending: string;
  /** While somebody works on it. */
  readonly provisioning: string;
  readonly active: string;
  readonly failed: string;
}

/** The names that a new table would have. */
export const defaultColumns: SitesTableColumns = {
  id: "id",
  server: "server_id",
  domain: "domain",
  name: "name",
  dnsStatus: "dns_status",
  hostingStatus: "hosting_status",
  analytics: "analytics_wanted",
  wishes: "hosting_wishes",
  documentRoot: "document_root",
  analyticsId: "analytics_id",
  reason: "hosting_reason",
  retryable: "hosting_retryable",
  claim: "hosting_claim",
  claimUntil: "hosting_claim_until",
};

/** The words that a new table would have. */
export const defaultWords: SitesTableWords = {
  dnsActive: "active",
  pending: "pending",
  provisioning: "provisioning",
  active: "active",
  failed: "failed",
};

/** A name of PostgreSQL in double quotes, with its schema where it has one. Throws `TypeError` for anything odd. */
export function quotedName(name: string): string {
  const parts = name.split(".");
  if (parts.length > 2 || !parts.every((part) => /^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(part))) {
    throw new TypeError(`${JSON.stringify(name)} is no name of a table or a column`);
  }
  return parts.map((part) => `"${part}"`).join(".");
}
