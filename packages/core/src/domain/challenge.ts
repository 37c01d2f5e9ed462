import type { Random } from "../ports/random.ts";
import type { Domain, DomainChallenge, ProofMethod } from "./domain.ts";
import type { DomainPorts } from "./domain-ports.ts";
import { later } from "./domain-ports.ts";
import { withoutWildcard } from "./hostname.ts";

/** 32 letters and digits without those that people confuse (i, l, o, u): five bits each, and the same in any case. */
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const tokenLength = 32;

/** What the customer has to do to prove a name. */
export type ProofInstructions =
  /** Add a TXT record. */
  | { readonly method: "dns"; readonly name: string; readonly type: "TXT"; readonly value: string }
  /** Serve a text under the name, by plain HTTP, as the whole body. */
  | { readonly method: "http"; readonly url: string; readonly body: string }
  /** Nothing. */
  | { readonly method: "platform" };

/** Makes a challenge that was never used, for one tenant, name and scope. */
export function newChallenge(
  { clock, random, policy }: Pick<DomainPorts, "clock" | "policy" | "random">,
  method: ProofMethod,
): DomainChallenge {
  const issuedAt = clock.now();
  return { method, token: newToken(random), issuedAt, expiresAt: later(issuedAt, policy.challengeMs) };
}

function newToken(random: Random): string {
  let token = "";
  for (const byte of random.bytes(tokenLength)) token += alphabet[byte % alphabet.length];
  return token;
}

/** Where a challenge by DNS is looked for. The scope is in the name: a proof for one host is none for all hosts below. */
export function challengeName(provider: string, { hostname }: Pick<Domain, "hostname">): string {
  const scope = hostname.startsWith("*.") ? "-wildcard" : "";
  return `_${provider}${scope}-challenge.${withoutWildcard(hostname)}`;
}

/** Where a challenge by HTTP is looked for. */
export function challengePath(provider: string, { challenge }: Pick<Domain, "challenge">): string {
  return `/.well-known/${provider}-challenge/${challenge.token}`;
}

/** What the customer has to do. */
export function proofInstructions(provider: string, domain: Pick<Domain, "challenge" | "hostname">): ProofInstructions {
  const { method, token } = domain.challenge;
  switch (method) {
    case "dns":
      return { method, name: challengeName(provider, domain), type: "TXT", value: token };
    case "http":
      return { method, url: `http://${domain.hostname}${challengePath(provider, domain)}`, body: token };
    case "platform":
      return { method };
  }
}

/**
 * Whether a TXT record's text is the token: bare, or as `token=<token>` before further words, which is how
 * draft-ietf-dnsop-domain-verification-techniques writes it. Panels like to add white space.
 */
export function isToken(text: string, token: string): boolean {
  const [first = ""] = text.trim().split(/\s+/, 1);
  return first === token || first === `token=${token}`;
}
