// #region provider
import {
  adapterError,
  attempt,
  err,
  type HostingErrorOf,
  hostingError,
  ok,
  type PlanError,
  type PlanResource,
  type Resource,
  type ResourceObservation,
  type ResourceProvider,
  type ResourceStep,
  type Result,
} from "@hostelry/core/adapter";

/** A mail server as its vendor's client shows it. */
interface MailServer {
  find(address: string): Promise<{ readonly owner: string; readonly quotaMb: number } | undefined>;
  create(mailbox: { address: string; owner: string; quotaMb: number; password: string }): Promise<void>;
  setQuota(address: string, quotaMb: number): Promise<void>;
  remove(address: string): Promise<void>;
}

const steps = {
  create: { name: "create", title: "Make the mailbox.", effect: "once", secrets: ["password"], settleMs: 30_000 },
  quota: { name: "set-quota", title: "Set its quota.", effect: "repeatable" },
  remove: { name: "remove", title: "Take the mailbox away, with all its mail.", effect: "destructive" },
} as const satisfies Record<string, ResourceStep>;

/** Mailboxes on one mail server. Desired: `owner`, a customer's id, and `quotaMb`, default 1000. */
function mailboxes(place: string, server: MailServer): ResourceProvider {
  const name = "mail server";
  const told = (operation: string, signal: AbortSignal | undefined) => (cause: unknown) =>
    adapterError(cause, { adapter: name, operation, state: "unknown", signal });
  return {
    spec: "resource/1",
    name,
    kind: "mailbox",
    place,
    capabilities: { serial: false, changes: true, removes: true, secrets: ["password"] },
    check: (resource) => wanted(resource).map((desired) => ({ ...resource, desired: { ...desired } })),
    observe: (resource, options) => {
      const { signal } = options ?? {};
      return attempt(
        async () => {
          signal?.throwIfAborted();
          return server.find(resource.key);
        },
        told("observe", signal),
      ).andThen((found) => wanted(resource).map((desired) => compare(desired, found)));
    },
    plan: (request) => planned(request),
    apply: ({ resource, step }, { secrets, signal }) =>
      wanted(resource).asyncAndThen((desired) =>
        attempt(
          async () => {
            signal?.throwIfAborted();
            const { key: address } = resource;
            const { password = "" } = secrets;
            if (step.name === "create") await server.create({ address, ...desired, password });
            if (step.name === "set-quota") await server.setQuota(address, desired.quotaMb);
            if (step.name === "remove") await server.remove(address);
            return { state: "changed" as const };
          },
          told(step.name, signal),
        ),
      ),
  };
}

interface Wanted {
  readonly owner: string;
  readonly quotaMb: number;
}

function wanted({ desired }: Resource): Result<Wanted, HostingErrorOf<"INVALID_INPUT">> {
  const { owner, quotaMb = 1000, ...rest } = desired;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) return invalid(unknown, "there is no such field");
  if (typeof owner !== "string" || owner === "") return invalid("owner", "name the customer");
  return typeof quotaMb === "number" ? ok({ owner, quotaMb }) : invalid("quotaMb", "use a number");
}

function invalid(field: string, problem: string): Result<never, HostingErrorOf<"INVALID_INPUT">> {
  return err(hostingError("INVALID_INPUT", `${field}: ${problem}.`, { field, problem }));
}

function compare(desired: Wanted, found: Wanted | undefined): ResourceObservation {
  if (found === undefined) return { status: "absent" };
  const facts = { quotaMb: found.quotaMb };
  const fields = (["owner", "quotaMb"] as const).filter((field) => desired[field] !== found[field]);
  if (fields.length === 0) return { status: "same", facts };
  const differences = fields.map((field) => {
    // Another customer's mailbox is nobody's to change.
    const remedy = field === "owner" ? ("refuse" as const) : ("change" as const);
    return { field, expected: desired[field], actual: found[field], remedy };
  });
  return { status: "different", facts, differences };
}

function planned({ resource, goal, observation }: PlanResource): Result<readonly ResourceStep[], PlanError> {
  const { kind, place, key } = resource;
  if (goal === "absent") return ok(observation.status === "absent" ? [] : [steps.remove]);
  if (observation.status === "absent") return ok([steps.create]);
  if (observation.status !== "different") return ok([]);
  const { differences } = observation;
  if (differences.every(({ remedy }) => remedy === "change")) return ok([steps.quota]);
  const shown = differences.map(({ field, expected, actual }) => {
    return { field, expected: String(expected), actual: String(actual) };
  });
  const message = `The mailbox ${key} is another customer's.`;
  return err(hostingError("RESOURCE_CONFLICT", message, { kind, place, key, differences: shown }));
}

// #endregion

// #region proof
import { type ResourceProviderHarness, registerConformance, resourceConformance } from "@hostelry/testing";
import { describe, expect, it } from "vitest";

const harness: ResourceProviderHarness = {
  capabilities: { serial: false, changes: true, removes: true, secrets: ["password"] },
  // A mailbox is there or not: there is no half of one.
  without: ["abandon"],
  make: async () => {
    const server = mailServer();
    let count = 0;
    return {
      subject: mailboxes("mail-1", server),
      secrets: { password: "correct-horse-battery" },
      fresh: () => ({ kind: "mailbox", place: "mail-1", key: `ada-${++count}@a.de`, desired: { owner: "ada" } }),
      changed: (resource) => ({ ...resource, desired: { ...resource.desired, quotaMb: 5000 } }),
      occupy: ({ key: address }) => server.create({ address, owner: "mallory", quotaMb: 1000, password: "x" }),
      another: async () => mailboxes("mail-1", server),
      dispose: async () => undefined,
    };
  },
};

registerConformance(resourceConformance(harness), { describe, it });

// #endregion

// #region use
import { createProvisioning, okAsync, unwrap } from "@hostelry/core";
import { memoryOperationStore } from "@hostelry/testing";

it("makes a mailbox, follows it, and takes it away", async () => {
  const server = mailServer();
  const provisioning = createProvisioning({
    store: memoryOperationStore(), // in production: (await unwrap(pgStorage(pool))).operations
    providers: [mailboxes("mail-1", server)],
    secretsOf: () => okAsync({ password: "correct-horse-battery" }), // where you keep them
  });
  const mailbox = { kind: "mailbox", place: "mail-1", key: "ada@a.de", desired: { owner: "ada" } };
  const { id } = await unwrap(provisioning.request(mailbox, { actor: "ada" }));
  await unwrap(provisioning.run(id)); // or `sweep()` from time to time, or a runner
  const told: string[] = [];
  for await (const { kind } of provisioning.follow({ operationId: id })) told.push(kind);
  expect(told).toEqual(["requested", "claimed", "step-intended", "step-done", "active"]);
  expect(await unwrap(provisioning.get(id))).toMatchObject({ state: "active", facts: { quotaMb: 1000 } });

  await unwrap(provisioning.remove(id, { actor: "ada" }));
  expect(await unwrap(provisioning.run(id))).toMatchObject({ state: "deleted" });
});
// #endregion

function mailServer(): MailServer {
  const boxes = new Map<string, { readonly owner: string; readonly quotaMb: number }>();
  return {
    find: async (address) => boxes.get(address),
    create: async ({ address, owner, quotaMb }) => {
      if (boxes.has(address)) throw new Error(`${address} exists`);
      boxes.set(address, { owner, quotaMb });
    },
    setQuota: async (address, quotaMb) => {
      const box = boxes.get(address);
      if (box === undefined) throw new Error(`${address} is not there`);
      boxes.set(address, { ...box, quotaMb });
    },
    remove: async (address) => {
      boxes.delete(address);
    },
  };
}
