// Panel servers in memory where something goes wrong at some sites, for runs over many of them.
import type { WaitingServer } from "@hostelry/core";
import {
  errAsync,
  flow,
  type HostingError,
  hostingError,
  ok,
  okAsync,
  type ResourceProvider,
} from "@hostelry/core/adapter";
import { type MemoryPlace, memoryPlace, memoryResourceProvider } from "@hostelry/testing";

/** What goes wrong at a site, once, and the code that its record has then. */
export const faults = {
  "the answer of a step is lost": "ADAPTER_FAILED",
  "a step ends half-way": "ADAPTER_TIMEOUT",
  "the server asks for less": "ADAPTER_THROTTLED",
  "the provider throws": "ADAPTER_FAILED",
  "the look fails": "ADAPTER_FAILED",
  "a look ahead of its turn fails": "ADAPTER_FAILED",
  "the content does not arrive": "TRANSPORT_LOST",
  "somebody else's account is in the way": "RESOURCE_ORPHANED",
  "the credentials may not do it": "ADAPTER_UNAUTHORIZED",
} as const;

/** One of them. */
export type FaultName = keyof typeof faults;

/** Faults after which the run sees for itself how things stand, and goes on. */
export const overcome: readonly FaultName[] = [
  "the answer of a step is lost",
  "a step ends half-way",
  "a look ahead of its turn fails",
];

/** Faults that no other try mends. */
export const lasting: readonly FaultName[] = ["somebody else's account is in the way", "the credentials may not do it"];

/** A server in memory, and what was done there. */
export interface MemoryServer {
  readonly name: string;
  readonly place: MemoryPlace;
  /** Faults that have not struck yet, by domain. */
  readonly faults: Map<string, FaultName>;
  /** Sites whose first look has failed. */
  readonly lookedAhead: Set<string>;
  readonly published: string[];
  /** Looks, and beginnings and ends of steps, in order: `look a.test`. */
  readonly told: string[];
  /** Connections that were opened, and those that are open. */
  opened: number;
  open: number;
  /** Steps under way, and the most that there were at once. */
  busy: number;
  mostBusy: number;
}

/** A server with nothing on it. */
export function memoryServer(name: string): MemoryServer {
  return {
    name,
    place: memoryPlace(),
    faults: new Map(),
    lookedAhead: new Set(),
    published: [],
    told: [],
    opened: 0,
    open: 0,
    busy: 0,
    mostBusy: 0,
  };
}

/** The secret of a site: not to be seen anywhere but on its server. */
export function passwordOf(domain: string): string {
  return `hunter2-${domain.replaceAll(".", "-")}`;
}

/** Opens a server as `provisionWaiting` wants it. */
export function openMemoryServer(server: MemoryServer): WaitingServer {
  const { name, place } = server;
  server.opened += 1;
  server.open += 1;
  const sites = memoryResourceProvider({ kind: "site", place: name, at: place, capabilities: { serial: true } });
  return {
    providers: [troubled(sites, server)],
    resources: ({ domain }) => [{ kind: "site", place: name, key: domain, desired: { owner: "us", text: domain } }],
    secretsOf: ({ domain }) => ({ password: passwordOf(domain) }),
    publish: ({ domain }) => {
      if (take(server, domain, "the content does not arrive") !== undefined) {
        const details = { transport: name, operation: "publish", state: "unknown" } as const;
        return errAsync(hostingError("TRANSPORT_LOST", `The connection to ${name} broke off.`, details));
      }
      server.published.push(domain);
      return okAsync(null);
    },
    close: async () => {
      server.open -= 1;
    },
  };
}

/** Puts a fault in the way of a site. */
export function spoil(server: MemoryServer, domain: string, fault: FaultName): void {
  if (fault === "somebody else's account is in the way") server.place.accounts.set(domain, { owner: "them" });
  else server.faults.set(domain, fault);
}

/** A site is looked at twice: ahead of its turn, and in its turn if that did not tell. */
function failsToLook(server: MemoryServer, domain: string): boolean {
  if (take(server, domain, "a look ahead of its turn fails") !== undefined) return true;
  if (server.faults.get(domain) !== "the look fails") return false;
  if (server.lookedAhead.has(domain)) server.faults.delete(domain);
  server.lookedAhead.add(domain);
  return true;
}

function take({ faults: left }: MemoryServer, domain: string, ...names: readonly FaultName[]): FaultName | undefined {
  const name = left.get(domain);
  if (name === undefined || !names.includes(name)) return undefined;
  left.delete(domain);
  return name;
}

function troubled(provider: ResourceProvider, server: MemoryServer): ResourceProvider {
  return {
    ...provider,
    observe: (resource, options) => {
      server.told.push(`look ${resource.key}`);
      if (failsToLook(server, resource.key)) return errAsync(failure("observe", "unchanged"));
      return provider.observe(resource, options);
    },
    apply: (request, options) => {
      const { key } = request.resource;
      const fault = take(
        server,
        key,
        "the answer of a step is lost",
        "a step ends half-way",
        "the server asks for less",
        "the provider throws",
        "the credentials may not do it",
      );
      // As a careless library would put it: with everything that it was given.
      if (fault === "the provider throws") throw new Error(`boom: ${JSON.stringify(options.secrets)}`);
      if (fault === "the server asks for less" || fault === "the credentials may not do it")
        return errAsync(refusals[fault]);
      return flow(async function* () {
        server.busy += 1;
        server.mostBusy = Math.max(server.mostBusy, server.busy);
        server.told.push(`begin ${key}`);
        const applied = await provider.apply(request, options);
        server.told.push(`end ${key}`);
        server.busy -= 1;
        if (fault === "the answer of a step is lost") return yield* errAsync(failure("apply", "unknown"));
        if (fault === "a step ends half-way") return yield* errAsync(refusals[fault]);
        return ok(yield* applied);
      });
    },
  };
}

const refusals = {
  "a step ends half-way": hostingError("ADAPTER_TIMEOUT", "memory did not finish the step within 5 ms.", {
    adapter: "memory",
    operation: "apply",
    timeoutMs: 5,
    state: "unknown",
  }),
  "the server asks for less": hostingError("ADAPTER_THROTTLED", "memory asks for fewer requests.", {
    adapter: "memory",
    operation: "apply",
    retryAt: null,
    state: "unchanged",
  }),
  "the credentials may not do it": hostingError("ADAPTER_UNAUTHORIZED", "memory does not let this user do it.", {
    adapter: "memory",
    operation: "apply",
    reason: "permission",
    state: "unchanged",
  }),
} as const;

function failure(operation: string, state: "unchanged" | "unknown"): HostingError {
  const details = { adapter: "memory", operation, state } as const;
  return hostingError("ADAPTER_FAILED", `memory could not ${operation}.`, details);
}
