import {
  type CertificateId,
  type CertificateSeen,
  type CertificateTarget,
  type CertificateTargetError,
  type CertificateToDeliver,
  certificateFacts,
  checkCertificateDelivery,
  err,
  type HostingErrorOf,
  hostingError,
  ok,
  type Result,
} from "@hostelry/core/adapter";
import { decide, nextTurn, type Turn } from "../turn.ts";

/** How the place in memory is to be. */
export interface MemoryCertificateTargetOptions {
  /** Default `memory`. */
  readonly name?: string | undefined;
  /** What it has, by id; several targets may share it. */
  readonly held?: Map<CertificateId, CertificateToDeliver> | undefined;
  /** Whether the server behind it takes a certificate: the sentence that it refuses it with. Default: it takes all. */
  readonly refuses?: ((certificate: CertificateToDeliver) => string | undefined) | undefined;
  readonly turn?: Turn | undefined;
}

/** A {@link memoryCertificateTarget}, and what it has. */
export interface MemoryCertificateTarget extends CertificateTarget {
  readonly held: Map<CertificateId, CertificateToDeliver>;
}

/** A place for certificates in memory. Visitors are not served; what they would get is in `held`. */
export function memoryCertificateTarget(options: MemoryCertificateTargetOptions = {}): MemoryCertificateTarget {
  const { name = "memory", held = new Map<CertificateId, CertificateToDeliver>(), refuses, turn = nextTurn } = options;
  return {
    spec: "certificate-target/1",
    name,
    capabilities: { servesAtOnce: true },
    held,
    deliver: (request, call) =>
      decide(turn, "deliver", call, () =>
        checkCertificateDelivery(request).andThen((): Result<Delivered, CertificateTargetError> => {
          const before = held.get(request.certificateId);
          if (before !== undefined && isAsGood(before, request)) return ok({ changed: false, seen: seenOf(before) });
          const output = refuses?.(request);
          if (output !== undefined) return err(refused(name, output));
          held.set(request.certificateId, structuredClone(request));
          return ok({ changed: true, seen: seenOf(request) });
        }),
      ),
    observe: (certificateId, call) =>
      decide(turn, "observe", call, () => {
        const found = held.get(certificateId);
        return ok(found === undefined || !isWhole(found) ? null : seenOf(found));
      }),
    remove: (certificateId, call) => decide(turn, "remove", call, () => ok({ changed: held.delete(certificateId) })),
  };
}

interface Delivered {
  readonly changed: boolean;
  readonly seen: CertificateSeen;
}

/** What is damaged is as good as not there. */
function isWhole({ chainPem, sha256 }: CertificateToDeliver): boolean {
  return certificateFacts(chainPem)?.sha256 === sha256;
}

/** What is there stays when it is newer, and when it is the same. */
function isAsGood(before: CertificateToDeliver, after: CertificateToDeliver): boolean {
  if (!isWhole(before)) return false;
  return before.number > after.number || (before.number === after.number && before.sha256 === after.sha256);
}

function seenOf({ number, sha256, names }: CertificateToDeliver): CertificateSeen {
  return { number, sha256, names: [...names] };
}

function refused(transport: string, output: string): HostingErrorOf<"WEB_SERVER_REFUSED"> {
  const details = { transport, server: "memory", step: "alone", output } as const;
  return hostingError("WEB_SERVER_REFUSED", `The web server of ${transport} refuses the certificate.`, details);
}
