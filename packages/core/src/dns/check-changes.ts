import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { DnsChange, DnsProviderCapabilities } from "../ports/dns/index.ts";
import { err, ok, type Result } from "../result/index.ts";
import { isDnsName, isInZone } from "./dns-name.ts";
import { canonicalValue } from "./record-value.ts";

/** Whether changes may be sent to a provider at all: names, types, values and TTLs, without a look at the zone. For adapters. */
export function checkDnsChanges(
  zone: string,
  changes: readonly DnsChange[],
  capabilities: DnsProviderCapabilities,
): Result<void, HostingErrorOf<"INVALID_INPUT">> {
  for (const change of changes) {
    const problem = changeProblem(zone, change, capabilities);
    if (problem !== undefined) return err(invalid(problem.field, problem.problem, change));
  }
  const twice = replacedAndMore(changes);
  return twice === undefined
    ? ok(undefined)
    : err(invalid("changes", "has another change of a set that is replaced", twice));
}

/** What a set is replaced with is all that it is to be; a second change of it could not be told from somebody else's. */
function replacedAndMore(changes: readonly DnsChange[]): DnsChange | undefined {
  const seen = new Map<string, boolean>();
  return changes.find(({ action, name, type }) => {
    const key = `${name} ${type}`;
    const before = seen.get(key);
    const replaces = action === "replace";
    seen.set(key, replaces || before === true);
    return before !== undefined && (replaces || before);
  });
}

interface Problem {
  readonly field: string;
  readonly problem: string;
}

function changeProblem(zone: string, change: DnsChange, capabilities: DnsProviderCapabilities): Problem | undefined {
  const { name, type } = change;
  if (!isDnsName(name)) return { field: "name", problem: "is not a canonical name" };
  if (!isInZone(name, zone)) return { field: "name", problem: `is not in ${zone}` };
  if (name.startsWith("*.") && !capabilities.wildcards) {
    return { field: "name", problem: "is a wildcard, which the provider does not take" };
  }
  if (type === "NS" && name === zone) return { field: "name", problem: "has the servers of the zone itself" };
  if (!capabilities.recordTypes.includes(type))
    return { field: "type", problem: `${type} is not a type of the provider` };
  return valueProblem(change) ?? settingProblem(change, capabilities);
}

function valueProblem(change: DnsChange): Problem | undefined {
  if (change.values.length === 0 && change.action !== "replace") return { field: "values", problem: "is empty" };
  const expected = change.action === "replace" ? change.expect : [];
  for (const value of [...change.values, ...expected]) {
    const canonical = canonicalValue(change.type, value).unwrapOr(undefined);
    if (canonical === value) continue;
    const advice = canonical === undefined ? `is not the value of a ${change.type} record` : "is not canonical";
    return { field: "values", problem: advice };
  }
  return undefined;
}

function settingProblem(change: DnsChange, capabilities: DnsProviderCapabilities): Problem | undefined {
  if (change.action === "remove") return undefined;
  const { min, max } = capabilities.ttlSeconds;
  const { ttlSeconds, comment } = change;
  if (!Number.isInteger(ttlSeconds) || ttlSeconds < min || ttlSeconds > max) {
    return { field: "ttlSeconds", problem: `is not a whole number from ${min} to ${max}` };
  }
  if (comment !== undefined && !capabilities.comments) return { field: "comment", problem: "can't be stored there" };
  if (change.action === "replace" && change.proxied !== undefined && !capabilities.proxy) {
    return { field: "proxied", problem: "is not something the provider does" };
  }
  return undefined;
}

function invalid(field: string, problem: string, { name, type }: DnsChange): HostingErrorOf<"INVALID_INPUT"> {
  const where = `${JSON.stringify(name.slice(0, 300))} ${type}`;
  return hostingError("INVALID_INPUT", `The change of ${where} can't be made: ${field} ${problem}.`, {
    field,
    problem,
  });
}
