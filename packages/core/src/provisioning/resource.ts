import type { JsonValue } from "../audit/audit-entry.ts";

/** A kind of resource, e.g. `site`, `certificate`, `database`, `analytics`: 1 to 64 lower-case letters, digits and hyphens, a letter first. */
export type ResourceKind = string;

/** Where a resource is, as the host names its places, e.g. the id of a server: 1 to 200 visible ASCII characters. */
export type ResourcePlace = string;

/** Which resource: of one address there is at most one in the world, and one operation in the store. */
export interface ResourceAddress {
  readonly kind: ResourceKind;
  readonly place: ResourcePlace;
  /** Its name within kind and place, in the one form that the kind has for it, e.g. a domain name: 1 to 400 visible ASCII characters. */
  readonly key: string;
}

/** Facts by name; survive JSON, and hold no secret. */
export interface ResourceFacts {
  readonly [name: string]: JsonValue;
}

/** A resource as it is wanted. Desired state is stored and shown: secrets are never part of it, they are passed with each call. */
export interface Resource extends ResourceAddress {
  readonly desired: ResourceFacts;
}

/** What an operation is after: that the resource is there as desired, or that it is not there. */
export type ResourceGoal = "present" | "absent";

/** An address in words, for messages: `site example.com at panel-1`. */
export function resourceName({ kind, place, key }: ResourceAddress): string {
  return `${kind} ${key} at ${place}`;
}

/** Facts as text, the same for the same facts in whatever order: what is stored of desired state, and compared. */
export function canonicalFacts(facts: ResourceFacts): string {
  return JSON.stringify(facts, (_name, value: JsonValue) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
  });
}

/** Whether two resources are wanted alike. */
export function sameFacts(one: ResourceFacts, other: ResourceFacts): boolean {
  return canonicalFacts(one) === canonicalFacts(other);
}
