import { createHash } from "node:crypto";

/**
 * A system user for a domain, always the same one: the beginning of the name, for people, and eight digits of its SHA-256, so that
 * `example.com` and `example.net`, or two long names, never share one. At most 32 characters.
 */
export function siteUserFor(domain: string): string {
  const digits = createHash("sha256").update(domain.toLowerCase()).digest("hex").slice(0, 8);
  const labels = domain
    .toLowerCase()
    .replace(/^www\./, "")
    .split(".");
  const plain = (labels[0] ?? "").replace(/[^a-z0-9]+/g, "-").replace(/^[^a-z]+|-+$/g, "");
  return `${(plain === "" ? "site" : plain).slice(0, 22)}-${digits}`;
}
