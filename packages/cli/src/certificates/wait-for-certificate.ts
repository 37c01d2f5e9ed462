import { type CertificateProgress, type Certificates, systemClock, unwrap } from "@hostelry/core";
import type { CommandContext, CommandOptions } from "../command-line/command.ts";
import { parseDuration } from "../command-line/duration.ts";

/** How long it is waited for. */
export const waitOption: CommandOptions = {
  wait: { type: "string", value: "TIME", help: "wait so long for the certificate (default 2m)" },
};

/** What waiting works with. */
export interface WaitingScene {
  readonly context: CommandContext;
  readonly certificates: Certificates;
  readonly acting: { readonly actor: string; readonly signal: AbortSignal };
}

const longestPauseMs = 5000;

/** Whether a certificate is served, of this number or a later one. */
export function isServed({ served, certificate }: CertificateProgress, number = 1): boolean {
  return served && (certificate.issued?.number ?? 0) >= number;
}

/** What only time, or somebody, can mend: there is no point in waiting for it. */
function isTroubled({ certificate: { trouble, deliveries } }: CertificateProgress, since: Date): boolean {
  return trouble !== undefined || deliveries.some((delivery) => (delivery.trouble?.at ?? 0) >= since);
}

/** Goes on until it is served, or in trouble, or the time is over; what is begun is in the records, and sweep goes on with it. */
export async function waitForCertificate(
  { certificates, acting, context: { args, signal } }: WaitingScene,
  begun: CertificateProgress,
  number = 1,
): Promise<CertificateProgress> {
  const since = new Date();
  const until = since.getTime() + parseDuration(args.text("wait") ?? "2m");
  let progress = begun;
  while (!isServed(progress, number) && !isTroubled(progress, since) && !signal.aborted) {
    const pauseMs = Math.min(Math.max(0, (progress.next.at?.getTime() ?? 0) - Date.now()), longestPauseMs);
    if (Date.now() + pauseMs > until) break;
    await systemClock.sleep(pauseMs, signal);
    progress = await unwrap(certificates.advance(progress.certificate.id, acting));
  }
  return progress;
}
