import type { Domain, Pointing, ProofInstructions } from "@hostelry/core";
import { formatDate } from "../terminal/format.ts";
import type { Palette } from "../terminal/palette.ts";

/** A domain as one line. */
export function domainLine({ hostname, state, primary }: Domain, paint: Palette): string {
  const mark = state === "suspect" || state === "grace" ? "!" : "✓";
  return `${paint.good(mark)} ${hostname} is ${state}${primary ? ", the primary name" : ""}`;
}

/** A domain as a row of a table. */
export function domainRow({ hostname, state, stateSince, siteId, tenantId, primary }: Domain): string[] {
  return [`${hostname}${primary ? " *" : ""}`, state, formatDate(stateSince), siteId, tenantId];
}

/** A domain as JSON. The challenge is in the instructions of a claim. */
export function domainObject(domain: Domain): object {
  const { id, hostname, state, stateSince, siteId, tenantId, primary, redirect, nextLookAt, dueAt } = domain;
  return { id, hostname, state, stateSince, siteId, tenantId, primary, redirect, nextLookAt, dueAt };
}

/** What the customer has to do. */
export function instructionsText({ hostname }: Domain, instructions: ProofInstructions): string {
  const then = `and then say: hostelry domains verify ${hostname}`;
  switch (instructions.method) {
    case "dns":
      return `  To prove it, add this record, ${then}\n    ${instructions.name}  TXT  "${instructions.value}"`;
    case "http":
      return `  To prove it, serve this text, ${then}\n    ${instructions.url}\n    ${instructions.body}`;
    case "platform":
      return "  It needs no proof.";
  }
}

const findings: Readonly<Record<Pointing["finding"], string>> = {
  here: "leads here",
  "here-by-proxy": "leads here, through a proxy",
  "no-name": "does not exist",
  "no-addresses": "has no addresses",
  "other-addresses": "leads elsewhere",
  partly: "leads here and elsewhere",
  "resolvers-disagree": "leads here, but not all servers know it yet",
};

/** Where a name leads. */
export function pointingText({ hostname, finding, found, expected, aliases }: Pointing): string {
  const lines = [`${hostname} ${findings[finding]}.`];
  if (aliases.length > 0) lines.push(`  alias of: ${aliases.join(" → ")}`);
  lines.push(`  found:    ${found.join(", ") || "nothing"}`, `  expected: ${expected.join(", ")}`);
  return lines.join("\n");
}
