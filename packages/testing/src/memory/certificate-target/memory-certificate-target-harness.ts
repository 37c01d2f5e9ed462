import { X509Certificate } from "node:crypto";
import type { CertificateId, CertificateTarget, CertificateToDeliver } from "@hostelry/core/adapter";
import type { CertificateTargetHarness } from "../../conformance/certificate-target/certificate-target-harness.ts";
import { type MemoryCertificateTarget, memoryCertificateTarget } from "./memory-certificate-target.ts";

/** The harness of the place in memory; `spoil` may break what it makes: that is how saboteurs are built. */
export function memoryCertificateTargetHarness(
  spoil: (target: MemoryCertificateTarget) => CertificateTarget = (target) => target,
): CertificateTargetHarness {
  return {
    capabilities: { servesAtOnce: true },
    make: async () => {
      const held = new Map<CertificateId, CertificateToDeliver>();
      const open = (): CertificateTarget => spoil(memoryCertificateTarget({ held }));
      const latest = (name: string): string | undefined => {
        const good = [...held.values()].filter(({ names, chainPem }) => chainPem !== "" && names.includes(name));
        good.sort((one, other) => beginOf(other) - beginOf(one));
        return good[0]?.sha256;
      };
      return {
        subject: open(),
        dispose: async () => undefined,
        another: open,
        damage: async (certificateId) => {
          const certificate = held.get(certificateId);
          if (certificate !== undefined) held.set(certificateId, { ...certificate, chainPem: "" });
        },
        served: async (name) => latest(name) ?? latest(`*${name.slice(name.indexOf("."))}`) ?? null,
      };
    },
  };
}

function beginOf({ chainPem }: CertificateToDeliver): number {
  return Date.parse(new X509Certificate(chainPem).validFrom);
}
