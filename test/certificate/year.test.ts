// A year of many certificates on a simulated clock, at an authority that has Let's Encrypt's limits and counts them by itself.
import {
  aesKeyVault,
  type CertificatePolicy,
  type Certificates,
  type Clock,
  createCertificates,
  httpChallenges,
  letsEncryptRateLimits,
  type NamePermission,
  okAsync,
  unwrap,
} from "@hostelry/core";
import {
  memoryAuthority,
  memoryAuthorityServer,
  memoryCertificateStore,
  memoryCertificates,
  memorySigningRequests,
  seededRandom,
} from "@hostelry/testing";
import { describe, expect, it } from "vitest";
import { rounds } from "../setup/rounds.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const count = rounds(10_000, 120);
/** Let's Encrypt's; for fewer certificates fewer orders, so that the limit matters as much. */
const orders = { name: "orders-per-account", max: rounds(300, 4), windowMs: 3 * hour };
const tickMs = 10 * minute;
const begin = Date.parse("2026-01-01T00:00:00.000Z");
const outage = { from: begin + 200 * day, until: begin + 202 * day };
/** Looked at less often than in life: a hundred thousand looks more show nothing more. */
const policy: Partial<CertificatePolicy> = { lookMs: 56 * day };

interface Year {
  readonly issued: number;
  readonly orders: number;
  readonly exempt: number;
  readonly refused: number;
  readonly waits: number;
  readonly faults: number;
  /** Least part of its life that a certificate had left when it was renewed. */
  readonly leastLeft: number;
  readonly expired: readonly string[];
  /** When the last one was there for the first time. */
  readonly allThereAfterHours: number;
}

function namesOf(index: number): readonly string[] {
  // Sixty below one domain, as the names of a reseller: more than the fifty that it may have in a week.
  if (index % 2 === 0) return [`shop-${index}.reseller-${Math.floor(index / 120)}.example`];
  return [`customer-${index}.example`, `www.customer-${index}.example`];
}

async function liveThrough(renewalInfo: boolean): Promise<Year> {
  let nowMs = begin;
  const clock: Clock = {
    now: () => new Date(nowMs),
    sleep: async () => {
      throw new Error("certificates sleep in no process");
    },
  };
  const random = seededRandom(`a year ${renewalInfo}`);
  const certificates = memoryCertificates();
  let faults = 0;
  const server = memoryAuthorityServer({
    clock,
    random,
    limits: { ...letsEncryptRateLimits, orders },
    seen: { http: (name, token) => certificates.answers.get(`${name} ${token}`)?.content, txt: () => [] },
    trouble: () => {
      if (nowMs >= outage.from && nowMs < outage.until) return "unavailable";
      const [byte = 0] = random.bytes(1);
      if (byte >= 26) return undefined;
      faults += 1;
      return byte % 2 === 0 ? "unavailable" : "lost";
    },
  });
  const atOnce = async (): Promise<void> => undefined;
  let waits = 0;
  const processes = Array.from({ length: 2 }, (): Certificates => {
    const store = memoryCertificateStore({ certificates, turn: atOnce });
    const authority = memoryAuthority({ server, turn: atOnce, capabilities: { renewalInfo } });
    return createCertificates({
      store,
      clock,
      random,
      policy,
      authority: {
        name: "simulated",
        authority,
        limits: { ...letsEncryptRateLimits, orders },
        account: { termsOfServiceAgreed: true },
      },
      vault: aesKeyVault({ keys: { only: new Uint8Array(32).fill(1) }, current: "only" }),
      newSigningRequest: memorySigningRequests(random),
      solvers: [httpChallenges({ store, clock, random })],
      permission: { of: () => okAsync<NamePermission>({ allowed: true }) },
    });
  });
  const [first] = processes;
  if (first === undefined) throw new Error("no process");
  for (let index = 0; index < count; index += 1) {
    const { next } = await unwrap(first.ensure({ names: namesOf(index), orCovering: false }));
    if (next.what === "wait") waits += 1;
  }

  const lifeLeft = new Map<string, { readonly number: number; readonly notAfter: number; readonly life: number }>();
  const expired = new Set<string>();
  let leastLeft = 1;
  let allThereAt = 0;
  const look = (): void => {
    for (const { id, issued, names } of certificates.records.values()) {
      if (issued === undefined) {
        allThereAt = nowMs;
        continue;
      }
      if (issued.notAfter.getTime() <= nowMs) expired.add(names.join(" "));
      const known = lifeLeft.get(id);
      if (known?.number === issued.number) continue;
      if (known !== undefined) {
        leastLeft = Math.min(leastLeft, (known.notAfter - issued.issuedAt.getTime()) / known.life);
        if (known.notAfter <= issued.issuedAt.getTime()) expired.add(names.join(" "));
      }
      const { number, notAfter, notBefore } = issued;
      const life = notAfter.getTime() - notBefore.getTime();
      lifeLeft.set(id, { number, notAfter: notAfter.getTime(), life });
    }
  };
  const isDue = (): boolean => {
    for (const { dueAt } of certificates.records.values())
      if ((dueAt?.getTime() ?? Number.POSITIVE_INFINITY) <= nowMs) return true;
    return false;
  };
  for (let tick = 0; tick * tickMs < 365 * day; tick += 1) {
    // A sweep that finds nothing is left out: it costs the same as in life, and a year has fifty thousand of them.
    if (isDue()) {
      // Now the one, now the other: an order is gone on with by whoever comes first.
      const { failed } = await unwrap((processes[tick % 2] ?? first).sweep());
      expect(failed).toEqual([]);
    }
    if (tick % 36 === 0) look();
    nowMs += tickMs;
  }
  look();
  const { counts } = server;
  return {
    issued: counts.certificates,
    orders: counts.orders,
    exempt: counts.exemptOrders,
    refused: Object.values(counts.refusals).reduce((sum, each) => sum + each, 0),
    waits,
    faults,
    leastLeft,
    expired: [...expired],
    allThereAfterHours: (allThereAt - begin) / hour,
  };
}

describe("a year of certificates, with a tenth of all calls failing and an outage of two days", () => {
  it.each([
    ["with the authority's advice", true],
    ["without its advice", false],
  ])(
    "%s: none expires, and the authority never has to refuse",
    async (_with, renewalInfo) => {
      const begun = process.cpuUsage();
      const year = await liveThrough(renewalInfo);
      const { user, system } = process.cpuUsage(begun);
      const { expired, leastLeft, allThereAfterHours, ...numbers } = year;
      const facts = [
        `${count} certificates, a year, ARI ${renewalInfo ? "on" : "off"}`,
        ...Object.entries(numbers).map(([name, value]) => `${name} ${value}`),
        `least life left at a renewal ${(leastLeft * 100).toFixed(1)} %`,
        `all there after ${allThereAfterHours.toFixed(0)} h`,
        `${((user + system) / 1e6).toFixed(1)} s CPU`,
      ];
      process.stdout.write(`${facts.join(" · ")}\n`);
      expect(expired).toEqual([]);
      expect(year.refused).toBe(0);
      expect(year.issued).toBeGreaterThanOrEqual(count * 5);
      expect(year.issued).toBeLessThan(count * 7.2);
      expect(leastLeft).toBeGreaterThan(0.2);
      expect(year.faults).toBeGreaterThan(count);
      if (renewalInfo) expect(year.exempt).toBeGreaterThan(year.orders / 2);
      else expect(year.exempt).toBe(0);
    },
    rounds(3 * hour, 3 * minute),
  );
});
