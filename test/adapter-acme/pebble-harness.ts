// Pebble for the kit of certificate authorities: one server and one DNS server for all cases, an account and names of its own for each.
import { newAccountKey, newSigningRequest } from "@hostelry/adapter-acme";
import { unwrap } from "@hostelry/core";
import type { CertificateAuthorityHarness } from "@hostelry/testing";
import { type AcmeWorld, zone } from "./world.ts";

const day = 86_400_000;
let cases = 0;

/** The kit's harness over a world that runs. */
export function pebbleHarness(
  world: () => AcmeWorld,
  capabilities: CertificateAuthorityHarness["capabilities"],
): CertificateAuthorityHarness {
  return {
    capabilities,
    // Pebble closes accounts only for their own requests, which the port does not have.
    without: ["deactivate"],
    make: async () => {
      const { authority, pebble, dns, table, point } = world();
      const accountKey = newAccountKey();
      cases += 1;
      return {
        subject: authority(accountKey),
        domain: `case-${cases}.${zone}`,
        rootPem: pebble.issuingRoot,
        profileLivesMs: { default: 90 * day, shortlived: 6 * day },
        dispose: async () => undefined,
        another: () => authority(accountKey),
        stranger: () => authority(),
        answerHttp: async (name, token, content) => {
          table.present(name, token, content);
          await point(name);
        },
        answerTxt: async (name, value) => {
          const change = { action: "add", name, type: "TXT", values: [value], ttlSeconds: 60 } as const;
          await unwrap(dns.provider.applyChanges({ zone, changes: [change] }));
        },
        newSigningRequest: (names) => unwrap(newSigningRequest({ names })),
        // It tells nobody when it has made up its mind: asking again is the only way.
        wait: () => new Promise((resolve) => setTimeout(resolve, 20)),
        refusedName: "blocked.test",
        advise: pebble.advise,
      };
    },
  };
}
