import { randomBytes } from "node:crypto";
import type {
  CertificateChange,
  CertificateId,
  CertificateRecord,
  CertificateStore,
  NewCertificateRecord,
  Sealed,
  TenantId,
} from "@hostelry/core/adapter";
import { expectOk } from "../expectation.ts";
import { afterNoon, noon } from "../store/scene.ts";

/** So long a lease lasts here. */
export const leaseMs = 60_000;

/** An id nobody has. */
export function freshCertificateId(): CertificateId {
  return `cert-${randomBytes(10).toString("hex")}` as CertificateId;
}

/** A tenant nobody is. */
export function freshTenantId(): TenantId {
  return `tenant-${randomBytes(8).toString("hex")}` as TenantId;
}

/** A name nobody has. */
export function freshName(below = "acme.com"): string {
  return `h-${randomBytes(8).toString("hex")}.${below}`;
}

/** What to begin. */
export function newRecord(facts: Partial<NewCertificateRecord> = {}): NewCertificateRecord {
  return { id: freshCertificateId(), names: [freshName()], now: noon, ...facts };
}

/** A record that is there. */
export async function begun(
  store: CertificateStore,
  facts: Partial<NewCertificateRecord> = {},
): Promise<CertificateRecord> {
  return (await expectOk(store.beginCertificate(newRecord(facts)))).certificate;
}

/** What to lease. */
export function leaseOf(
  certificateId: CertificateId,
  holder = "ada",
  now: Date = noon,
): Parameters<CertificateStore["leaseCertificate"]>[0] {
  return { certificateId, holder, now, expiresAt: new Date(now.getTime() + leaseMs) };
}

/** A record that is leased. */
export async function leased(
  store: CertificateStore,
  facts: Partial<NewCertificateRecord> = {},
): Promise<CertificateRecord> {
  const { id } = await begun(store, facts);
  return expectOk(store.leaseCertificate(leaseOf(id)));
}

/** A change by whoever has the token of the record. */
export function changeOf(
  { id, fencingToken }: Pick<CertificateRecord, "fencingToken" | "id">,
  change: CertificateChange,
  release = false,
): Parameters<CertificateStore["changeCertificate"]>[0] {
  return { certificateId: id, fencingToken, change, release };
}

const sealed = "sealed.with-a-key-of.nobody" as Sealed;
const sha256 = "ab".repeat(32);
const pem = `-----BEGIN CERTIFICATE-----\n${"MIIB".repeat(2000)}\n-----END CERTIFICATE-----\n`;

/** A change of everything, with every field that there is, and texts that are easily damaged. */
export const wholeChange: Required<CertificateChange> = {
  state: "issued",
  profile: "tlsserver",
  issued: {
    number: 7,
    source: "acme",
    authority: 'let\'s "encrypt" \\ ümlaut ✓',
    chainPem: pem,
    privateKey: sealed,
    sha256,
    serialNumber: "00ff01",
    notBefore: afterNoon(-1000),
    notAfter: afterNoon(90_000_000_001),
    issuedAt: afterNoon(1),
    renewAt: afterNoon(60_000_000_003),
    advice: {
      renewalId: "aki.serial",
      info: {
        windowStart: afterNoon(50_000_000_001),
        windowEnd: afterNoon(50_000_000_999),
        explanationUrl: "https://why.test/?a=1&b=2",
        askAgainAfterMs: 21_600_000,
      },
      askedAt: afterNoon(2),
    },
    replacedElsewhere: true,
  },
  past: [
    {
      number: 6,
      certificatePem: pem,
      sha256: "cd".repeat(32),
      serialNumber: "0a",
      notAfter: afterNoon(77),
      authority: "before",
      source: "uploaded",
      replacedBy: sha256,
      replacedAt: afterNoon(3),
      revokedAt: afterNoon(4),
    },
    {
      number: 5,
      certificatePem: pem,
      sha256: "ef".repeat(32),
      serialNumber: "0b",
      notAfter: afterNoon(78),
      authority: "before that",
      source: "acme",
      replacedAt: afterNoon(5),
    },
  ],
  order: {
    stage: "real",
    authority: "acme",
    orderId: "https://ca.test/order/17?x=%20",
    startedAt: afterNoon(6),
    replaces: "aki.serial",
    solvers: { "*.acme.com": "dns", "acme.com": "http" },
    privateKey: sealed,
    signingRequest: "MIIB",
    presentedAt: afterNoon(15),
    answeredAt: afterNoon(16),
    failures: 2,
    nextAt: afterNoon(17),
  },
  presented: [
    {
      type: "dns-01",
      solver: "dns",
      name: "acme.com",
      key: "_acme-challenge.acme.com",
      content: "value",
      presentedAt: afterNoon(7),
    },
  ],
  deliveries: [
    { target: "edge-1", sha256, seenAt: afterNoon(8), failures: 0 },
    {
      target: "edge-2",
      failures: 3,
      trouble: { from: "target", type: "TRANSPORT_LOST", detail: "Gone.", at: afterNoon(9), retryAt: afterNoon(14) },
    },
  ],
  lookedAt: afterNoon(31),
  rehearsedAt: afterNoon(10),
  failures: 4,
  trouble: {
    from: "authority",
    type: "caa",
    detail: "CAA of “acme.com” forbids.",
    name: "acme.com",
    at: afterNoon(11),
    retryAt: afterNoon(13),
  },
  dueAt: afterNoon(12),
} as const satisfies CertificateChange;
