import { type DnsRecordSet, err, type FoldedDnsChange, hostingError, ok, okAsync } from "@hostelry/core/adapter";
import { memoryDnsCapabilities, type SimulatedClock, simulatedClock } from "@hostelry/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { changeZone, type WriteOutcome, type ZoneAccess } from "./change-zone.ts";

const zone = "zone.test";
const provider = { name: "test", capabilities: memoryDnsCapabilities };
const add = { action: "add", name: `a.${zone}`, type: "TXT", values: ["x"], ttlSeconds: 60 } as const;

let sets: Map<string, DnsRecordSet>;
let clock: SimulatedClock;
beforeEach(() => {
  sets = new Map();
  clock = simulatedClock();
});

const busy = hostingError("ADAPTER_FAILED", "Busy.", {
  adapter: "test",
  operation: "applyChanges",
  state: "unchanged",
});

/** A zone in memory whose writes come out as told, one after the other; then they are done. */
function access(
  ...outcomes: readonly ("done" | "ignored" | "refused")[]
): ZoneAccess<undefined> & { readonly writes: FoldedDnsChange[][] } {
  const writes: FoldedDnsChange[][] = [];
  return {
    writes,
    read: () =>
      okAsync({
        contents: { zone, version: "1", serial: writes.length, sets: [...sets.values()], others: [] },
        held: undefined,
      }),
    write: (changes) => {
      const outcome = outcomes[writes.length] ?? "done";
      writes.push([...changes]);
      for (const { name, type, after } of changes) {
        if (outcome === "done" && after !== null) sets.set(`${name} ${type}`, after);
      }
      return okAsync<WriteOutcome>(outcome === "refused" ? { written: false, refused: busy } : { written: true });
    },
  };
}

/** Lets the pauses pass. */
async function change(zoneAccess: ZoneAccess<undefined>, signal?: AbortSignal): Promise<unknown> {
  const running = changeZone({ provider, request: { zone, changes: [add] }, access: zoneAccess, clock }, { signal });
  await clock.advance(60_000);
  return (await running).match(
    (applied) => applied,
    ({ code }) => code,
  );
}

describe("changeZone", () => {
  it("writes once, and looks whether it is there", async () => {
    const zoneAccess = access();
    expect(await change(zoneAccess)).toEqual({ changed: true, serial: 1 });
    expect(zoneAccess.writes).toHaveLength(1);
    expect(await change(zoneAccess)).toEqual({ changed: false, serial: 1 });
  });

  it("writes again what was refused or ignored, and gives up after six times with what was in the way", async () => {
    expect(await change(access("refused", "ignored", "refused"))).toEqual({ changed: true, serial: 4 });
    sets.clear();
    expect(await change(access(...Array.from({ length: 9 }, () => "ignored" as const)))).toBe("DNS_NOT_APPLIED");
    expect(await change(access(...Array.from({ length: 9 }, () => "refused" as const)))).toBe("ADAPTER_FAILED");
  });

  it("ends in a pause when its caller leaves", async () => {
    const leaving = new AbortController();
    const zoneAccess = access("refused", "refused");
    const write = zoneAccess.write;
    const leavingMeanwhile: ZoneAccess<undefined> = {
      ...zoneAccess,
      write: (...values) => {
        leaving.abort();
        return write(...values);
      },
    };
    expect(await change(leavingMeanwhile, leaving.signal)).toBe("ABORTED");
    expect(zoneAccess.writes).toHaveLength(1);
  });

  it.each([
    ["what an attempt before the refused one has written", true, false],
    ["what was refused while somebody else wrote something else", false, true],
  ])("with a version that was expected, tells %s", async (_, isWritten, isChanged) => {
    const zoneAccess = access("refused");
    let version = "1";
    const refusing: ZoneAccess<undefined> = {
      read: (...values) =>
        zoneAccess.read(...values).map((read) => ({ ...read, contents: { ...read.contents, version } })),
      write: (changes) => {
        const after = changes[0]?.after;
        if (isWritten && after != null) sets.set(`${add.name} TXT`, after);
        version = "2";
        return okAsync({ written: false, perhaps: true, refused: busy });
      },
    };
    const request = { zone, changes: [add], expectVersion: "1" };
    const result = await changeZone({ provider, request, access: refusing, clock }, {});
    expect(result.map(({ changed }) => changed).mapErr(({ code }) => code)).toEqual(
      isChanged ? err("DNS_ZONE_CHANGED") : ok(true),
    );
  });

  it("hands on what the reading and the writing say", async () => {
    const failing: ZoneAccess<undefined> = { ...access(), write: () => okAsync(undefined).andThen(() => err(busy)) };
    expect(await change(failing)).toBe("ADAPTER_FAILED");
  });
});
