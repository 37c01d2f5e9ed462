// What Route 53 checks of a batch of changes, as documented and as its messages in public bug reports say.
import { isIPv4, isIPv6 } from "node:net";

/** A record set as the service stores it. */
export interface StandInSet {
  /** Lower case, with a dot at the end, `\052` for `*`. */
  readonly name: string;
  readonly type: string;
  /** Absent of an alias. */
  readonly ttl?: number;
  readonly values: readonly string[];
  /** Fields of aliases and of sets that share name and type, e.g. `SetIdentifier`, `Weight`, `AliasTarget`. */
  readonly more?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
}

/** A change of a batch. */
export interface StandInChange {
  readonly action: string;
  readonly set: StandInSet;
}

/** The sets after a batch, or what is wrong with it. */
export type BatchOutcome =
  | { readonly sets: readonly StandInSet[] }
  | { readonly code: string; readonly messages: readonly string[] };

const types: ReadonlySet<string> = new Set([
  ..."A AAAA CAA CNAME DS HTTPS MX NAPTR NS PTR SOA SPF SRV SSHFP SVCB TLSA TXT".split(" "),
]);

/** Does a batch to the sets of a zone: all of it, or nothing. */
export function batched(zone: string, before: readonly StandInSet[], changes: readonly StandInChange[]): BatchOutcome {
  const limits = overLimits(changes);
  if (limits !== undefined) return { code: "InvalidChangeBatch", messages: [limits] };
  const unknown = changes.find(({ action, set }) => !/^(CREATE|DELETE|UPSERT)$/.test(action) || !types.has(set.type));
  if (changes.length === 0 || unknown !== undefined) return { code: "InvalidInput", messages: ["Invalid request"] };
  const messages: string[] = [];
  const sets = [...before];
  for (const change of changes) {
    const problem = changed(zone, sets, change);
    if (problem !== undefined) messages.push(problem);
  }
  return messages.length > 0 ? { code: "InvalidChangeBatch", messages } : { sets };
}

function overLimits(changes: readonly StandInChange[]): string | undefined {
  let [records, characters] = [0, 0];
  for (const { action, set } of changes) {
    const times = action === "UPSERT" ? 2 : 1;
    records += times * Math.max(1, set.values.length);
    characters += times * set.values.reduce((sum, value) => sum + value.length, 0);
  }
  if (records > 1000) return "Number of records limit of 1000 exceeded.";
  return characters > 32_000 ? "Number of characters limit of 32000 exceeded." : undefined;
}

/** Does one change to the sets, or says what is wrong with it. */
function changed(zone: string, sets: StandInSet[], { action, set }: StandInChange): string | undefined {
  const shown = `[name='${set.name}', type='${set.type}'${identifierOf(set) === "" ? "" : `, set-identifier='${identifierOf(set)}'`}]`;
  const index = sets.findIndex((each) => sameKey(each, set));
  const there = sets[index];
  if (action === "DELETE") {
    if (there === undefined) return `Tried to delete resource record set ${shown} but it was not found`;
    if (exactly(there) !== exactly(set)) {
      return `Tried to delete resource record set ${shown} but the values provided do not match the current values`;
    }
    if (set.name === zone && set.type === "SOA") return "A HostedZone must contain exactly one SOA record.";
    if (set.name === zone && set.type === "NS") {
      return "A HostedZone must contain at least one NS record for the zone itself.";
    }
    sets.splice(index, 1);
    return undefined;
  }
  if (action === "CREATE" && there !== undefined) {
    return `Tried to create resource record set ${shown} but it already exists`;
  }
  const problem = setProblem(zone, set) ?? besideProblem(zone, sets, set);
  if (problem !== undefined) return problem;
  if (there === undefined) sets.push(set);
  else sets[index] = set;
  return undefined;
}

function setProblem(zone: string, set: StandInSet): string | undefined {
  const { name, type, ttl, values } = set;
  if (name !== zone && !name.endsWith(`.${zone}`)) {
    return `RRSet with DNS name ${name} is not permitted in zone ${zone}`;
  }
  if (set.more?.["AliasTarget"] !== undefined) return undefined;
  if (ttl === undefined || ttl < 0 || ttl > 2_147_483_647 || !Number.isInteger(ttl)) {
    return "Invalid TTL: it must be between 0 and 2147483647";
  }
  if (values.length === 0 || values.length > 400) return `Invalid number of resource records in ${name}`;
  const double = values.find((value, index) => values.indexOf(value) !== index);
  if (double !== undefined) return `Duplicate Resource Record: '${double}'`;
  if (/^(CNAME|SOA)$/.test(type) && values.length > 1) {
    return `RRSet of type ${type} with DNS name ${name} can't have more than one value`;
  }
  const wrong = values.find((value) => !isValue(type, value));
  return wrong === undefined
    ? undefined
    : `Invalid Resource Record: FATAL problem: ${type}RRDATAInvalid (Value is not valid) encountered with '${wrong}'`;
}

function besideProblem(zone: string, sets: readonly StandInSet[], set: StandInSet): string | undefined {
  const { name, type } = set;
  const beside = sets.filter((each) => each.name === name && !sameKey(each, set));
  if (type === "CNAME" && name === zone) {
    return `RRSet of type CNAME with DNS name ${name} is not permitted at apex in zone ${zone}`;
  }
  if (type === "CNAME" && beside.some((each) => each.type !== "CNAME")) {
    return `RRSet of type CNAME with DNS name ${name} is not permitted as it conflicts with other records with the same DNS name in zone ${zone}`;
  }
  if (type !== "CNAME" && beside.some((each) => each.type === "CNAME")) {
    return `RRSet of type ${type} with DNS name ${name} is not permitted because a conflicting RRSet of type  CNAME with the same DNS name already exists in zone ${zone}`;
  }
  const mixed = beside.some((each) => each.type === type && (identifierOf(each) === "") !== (identifierOf(set) === ""));
  return mixed
    ? `RRSet with DNS name ${name}, type ${type} cannot be created as a non-simple one exists with the same name and type`
    : undefined;
}

const dnsName = /^(?:\\\d{3}|[A-Za-z0-9_-])+(?:\.(?:\\\d{3}|[A-Za-z0-9_-])+)*\.?$/;
const quoted = '"(?:[^"\\\\]|\\\\[0-7]{3}|\\\\["\\\\])*"';
const quotedList = new RegExp(`^${quoted}(?: ${quoted})*$`);

function isValue(type: string, value: string): boolean {
  if (value === "" || value.length > 4000 || /[^\x20-\x7e]/.test(value)) return false;
  const parts = value.split(" ");
  const numbers = (count: number): boolean => parts.slice(0, count).every((part) => /^\d{1,5}$/.test(part));
  switch (type) {
    case "A":
      return isIPv4(value);
    case "AAAA":
      return isIPv6(value);
    case "CAA":
      return /^\d{1,3} [a-zA-Z0-9]+ /.test(value) && quotedList.test(value.replace(/^\d+ \S+ /, ""));
    case "CNAME":
    case "NS":
      return dnsName.test(value);
    case "MX":
      return parts.length === 2 && numbers(1) && isTarget(parts[1]);
    case "SRV":
      return parts.length === 4 && numbers(3) && isTarget(parts[3]);
    case "TXT":
      return quotedList.test(value) && stringsOf(value).every((string) => string <= 255);
    default:
      return true;
  }
}

function isTarget(name: string | undefined): boolean {
  return name !== undefined && (name === "." || dnsName.test(name));
}

/** How many bytes each string of a text has. */
function stringsOf(value: string): readonly number[] {
  const strings = value.match(new RegExp(quoted, "g")) ?? [];
  return strings.map((string) => string.slice(1, -1).replace(/\\(?:\d{3}|.)/g, "x").length);
}

function identifierOf({ more }: StandInSet): string {
  return String(more?.["SetIdentifier"] ?? "");
}

function sameKey(a: StandInSet, b: StandInSet): boolean {
  return a.name === b.name && a.type === b.type && identifierOf(a) === identifierOf(b);
}

/** All that a deletion has to name; values in any order. */
function exactly({ name, type, ttl, values, more = {} }: StandInSet): string {
  return JSON.stringify([name, type, ttl ?? null, [...values].sort(), Object.entries(more).sort()]);
}

/** The order of listings: by labels from the right, then by type, then by identifier. */
export function compareSets(a: StandInSet, b: StandInSet): number {
  return (
    compareTexts(reversed(a.name), reversed(b.name)) ||
    compareTexts(a.type, b.type) ||
    compareTexts(identifierOf(a), identifierOf(b))
  );
}

/** `www.example.com.` is `com.example.www.` */
export function reversed(name: string): string {
  return `${name.replace(/\.$/, "").split(".").reverse().join(".")}.`;
}

/** By code units. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** A name as the service stores it, however it was written. */
export function stored(name: string): string {
  return `${name.replace(/\.$/, "").toLowerCase().replaceAll("*", "\\052")}.`;
}
