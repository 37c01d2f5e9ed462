import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type HostingError, hostingError } from "../errors/index.ts";
import { err, type Result, type ResultAsync, unwrap } from "../result/index.ts";
import type { Provisioning } from "./create-provisioning.ts";
import { type Around, type ProvisioningWorld, provisioningWorld, wish } from "./fixtures/provisioning-world.ts";

/** All of them take half a minute. */
const runs = process.env["HOSTELRY_ROUNDS"] === "full" ? 1000 : 15;

const keys = ["a", "b", "c"];
const places = ["place-1", "place-2"];

const verbs = [
  "request",
  "request",
  "request-other",
  "request-bigger",
  "remove",
  "retry",
  "cancel",
  "sweep",
  "sweep",
  "sweep",
  "reconcile",
  "vandal",
  "squatter",
  "wait",
  "wait-long",
] as const;

interface Act {
  readonly verb: (typeof verbs)[number];
  readonly key: number;
  readonly place: number;
  readonly process: number;
}

const act: fc.Arbitrary<Act> = fc.record({
  verb: fc.constantFrom(...verbs),
  key: fc.nat({ max: keys.length - 1 }),
  place: fc.nat({ max: places.length - 1 }),
  process: fc.nat({ max: 2 }),
});

/** What happens to a call of a port; most often nothing. */
const accidents = [
  ...Array.from({ length: 24 }, () => "none" as const),
  "refused",
  "throttled",
  "lost-before",
  "lost-after",
  "throws",
  "dies-before",
  "dies-after",
] as const;

type Accident = (typeof accidents)[number];

function failure(operation: string, accident: Accident): HostingError {
  const adapter = "accident";
  switch (accident) {
    case "refused":
      return hostingError("ADAPTER_FAILED", "No.", { adapter, operation, state: "unchanged" });
    case "throttled":
      return hostingError("ADAPTER_THROTTLED", "Later.", { adapter, operation, retryAt: null, state: "unchanged" });
    default:
      return hostingError("ADAPTER_TIMEOUT", "No answer.", { adapter, operation, timeoutMs: 1, state: "unknown" });
  }
}

/** Processes that meet accidents, and are replaced when they die. */
interface Processes {
  readonly all: Provisioning[];
  /** From now on nothing happens any more. */
  calm(): void;
}

function startProcesses(world: ProvisioningWorld, next: () => Accident): Processes {
  const all: Provisioning[] = [];
  let isCalm = false;
  const born = (index: number): Provisioning => {
    let isDead = false;
    const never = new Promise<never>(() => undefined);
    const die = (): Promise<never> => {
      if (!isDead) all[index] = born(index);
      isDead = true;
      return never;
    };
    const around: Around = async (call, proceed): Promise<Result<unknown, HostingError>> => {
      if (isDead) return never;
      const accident = isCalm ? "none" : next();
      if (accident === "none") return proceed();
      if (accident === "dies-before") return die();
      if (accident === "throws") throw new Error("a bug of an adapter");
      if (accident === "lost-after" || accident === "dies-after") {
        const answer = await proceed();
        if (accident === "dies-after") return die();
        return answer.isErr() ? answer : err(failure(call.method, accident));
      }
      return err(failure(call.method, accident));
    };
    return world.process({ around, policy: { maxAttempts: 3 } });
  };
  for (let index = 0; index < 3; index += 1) all.push(born(index));
  return {
    all,
    calm: () => {
      isCalm = true;
    },
  };
}

/** Does one act; what is refused is none of its business. Gives up on what a dead process will never answer. */
async function perform(world: ProvisioningWorld, processes: Processes, each: Act): Promise<void> {
  const [key = "a", where = "place-1"] = [keys[each.key], places[each.place]];
  const by = processes.all[each.process] ?? world.process();
  const there = world.place(where);
  const living = [...world.operations.operations.values()].find(
    (operation) => operation.key === key && operation.place === where && operation.state !== "deleted",
  );
  switch (each.verb) {
    case "request":
      return settledOrDead(by.request(wish(key, {}, where)));
    case "request-other":
      return settledOrDead(by.request(wish(key, { text: "other" }, where)));
    case "request-bigger":
      return settledOrDead(by.request(wish(key, { size: 2 }, where), { replace: true }));
    case "sweep":
      return settledOrDead(by.sweep());
    case "reconcile":
      return settledOrDead(by.reconcile({ repair: "safe" }));
    case "remove":
    case "retry":
    case "cancel":
      return living === undefined ? undefined : settledOrDead(by[each.verb](living.id));
    case "vandal":
      there.signs.delete(key);
      return undefined;
    case "squatter":
      if (!there.accounts.has(key)) there.accounts.set(key, { owner: "squatter" });
      return undefined;
    case "wait":
      return world.clock.advance(10_000);
    case "wait-long":
      return world.clock.advance(100_000);
  }
}

async function settledOrDead<T, E>(work: ResultAsync<T, E>): Promise<void> {
  let isOver = false;
  const end = async (): Promise<void> => {
    void (await work);
    isOver = true;
  };
  void end();
  for (let turns = 0; turns < 300 && !isOver; turns += 1) await new Promise((resolve) => setImmediate(resolve));
}

function expectSane(world: ProvisioningWorld): void {
  const living = [...world.operations.operations.values()].filter(({ state }) => state !== "deleted");
  const addresses = living.map(({ place, key }) => `${place} ${key}`);
  expect(new Set(addresses).size).toBe(addresses.length);
  for (const where of places) {
    const { accounts, rooms, done, refused } = world.place(where);
    // Whoever looks before every step asks for nothing that can't be done.
    expect(refused).toEqual([]);
    for (const key of keys) {
      const made = done.filter((line) => line === `make-account ${key}`).length;
      const removed = done.filter((line) => line === `remove-account ${key}`).length;
      // Made again only after it was taken away; a squatter's account may be taken away besides.
      expect(made - removed, `${where} ${key}`).toBeLessThanOrEqual(1);
      if (rooms.has(key)) expect(accounts.has(key), `${where} ${key}`).toBe(true);
    }
  }
}

describe("provisioning, whatever is wanted, whoever dies, and whatever fails", () => {
  it("ends with everything as it is wanted, made once, and nothing left of what is not", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(act, { minLength: 5, maxLength: 30 }),
        fc.infiniteStream(fc.constantFrom(...accidents)),
        async (acts, stream) => {
          const world = provisioningWorld({ turn: async () => undefined });
          const processes = startProcesses(world, () => stream.next().value ?? "none");
          for (const each of acts) {
            // Two at once, so that processes meet.
            const other = { ...each, verb: "sweep", process: (each.process + 1) % 3 } as const;
            await Promise.all([perform(world, processes, each), perform(world, processes, other)]);
            expectSane(world);
          }
          // From now on nothing fails any more. What had failed is tried again, by somebody who lets everything be done.
          processes.calm();
          const calm = world.process();
          for (let count = 0; count < 12; count += 1) {
            await world.clock.advance(1_000_000);
            for (const { id, state } of [...world.operations.operations.values()]) {
              if (state === "failed") await unwrap(calm.retry(id, { repair: true, replace: true }));
            }
            await unwrap(calm.reconcile({ repair: "all" }));
            await unwrap(calm.sweep());
          }
          for (const operation of world.operations.operations.values()) {
            const { place, key, desired, state, reason } = operation;
            const there = world.place(place);
            const squatted = there.accounts.get(key)?.owner === "squatter";
            if (state === "active") {
              const seen = { owner: there.accounts.get(key)?.owner, ...there.rooms.get(key), ...there.signs.get(key) };
              expect(seen).toEqual(desired);
            } else if (state === "failed") {
              // The one thing that nobody can be made to do: give a squatter's account to somebody else.
              expect([squatted, reason?.code]).toEqual([true, "RESOURCE_CONFLICT"]);
            } else expect(state).toBe("deleted");
          }
          expectSane(world);
        },
      ),
      { numRuns: runs },
    );
  });
});
