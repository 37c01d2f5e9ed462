import { createHosting, type Hosting, type PublishOutcome, unwrap } from "@hostelry/core";
import { errAsync, type HostingError, hostingError, okAsync } from "@hostelry/core/adapter";
import { memoryBlobStore, memoryStore, memoryTarget, simulatedClock } from "@hostelry/testing";
import { zipSync } from "fflate";
import { beforeEach, describe, expect, it } from "vitest";
import type { StalenessReport } from "./staleness.ts";
import { withStaleness } from "./with-staleness.ts";

const report = (serverSeconds: number | null): StalenessReport => ({
  serverSeconds,
  visitorSeconds: serverSeconds,
  findings: [],
});

describe("a target with staleness", () => {
  const clock = simulatedClock();
  let looks: number;
  let answer: StalenessReport | HostingError;
  let problems: HostingError[];
  let hosting: Hosting;

  beforeEach(() => {
    looks = 0;
    problems = [];
    answer = report(60);
    const target = withStaleness(memoryTarget({ name: "edge" }), {
      read: () => {
        looks += 1;
        return "findings" in answer ? okAsync(answer) : errAsync(answer);
      },
      maxAgeMs: 1000,
      onProblem: (error) => problems.push(error),
      clock,
    });
    hosting = createHosting({ store: memoryStore(), blobs: memoryBlobStore(), targets: [target], clock });
  });

  const publish = async (text: string): Promise<PublishOutcome> => {
    const site = await unwrap(hosting.sites.create({ name: text }));
    const archive = zipSync({ "index.html": new TextEncoder().encode(text) });
    const { id } = await unwrap(hosting.revisions.upload(site.id, archive));
    await unwrap(hosting.revisions.validate(id));
    return unwrap(hosting.publish(id));
  };
  const stale = (outcome: PublishOutcome): unknown => outcome.publication?.results?.[0]?.staleSeconds;

  it("says in the publication's results how stale visitors can be", async () => {
    expect(stale(await publish("one"))).toBe(60);
  });

  it("says null where there is no bound", async () => {
    answer = report(null);
    expect(stale(await publish("one"))).toBeNull();
  });

  it("looks once in a while, not at each publish", async () => {
    await publish("one");
    await publish("two");
    expect(looks).toBe(1);
    await clock.advance(1500);
    answer = report(0);
    await publish("three");
    expect(stale(await publish("four"))).toBe(0);
    expect(looks).toBe(2);
  });

  it("publishes all the same when looking fails, and tells why", async () => {
    answer = hostingError("ADAPTER_FAILED", "No nginx.", { adapter: "edge", operation: "read", state: "unchanged" });
    const outcome = await publish("one");
    expect(outcome.outcome).toBe("published");
    expect(stale(outcome)).toBeUndefined();
    expect(problems).toEqual([answer]);
  });
});
