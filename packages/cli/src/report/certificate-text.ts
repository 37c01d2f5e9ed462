import type { Certificate, CertificateProgress } from "@hostelry/core";
import { formatDate } from "../terminal/format.ts";
import type { Palette } from "../terminal/palette.ts";

/** A certificate as a row of a table. */
export function certificateRow({ id, names, state, issued, trouble }: Certificate): string[] {
  const until = issued === undefined ? "" : formatDate(issued.notAfter);
  const renewal = issued === undefined ? "" : formatDate(issued.renewAt);
  return [names.join(" "), state, until, renewal, trouble?.type ?? "", id];
}

/** The head of that table. */
export const certificateColumns: readonly string[] = ["NAMES", "STATE", "UNTIL", "RENEWAL", "TROUBLE", "ID"];

/** A certificate as JSON: what is public of it. */
export function certificateObject(certificate: Certificate): object {
  const { id, names, state, tenantId, profile, issued, order, deliveries, failures, trouble, dueAt } = certificate;
  return { id, names, state, tenantId, profile, issued, order, deliveries, failures, trouble, dueAt };
}

/** How far a certificate is, in one to three lines. */
export function progressText({ certificate, next, served }: CertificateProgress, paint: Palette): string {
  const { names, issued, trouble, state, deliveries } = certificate;
  const name = names.join(", ");
  const missing = deliveries.filter((delivery) => delivery.trouble !== undefined);
  const lines = [
    served && issued !== undefined
      ? `${paint.good("✓")} ${name}: until ${formatDate(issued.notAfter)}, renewed about ${formatDate(issued.renewAt)}`
      : `${paint.good("·")} ${name} is ${state}`,
    ...(trouble === undefined ? [] : [`  ${trouble.type}: ${trouble.detail}`]),
    ...missing.map((delivery) => `  ${delivery.target}: ${delivery.trouble?.detail ?? ""}`),
  ];
  if (!served && next.at !== null) lines.push(`  goes on at ${formatDate(next.at)} (${next.what})`);
  return lines.join("\n");
}
