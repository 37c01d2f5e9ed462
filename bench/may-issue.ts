import {
  type Domain,
  type DomainId,
  type DomainStore,
  domainIndex,
  type Hostname,
  okAsync,
  unwrap,
} from "@hostelry/core";
import { askHandler } from "@hostelry/serve";
import { memoryDomainStore } from "@hostelry/testing";
import type { Bench, Contender } from "./harness/bench.ts";

const questions = 200_000;

/** What a web server asks in the midst of a TLS handshake, out of an index of 100,000 names. */
export const bench: Bench = {
  title: "may a name have a certificate: the index of 100,000 names, in memory",
  async *cases() {
    const domains = Array.from({ length: 100_000 }, (_, number) => domainOf(number));
    const index = domainIndex({ store: storeOf(domains) });
    const began = performance.now();
    await unwrap(index.refresh());
    console.error(`    read ${index.size} names in ${Math.round(performance.now() - began)} ms`);
    const hosts = domains.flatMap(({ hostname }, number) => [
      hostname.replace("*", "any"),
      `nobody-${number}.example.net`,
    ]);
    const names = new Set<string>(hosts);
    yield {
      name: "half of them active, half unknown",
      units: { mean: "µs", "99.9 of 100": "µs" },
      ours: asking("mayIssue", hosts, (host) => index.mayIssue(host).allowed),
      peers: [asking("a look into a Set", hosts, (host) => names.has(host))],
      limits: [{ metric: "99.9 of 100", ours: { atMost: 1000 } }],
    };
    const ask = askHandler({ index });
    yield {
      name: "through the ask handler, request and response made",
      units: { mean: "µs", "99.9 of 100": "µs" },
      ours: asking("askHandler", hosts, (host) => ask(new Request(`http://127.0.0.1/ask?domain=${host}`)).ok),
      peers: [
        asking("making a request and a response", hosts, (host) => {
          return new Request(`http://127.0.0.1/ask?domain=${host}`).url.length > 0 && new Response("active\n").ok;
        }),
      ],
      // The tail is that of the peer: requests and responses are garbage to be collected.
      limits: [{ metric: "mean", ratio: { atMost: 1.3, to: "making a request and a response" } }],
    };
  },
};

function asking(name: string, hosts: readonly string[], ask: (host: string) => boolean): Contender {
  return {
    name,
    prepare: async () => ({
      measure: async () => {
        const took = new Float64Array(questions);
        let yes = 0;
        const began = performance.now();
        for (let count = 0; count < questions; count += 1) {
          const asked = performance.now();
          // A step that meets all of them in no order that a cache likes.
          if (ask(hosts[(count * 7919) % hosts.length] ?? "")) yes += 1;
          took[count] = performance.now() - asked;
        }
        const mean = ((performance.now() - began) / questions) * 1000;
        if (yes === 0) throw new Error("Nobody was answered yes.");
        took.sort();
        return { mean, "99.9 of 100": (took[Math.floor(questions * 0.999)] ?? 0) * 1000 };
      },
    }),
  };
}

function domainOf(number: number): Domain {
  const at = new Date("2026-03-01T00:00:00Z");
  const hostname = (number % 10 === 0 ? `*.customer-${number}.com` : `www.customer-${number}.com`) as Hostname;
  return {
    id: `domain-${number}` as DomainId,
    hostname,
    tenantId: `tenant-${number % 1000}` as Domain["tenantId"],
    siteId: `site-${number % 5000}` as Domain["siteId"],
    state: "active",
    stateSince: at,
    challenge: { method: "dns", token: "0".repeat(32), issuedAt: at, expiresAt: at },
    confirmedAt: at,
    failures: 0,
    attempts: 0,
    primary: false,
    redirect: "serve",
    createdAt: at,
    version: 3,
    change: number + 1,
  };
}

/** A store that holds these and nothing else. */
function storeOf(domains: readonly Domain[]): DomainStore {
  return {
    ...memoryDomainStore(),
    listDomainChanges: ({ after, limit }) => okAsync(domains.slice(after, after + limit)),
  };
}
