import { randomBytes } from "node:crypto";
import type { CertificateAuthority } from "@hostelry/core/adapter";
import { simulatedClock } from "../../clock/simulated-clock.ts";
import type { CertificateAuthorityHarness } from "../../conformance/certificate-authority/certificate-authority-harness.ts";
import { expectOk } from "../../conformance/expectation.ts";
import { seededRandom } from "../../random/seeded-random.ts";
import { publishedProfiles } from "./authority-settings.ts";
import { type MemoryAuthority, memoryAuthority, memoryAuthorityCapabilities } from "./memory-authority.ts";
import { memoryAuthorityServer } from "./memory-authority-server.ts";
import { memorySigningRequests } from "./signing-requests.ts";

/** The harness of the authority in memory; `spoil` may break what it makes: that is how saboteurs are built. */
export function memoryAuthorityHarness(
  spoil: (authority: MemoryAuthority) => CertificateAuthority = (authority) => authority,
): CertificateAuthorityHarness {
  const profileLivesMs = Object.entries(publishedProfiles).map(([name, { lifetimeMs }]) => [name, lifetimeMs] as const);
  return {
    capabilities: memoryAuthorityCapabilities,
    make: async () => {
      const clock = simulatedClock();
      const texts = new Map<string, string>();
      const records = new Map<string, readonly string[]>();
      const refusedName = "refused.test";
      const server = memoryAuthorityServer({
        clock,
        random: seededRandom("conformance"),
        limits: {},
        seen: {
          http: (name, token) => texts.get(`${name} ${token}`),
          txt: (recordName) => records.get(recordName) ?? [],
        },
        refuses: (name) => (name === refusedName ? { type: "rejectedIdentifier", detail: "not here" } : undefined),
        // Everything takes its time, as it does where the authority is another machine.
        validationMs: 1500,
        issuanceMs: 1500,
      });
      const adapterFor = (accountKey: string): CertificateAuthority => spoil(memoryAuthority({ server, accountKey }));
      const subject = adapterFor("subject");
      let strangers = 0;
      return {
        subject,
        domain: "case.test",
        rootPem: server.rootPem,
        profileLivesMs: Object.fromEntries(profileLivesMs),
        dispose: async () => undefined,
        another: () => adapterFor("subject"),
        stranger: () => {
          strangers += 1;
          return adapterFor(`stranger ${strangers}`);
        },
        answerHttp: async (name, token, content) => {
          texts.set(`${name} ${token}`, content);
        },
        answerTxt: async (recordName, value) => {
          records.set(recordName, [...(records.get(recordName) ?? []), value]);
        },
        newSigningRequest: (names) =>
          expectOk(memorySigningRequests({ bytes: (length) => randomBytes(length) })({ names })),
        wait: () => clock.advance(1000),
        refusedName,
        advise: async (certificatePem, windowStart, windowEnd) => {
          const advice = await expectOk(memoryAuthority({ server }).readRenewalInfo(certificatePem));
          server.advise({ windowStart, windowEnd }, ({ renewalId }) => renewalId === advice?.renewalId);
        },
        deactivate: async () => {
          server.deactivate((await expectOk(memoryAuthority({ server, accountKey: "subject" }).findAccount())).id);
        },
      };
    },
  };
}
