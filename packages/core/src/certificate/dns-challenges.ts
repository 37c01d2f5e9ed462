import { type TxtChallengePorts, txtChallenges } from "../dns/txt-challenge.ts";
import { hasCode } from "../errors/index.ts";
import type { CertificateProblem } from "../ports/certificate/index.ts";
import type { ChallengeSolver } from "../ports/challenge-solver.ts";
import { errAsync, okAsync } from "../result/index.ts";

/** What {@link dnsChallenges} works with. */
export interface DnsChallengesOptions extends TxtChallengePorts {
  /** Unique among the solvers. Default `dns`. */
  readonly name?: string | undefined;
}

/**
 * Answers `dns-01` by TXT records in the zones of a provider. A challenge's name that is an alias is followed, so that a customer whose zone is
 * elsewhere can delegate it once and for all. Visible is what every server of the zone shows.
 */
export function dnsChallenges({ name = "dns", ...ports }: DnsChallengesOptions): ChallengeSolver {
  const txt = txtChallenges(ports);
  return {
    spec: "challenge-solver/1",
    name,
    capabilities: { type: "dns-01" },
    check: (proven, options) =>
      txt
        .locate(`_acme-challenge.${proven}`, options)
        .map((): CertificateProblem | null => null)
        .orElse((error) => {
          if (!hasCode(error, "DNS_ZONE_NOT_FOUND")) return errAsync(error);
          const detail = `_acme-challenge.${proven} is in no zone of ${ports.provider.name}, and is no alias of a name that is.`;
          return okAsync({ type: "dns", detail, name: proven });
        }),
    present: ({ key, content }, options) => txt.present({ name: key, value: content }, options).map(() => undefined),
    isVisible: ({ key, content }, options) => txt.isVisible({ name: key, value: content }, options),
    withdraw: ({ key, content }, options) =>
      txt
        .locate(key, options)
        .andThen((place) => txt.withdraw({ name: key, value: content }, place, options))
        .map(() => undefined)
        // A zone that is not the provider's any more holds nothing that could be taken away.
        .orElse((error) => (hasCode(error, "DNS_ZONE_NOT_FOUND") ? okAsync(undefined) : errAsync(error))),
  };
}
