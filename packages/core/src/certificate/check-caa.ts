// RFC 8659 and RFC 8657: whom the owner of a name allows to issue for it, looked at before an order is spent.
import type { CallOptions } from "../ports/call-options.ts";
import type { CertificateChallengeType, CertificateProblem } from "../ports/certificate/index.ts";
import type { Resolver, ResolverError } from "../ports/resolver.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";

/** Who wants to issue, and how. */
export interface CaaQuestion {
  /** As it stands in the certificate; a wildcard with `*.`. */
  readonly name: string;
  /** What the authority calls itself in these records; one is enough. */
  readonly identities: readonly string[];
  /** The account's address there, for `accounturi`. */
  readonly accountUri: string;
  readonly method: CertificateChallengeType;
}

/** A property of a record. */
interface CaaProperty {
  readonly critical: boolean;
  readonly tag: string;
  readonly value: string;
}

const issuerCritical = 128;
const known = ["issue", "issuewild", "issuemail", "iodef", "contactemail", "contactphone"];

/**
 * Looks for the records that hold for a name: its own, or those of the nearest name above that has any. `null`: it may be issued. That a
 * server does not answer is an error: an authority would refuse then.
 */
export function checkCaa(
  resolver: Resolver,
  question: CaaQuestion,
  options?: CallOptions,
): ResultAsync<CertificateProblem | null, ResolverError> {
  const { name, identities } = question;
  return flow(async function* () {
    if (identities.length === 0) return ok(null);
    const labels = (name.startsWith("*.") ? name.slice(2) : name).split(".");
    for (let above = 0; above < labels.length; above += 1) {
      const place = labels.slice(above).join(".");
      const { values } = yield* resolver.lookup({ name: place, type: "CAA" }, options);
      if (values.length === 0) continue;
      const problem = judgeCaa(values, question);
      return ok(problem === null ? null : { type: "caa", detail: `The CAA records of ${place} ${problem}.`, name });
    }
    return ok(null);
  });
}

/** What records that hold for a name have against it; `null`: nothing. Values are as resolvers give them: `0 issue "letsencrypt.org"`. */
export function judgeCaa(values: readonly string[], question: CaaQuestion): string | null {
  const properties = values.flatMap((value) => readProperty(value) ?? []);
  if (properties.length < values.length) return "hold one that can't be read";
  const foreign = properties.find(({ critical, tag }) => critical && !known.includes(tag));
  if (foreign !== undefined) return `demand something that nobody here knows (${foreign.tag})`;
  const of = (tag: string): readonly CaaProperty[] => properties.filter((property) => property.tag === tag);
  const wild = question.name.startsWith("*.") ? of("issuewild") : [];
  const issuers = wild.length > 0 ? wild : of("issue");
  if (issuers.length === 0) return null;
  return issuers.some(({ value }) => allows(value, question))
    ? null
    : `do not allow ${question.identities.join(" or ")} to issue for this account by ${question.method}`;
}

function allows(value: string, { identities, accountUri, method }: CaaQuestion): boolean {
  const [issuer = "", ...parameters] = value.split(";").map((part) => part.trim());
  if (!identities.some((identity) => identity.toLowerCase() === issuer.toLowerCase())) return false;
  return parameters.every((parameter) => {
    const split = parameter.indexOf("=");
    if (split === -1) return parameter === "";
    const wanted = parameter.slice(split + 1).trim();
    switch (parameter.slice(0, split).trim().toLowerCase()) {
      case "accounturi":
        return wanted === accountUri;
      case "validationmethods":
        return wanted.split(",").some((each) => each.trim() === method);
      default:
        return true;
    }
  });
}

function readProperty(value: string): CaaProperty | undefined {
  const [, flags, tag, text] = /^(\d{1,3}) ([A-Za-z0-9]+) "((?:[^"\\]|\\.)*)"$/.exec(value) ?? [];
  if (flags === undefined || tag === undefined || text === undefined) return undefined;
  const plain = text.replaceAll(/\\(.)/g, "$1");
  return { critical: (Number(flags) & issuerCritical) !== 0, tag: tag.toLowerCase(), value: plain };
}
