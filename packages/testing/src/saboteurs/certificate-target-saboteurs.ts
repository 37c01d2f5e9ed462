import { type CertificateTarget, errAsync, hasCode, okAsync } from "@hostelry/core/adapter";
import { certificateTargetConformance } from "../conformance/certificate-target/certificate-target-conformance.ts";
import type { MemoryCertificateTarget } from "../memory/certificate-target/memory-certificate-target.ts";
import { memoryCertificateTargetHarness } from "../memory/certificate-target/memory-certificate-target-harness.ts";
import type { Saboteur } from "./saboteur.ts";

/** A place for certificates that breaks one promise: `spoil` gives the methods that replace those of a good one. */
function certificateTargetSaboteur(draft: {
  readonly name: string;
  /** Case ids without the port. */
  readonly caughtBy: readonly string[];
  readonly spoil: (target: MemoryCertificateTarget) => Partial<CertificateTarget>;
}): Saboteur {
  const { name, caughtBy, spoil } = draft;
  const harness = memoryCertificateTargetHarness((target) => ({ ...target, ...spoil(target) }));
  const port = "certificate-target";
  const cases = () => certificateTargetConformance(harness);
  return { name, port, caughtBy: caughtBy.map((id) => `${port}/${id}`), cases };
}

/** Places for certificates that break one promise each. */
export const certificateTargetSaboteurs: readonly Saboteur[] = [
  certificateTargetSaboteur({
    name: "lays a certificate out without looking at its key",
    caughtBy: ["deliver/checked", "deliver/wrong-key"],
    spoil: (target) => ({
      deliver: (request, call) =>
        target.deliver(request, call).orElse((error) => {
          if (!hasCode(error, "CERTIFICATE_INVALID")) return errAsync(error);
          target.held.set(request.certificateId, request);
          const { number, sha256, names } = request;
          return okAsync({ changed: true, seen: { number, sha256, names } });
        }),
    }),
  }),
  certificateTargetSaboteur({
    name: "takes back a certificate that was there before",
    caughtBy: ["deliver/raced", "deliver/renewed"],
    spoil: (target) => ({
      deliver: (request, call) =>
        target.deliver(request, call).map((answer) => {
          if (answer.seen.number > request.number) target.held.set(request.certificateId, request);
          return answer;
        }),
    }),
  }),
  certificateTargetSaboteur({
    name: "says of every delivery that it has changed something",
    caughtBy: ["deliver/renewed", "deliver/repeated"],
    spoil: (target) => ({
      deliver: (request, call) => target.deliver(request, call).map((answer) => ({ ...answer, changed: true })),
    }),
  }),
  certificateTargetSaboteur({
    name: "answers what it was asked to deliver, not what is there",
    caughtBy: ["deliver/renewed"],
    spoil: (target) => ({
      deliver: (request, call) =>
        target.deliver(request, call).map(({ changed }) => {
          const { number, sha256, names } = request;
          return { changed, seen: { number, sha256, names } };
        }),
    }),
  }),
  certificateTargetSaboteur({
    name: "writes a certificate down, and serves it later",
    caughtBy: [
      "cancel/before",
      "deliver/damaged",
      "deliver/later-one",
      "deliver/name-before-wildcard",
      "deliver/raced",
      "deliver/renewed",
      "deliver/repeated",
      "deliver/served",
      "deliver/wildcard",
      "deliver/wrong-key",
      "remove/falls-back",
      "remove/gone",
      "remove/raced",
      "remove/returns",
    ],
    spoil: (target) => ({
      deliver: (request, call) =>
        target.deliver(request, call).map((answer) => {
          target.held.delete(request.certificateId);
          return answer;
        }),
    }),
  }),
  certificateTargetSaboteur({
    name: "takes away all that has one of the names",
    caughtBy: ["remove/falls-back"],
    spoil: (target) => ({
      remove: (certificateId, call) => {
        const names = target.held.get(certificateId)?.names ?? [];
        return target.remove(certificateId, call).map((answer) => {
          for (const [id, other] of target.held) {
            if (other.names.some((name) => names.includes(name))) target.held.delete(id);
          }
          return answer;
        });
      },
    }),
  }),
  certificateTargetSaboteur({
    name: "removes whatever it is asked to, every time anew",
    caughtBy: ["remove/gone", "remove/raced"],
    spoil: (target) => ({ remove: (id, call) => target.remove(id, call).map(() => ({ changed: true })) }),
  }),
  certificateTargetSaboteur({
    name: "removes a certificate after its caller has left",
    caughtBy: ["cancel/before"],
    spoil: (target) => ({ remove: (certificateId) => target.remove(certificateId) }),
  }),
];
