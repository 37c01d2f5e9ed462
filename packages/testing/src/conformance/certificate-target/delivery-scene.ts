import { generateKeyPairSync, randomBytes } from "node:crypto";
import { type CertificateId, type CertificateToDeliver, certificateFacts, systemRandom } from "@hostelry/core/adapter";
import { memoryIssuer } from "../../memory/certificate-authority/memory-issuer.ts";
import { freshCertificateId } from "../certificate-store/certificate-scene.ts";
import { assertSame } from "../expectation.ts";
import type { CertificateTargetUnderTest } from "./certificate-target-harness.ts";

const issuer = memoryIssuer(systemRandom);
const hour = 3_600_000;

/** A domain nobody has. */
export function freshDomain(): string {
  return `d-${randomBytes(6).toString("hex")}.test`;
}

/** What to deliver. */
export interface DeliveryFacts {
  readonly names: readonly string[];
  readonly certificateId?: CertificateId | undefined;
  readonly number?: number | undefined;
  /** So many hours ago it began to be valid. Default 1. */
  readonly ageHours?: number | undefined;
}

/** A real certificate, with a key of its own. */
export function newDelivery(facts: DeliveryFacts): CertificateToDeliver {
  const { certificateId = freshCertificateId(), number = 1, ageHours = 1 } = facts;
  const names = [...facts.names].sort();
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const now = Math.floor(Date.now() / 1000) * 1000;
  const { chainPem } = issuer.issue({
    names,
    publicKey: publicKey.export({ format: "der", type: "spki" }),
    notBefore: new Date(now - ageHours * hour),
    notAfter: new Date(now + 1000 * hour),
  });
  const privateKeyPem = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
  const { sha256 = "" } = certificateFacts(chainPem) ?? {};
  return { certificateId, number, names, chainPem, privateKeyPem, sha256 };
}

/** Asserts what visitors of names are shown; `null` stands for none. */
export async function assertServed(
  { served }: CertificateTargetUnderTest,
  expected: Readonly<Record<string, CertificateToDeliver | null>>,
): Promise<void> {
  const shown: Record<string, string | null> = {};
  const wanted: Record<string, string | null> = {};
  for (const [name, certificate] of Object.entries(expected)) {
    shown[name] = await served(name);
    wanted[name] = certificate?.sha256 ?? null;
  }
  assertSame(shown, wanted, "what visitors are shown");
}
