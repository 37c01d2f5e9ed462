// What is looked at before an order is placed, which costs: permission, ways to prove, CAA, and who we are there.
import { type HostingError, type HostingErrorOf, hasCode } from "../errors/index.ts";
import type { ChallengeSolver } from "../ports/challenge-solver.ts";
import { err, errAsync, flow, ok, okAsync, type ResultAsync } from "../result/index.ts";
import type { CertificateRecord } from "./certificate.ts";
import { accountIdOf } from "./certificate-account.ts";
import type { CertificateCall, CertificatePorts, UsedCertificateAuthority } from "./certificate-ports.ts";
import { type Obstacle, obstacleOf, obstacleOfProblem } from "./certificate-trouble.ts";
import { checkCaa } from "./check-caa.ts";

/** How an order is going to be placed. */
export interface OrderPlan {
  readonly used: UsedCertificateAuthority;
  readonly stage: "rehearsal" | "real";
  readonly accountId: string;
  /** By name, as it stands in the certificate. */
  readonly solvers: Readonly<Record<string, string>>;
  readonly replaces: string | undefined;
}

/** Why there is no plan. `permission`: the names are not allowed, which time alone does not mend. */
export interface NoPlan {
  readonly obstacle: Obstacle;
  readonly permission: boolean;
}

/** Says how to place an order, or what is in the way. Costs nothing. */
export function planOrder(
  ports: CertificatePorts,
  record: CertificateRecord,
  call: CertificateCall,
): ResultAsync<OrderPlan, HostingErrorOf<"ABORTED"> | NoPlan> {
  const { staging, authority } = ports;
  const isRehearsed = record.issued !== undefined || record.rehearsedAt !== undefined;
  const used = staging === undefined || isRehearsed ? authority : staging;
  const options = { signal: call.signal };
  return flow(async function* () {
    for (const name of record.names) {
      const permission = yield* ports.permission.of(name, options).mapErr((error) => inTheWay(error, "preflight"));
      const isOurs = permission.allowed && permission.tenantId === record.tenantId;
      if (isOurs) continue;
      const reason = permission.allowed ? "another tenant's" : permission.reason;
      const detail = `No certificate may be asked for ${name} (${reason}).`;
      return err<never, NoPlan>({
        obstacle: { from: "preflight", type: "not-allowed", detail, name },
        permission: true,
      });
    }
    const accountId = yield* accountIdOf(ports, used, call).mapErr((error) => inTheWay(error, "authority"));
    const facts = yield* used.authority.readFacts(options).mapErr((error) => inTheWay(error, "authority"));
    const solvers: Record<string, string> = {};
    for (const name of record.names) {
      const solver = yield* solverFor(ports, used, name, call);
      solvers[name] = solver.name;
      if (ports.resolver === undefined) continue;
      const method = solver.capabilities.type;
      const question = { name, identities: facts.caaIdentities, accountUri: accountId, method };
      const problem = yield* checkCaa(ports.resolver, question, options).mapErr((error) =>
        inTheWay(error, "preflight"),
      );
      if (problem !== null) return err(noPlan(obstacleOfProblem(problem, "preflight")));
    }
    const stage = used === authority ? "real" : "rehearsal";
    return ok({ used, stage, accountId, solvers, replaces: replacesOf(record, used) } as const);
  });
}

/** The first solver that can prove a name; otherwise what the first of them says against it. */
function solverFor(
  ports: CertificatePorts,
  { authority }: UsedCertificateAuthority,
  name: string,
  { signal }: CertificateCall,
): ResultAsync<ChallengeSolver, HostingErrorOf<"ABORTED"> | NoPlan> {
  const isWildcard = name.startsWith("*.");
  const usable = ports.solvers.filter(({ capabilities: { type } }) => {
    // A wildcard can't be proven by what one host of it answers.
    return authority.capabilities.challenges.includes(type) && (type === "dns-01" || !isWildcard);
  });
  return flow(async function* () {
    let first: Obstacle | undefined;
    for (const solver of usable) {
      const checked = solver
        .check(isWildcard ? name.slice(2) : name, { signal })
        .map((problem) => (problem === null ? null : obstacleOfProblem({ name, ...problem }, "preflight")))
        .orElse((error) => {
          if (hasCode(error, "ABORTED")) return errAsync(error);
          return okAsync<Obstacle>({ ...obstacleOf(error, "preflight"), name });
        });
      const obstacle = yield* checked;
      if (obstacle === null) return ok(solver);
      first ??= obstacle;
    }
    const detail = `Nothing here can prove ${name} to the authority: a wildcard needs a solver for dns-01.`;
    return err(noPlan(first ?? { from: "preflight", type: "no-solver", detail, name }));
  });
}

/** An authority knows only its own certificates. */
function replacesOf({ issued }: CertificateRecord, { name }: UsedCertificateAuthority): string | undefined {
  const isItsOwn = issued?.source === "acme" && issued.authority === name && issued.replacedElsewhere !== true;
  return isItsOwn ? issued.advice?.renewalId : undefined;
}

function inTheWay(error: HostingError, from: Obstacle["from"]): HostingErrorOf<"ABORTED"> | NoPlan {
  return hasCode(error, "ABORTED") ? error : noPlan(obstacleOf(error, from));
}

function noPlan(obstacle: Obstacle): NoPlan {
  return { obstacle, permission: false };
}
