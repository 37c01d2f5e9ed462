import {
  err,
  type FailureState,
  type HostingErrorOf,
  hostingError,
  ok,
  type PlanError,
  type PlanResource,
  type Resource,
  type ResourceDifference,
  type ResourceObservation,
  type ResourceProvider,
  type ResourceProviderCapabilities,
  type ResourceStep,
  type Result,
} from "@hostelry/core/adapter";
import { decide, nextTurn, type Turn } from "../turn.ts";
import { type MemoryPlace, memoryPlace } from "./memory-place.ts";

/** Settings of {@link memoryResourceProvider}. */
export interface MemoryResourceProviderOptions {
  /** Default `site`. */
  readonly kind?: string | undefined;
  /** Default `place-1`. */
  readonly place?: string | undefined;
  /** What is there. Default: a new place with nothing in it. */
  readonly at?: MemoryPlace | undefined;
  /** What to declare. Default: not serial, and everything else. */
  readonly capabilities?: Partial<ResourceProviderCapabilities> | undefined;
  /** How to let others run before and after each decision. Default: one turn of the event loop. */
  readonly turn?: Turn | undefined;
}

/** A {@link memoryResourceProvider}, and the place that it works at. */
export interface MemoryResourceProvider extends ResourceProvider {
  readonly at: MemoryPlace;
}

/** What is wanted of a resource in memory. */
interface Wanted {
  readonly owner: string;
  readonly size: number;
  readonly text: string;
}

/**
 * A {@link ResourceProvider} in memory, whose resources have three pieces, made one after the other: an account (of which there may be one,
 * with an owner), a room of a size, and a sign with a text. Desired state: `owner` (a word), `size` (default 1), `text` (default empty).
 * An account of another owner is a conflict when the rest is there, and an orphan when it is not.
 */
export function memoryResourceProvider(options: MemoryResourceProviderOptions = {}): MemoryResourceProvider {
  const { kind = "site", place = "place-1", at = memoryPlace(), turn = nextTurn } = options;
  const name = "memory";
  return {
    spec: "resource/1",
    name,
    kind,
    place,
    capabilities: { serial: false, changes: true, removes: true, secrets: ["password"], ...options.capabilities },
    at,
    check: (resource) => wanted(resource).map((desired) => ({ ...resource, desired: { ...desired } })),
    observe: (resource, call) =>
      decide(turn, "observe", call, () => wanted(resource).map((desired) => observed(at, resource.key, desired))),
    plan: (request) => planned(request),
    apply: ({ resource, step }, { secrets, signal }) =>
      decide(turn, "apply", { signal }, () =>
        wanted(resource).andThen((desired) => {
          const { key } = resource;
          const refusal = applied(at, key, desired, step, secrets["password"] ?? "");
          if (refusal !== undefined) {
            at.refused.push(`${step.name} ${key}: ${refusal}`);
            return err(refused(name, step, refusal, "unchanged"));
          }
          at.done.push(`${step.name} ${key}`);
          return ok({ state: "changed" as const });
        }),
      ),
  };
}

function wanted({ desired }: Resource): Result<Wanted, HostingErrorOf<"INVALID_INPUT">> {
  const { owner, size = 1, text = "", ...rest } = desired;
  if (typeof owner !== "string" || !/^[a-z0-9-]{1,40}$/.test(owner)) return invalid("owner", "use a word");
  if (typeof size !== "number") return invalid("size", "use a number");
  if (typeof text !== "string") return invalid("text", "use a text");
  const [unknown] = Object.keys(rest);
  return unknown === undefined ? ok({ owner, size, text }) : invalid(unknown, "there is no such field");
}

function invalid<T>(field: string, problem: string): Result<T, HostingErrorOf<"INVALID_INPUT">> {
  return err(hostingError("INVALID_INPUT", `desired.${field}: ${problem}.`, { field: `desired.${field}`, problem }));
}

function observed(at: MemoryPlace, key: string, { owner, size, text }: Wanted): ResourceObservation {
  const [account, room, sign] = [at.accounts.get(key), at.rooms.get(key), at.signs.get(key)];
  if (account === undefined && room === undefined && sign === undefined) return { status: "absent" };
  if (account !== undefined && account.owner !== owner && sign === undefined) {
    const left = [...(room === undefined ? [] : ["room"]), "account"];
    const pieces = left.map((piece) => ({
      piece,
      where: `${piece}s/${key}`,
      repair: `Take the ${piece} away.`,
      repairable: true,
    }));
    return { status: "orphan", pieces };
  }
  const differences: ResourceDifference[] = [];
  const compare = (
    field: string,
    expected: number | string,
    actual: number | string | undefined,
    remedy: ResourceDifference["remedy"],
  ): void => {
    if (expected !== actual) differences.push({ field, expected, actual: actual ?? null, remedy });
  };
  compare("owner", owner, account?.owner, account === undefined ? "change" : "refuse");
  compare("size", size, room?.size, room === undefined ? "change" : "replace");
  compare("text", text, sign?.text, "change");
  const facts = { rooms: `rooms/${key}` };
  return differences.length === 0 ? { status: "same", facts } : { status: "different", facts, differences };
}

const steps: Readonly<Record<string, Omit<ResourceStep, "name">>> = {
  "make-account": { title: "Make the account.", effect: "once", secrets: ["password"] },
  "make-room": { title: "Make the room.", effect: "once" },
  "write-sign": { title: "Write the sign.", effect: "repeatable" },
  "remove-sign": { title: "Take the sign down.", effect: "repeatable" },
  "remove-room": { title: "Clear the room.", effect: "destructive" },
  "remove-account": { title: "Take the account away.", effect: "destructive" },
};

function planned(request: PlanResource): Result<readonly ResourceStep[], PlanError> {
  const { resource, goal, observation, repair = false, replace = false } = request;
  const { kind, place, key } = resource;
  const removal = removalOf(observation);
  const creation = ["make-account", "make-room", "write-sign"];
  if (goal === "absent") return ok(named(removal));
  switch (observation.status) {
    case "absent":
      return ok(named(creation));
    case "same":
      return ok([]);
    case "orphan": {
      if (repair) return ok(named([...removal, ...creation]));
      const message = `An account ${key} of another owner is in the way.`;
      return err(hostingError("RESOURCE_ORPHANED", message, { kind, place, key, pieces: observation.pieces }));
    }
    case "different": {
      const { differences } = observation;
      const fields = differences.map(({ field }) => field);
      const isInTheWay = ({ remedy }: ResourceDifference): boolean =>
        remedy === "refuse" || (remedy === "replace" && !replace);
      if (differences.some(isInTheWay)) {
        const told = differences.map(({ field, expected, actual }) => ({
          field,
          expected: String(expected),
          actual: String(actual),
        }));
        const message = `What is there as ${key} is another one: ${fields.join(", ")}.`;
        return err(hostingError("RESOURCE_CONFLICT", message, { kind, place, key, differences: told }));
      }
      const isReplaced = differences.some(({ remedy }) => remedy === "replace");
      const missing = { owner: "make-account", size: "make-room", text: "write-sign" };
      const todo = Object.entries(missing).filter(([field]) => fields.includes(field));
      return ok(named([...(isReplaced ? ["remove-room"] : []), ...todo.map(([, step]) => step)]));
    }
  }
}

/** The steps that take away what is seen, the last piece first. */
function removalOf(observation: ResourceObservation): readonly string[] {
  switch (observation.status) {
    case "absent":
      return [];
    case "same":
      return ["remove-sign", "remove-room", "remove-account"];
    case "orphan":
      return observation.pieces.map(({ piece }) => `remove-${piece}`);
    case "different": {
      const missing = observation.differences.filter(({ actual }) => actual === null).map(({ field }) => field);
      const pieces = { text: "remove-sign", size: "remove-room", owner: "remove-account" };
      return Object.entries(pieces).flatMap(([field, step]) => (missing.includes(field) ? [] : [step]));
    }
  }
}

function named(names: readonly string[]): readonly ResourceStep[] {
  return names.flatMap((name) => {
    const step = steps[name];
    return step === undefined ? [] : [{ name, ...step }];
  });
}

/** Why a step can't be done; or does it. */
function applied(
  at: MemoryPlace,
  key: string,
  wish: Wanted,
  { name }: ResourceStep,
  password: string,
): string | undefined {
  switch (name) {
    case "make-account":
      if (at.accounts.has(key)) return "the account exists already";
      at.accounts.set(key, { owner: wish.owner });
      at.passwords.set(key, password);
      return undefined;
    case "make-room":
      if (!at.accounts.has(key)) return "there is no account";
      if (at.rooms.has(key)) return "the room exists already";
      at.rooms.set(key, { size: wish.size });
      return undefined;
    case "write-sign":
      if (!at.rooms.has(key)) return "there is no room";
      at.signs.set(key, { text: wish.text });
      return undefined;
    case "remove-sign":
      at.signs.delete(key);
      return undefined;
    case "remove-room":
      at.rooms.delete(key);
      return undefined;
    case "remove-account":
      if (at.rooms.has(key)) return "there is a room in it";
      at.accounts.delete(key);
      return undefined;
    default:
      return "there is no such step";
  }
}

function refused(
  adapter: string,
  { name }: ResourceStep,
  why: string,
  state: FailureState,
): HostingErrorOf<"ADAPTER_FAILED"> {
  const details = { adapter, operation: name, state } as const;
  return hostingError("ADAPTER_FAILED", `${name} can't be done: ${why}.`, details, { retryable: false });
}
