import assert from "node:assert/strict";
import type { DomainStore, Result } from "@hostelry/core/adapter";
import { assertSame, expectOk, expectRefusal, race, together } from "../expectation.ts";
import { noon } from "../store/scene.ts";
import { claimed, domainIn, draftDomain, entryOf, movedTo, newSite } from "./domain-scene.ts";
import type { DomainStoreCase, DomainStoreUnderTest } from "./domain-store-harness.ts";

/** The number of the last change. */
async function lastChange(store: DomainStore): Promise<number> {
  let last = 0;
  for (;;) {
    const changed = await expectOk(store.listDomainChanges({ after: last, limit: 1000 }));
    const next = changed.at(-1)?.change;
    if (next === undefined) return last;
    assert.ok(next > last, "a list of changes goes forward");
    last = next;
  }
}

/** What a domain store promises to those who follow its changes. */
export const followCases: readonly DomainStoreCase[] = [
  {
    name: "follow/changes",
    title: "lists every domain once, at its last change, in the order of changes",
    check: async (underTest) => {
      const { subject } = underTest;
      const siteId = await newSite(underTest);
      const after = await lastChange(subject);
      const first = await claimed(subject, { siteId });
      const second = await claimed(subject, { siteId });
      const active = await domainIn(subject, "active", { siteId });
      const { id: domainId, version: expectVersion } = first;
      await expectOk(subject.changeDomain({ domainId, expectVersion, change: { attempts: 1 }, now: noon }));
      const changed = await expectOk(subject.listDomainChanges({ after, limit: 1000 }));
      assertSame(
        changed.map(({ id }) => id),
        [second.id, active.id, first.id],
        "in order",
      );
      assertSame(changed[2]?.attempts, 1, "as they are now");
      const one = await expectOk(subject.listDomainChanges({ after, limit: 1 }));
      assertSame(
        one.map(({ id }) => id),
        [second.id],
        "no more than asked for",
      );
      assertSame(await expectOk(subject.listDomainChanges({ after: first.change + 100, limit: 9 })), [], "none");
      await expectRefusal(subject.listDomainChanges({ after, limit: 0 }), "INVALID_INPUT");
    },
  },
  {
    name: "follow/takes-over",
    title: "tells also of the domains that change along: one that gives way, and primary ones",
    check: async (underTest) => {
      const { subject } = underTest;
      const siteId = await newSite(underTest);
      const first = await domainIn(subject, "active", { siteId });
      const second = await domainIn(subject, "active", { siteId });
      const after = await lastChange(subject);
      await movedTo(subject, first, ["detached"]);
      const changed = await expectOk(subject.listDomainChanges({ after, limit: 10 }));
      assertSame(
        changed.map(({ id, state, primary }) => [id, state, primary]),
        [
          [first.id, "detached", false],
          [second.id, "active", true],
        ],
        "both",
      );
    },
  },
  {
    name: "follow/concurrent",
    title: "misses nothing while many write: whoever goes on after the last number sees all there is",
    check: async (underTest) => {
      const { subject } = underTest;
      const siteId = await newSite(underTest);
      const seen = new Set<string>();
      let [after, writing] = [await lastChange(subject), true];
      const follow = async (): Promise<void> => {
        for (let last = false; ; ) {
          const changed = await expectOk(subject.listDomainChanges({ after, limit: 7 }));
          for (const { id } of changed) seen.add(id);
          after = changed.at(-1)?.change ?? after;
          if (changed.length > 0) continue;
          if (last) return;
          last = !writing;
          await new Promise((resolve) => setImmediate(resolve));
        }
      };
      const write = async (): Promise<void> => {
        const { values } = await race(20, () => {
          const domain = draftDomain({ siteId });
          return subject.claimDomain({ domain, audit: entryOf(domain, "domain.claimed") });
        });
        assert.equal(values.length, 20, "all are written");
        writing = false;
      };
      await together(follow(), write());
      const { items } = await expectOk(subject.listDomains({ siteId }));
      assertSame(items.filter(({ id }) => !seen.has(id)).length, 0, "none was missed");
    },
  },
  {
    name: "await-change/wakes",
    title: "wakes who waits when something changes, and says at once what is there already",
    check: async (underTest) => {
      const { subject } = underTest;
      const siteId = await newSite(underTest);
      const after = await lastChange(subject);
      const waiting = subject.awaitDomainChange({ after, waitMs: 60_000 });
      await claimed(subject, { siteId });
      assertSame(await withTime(underTest, waiting), { more: true }, "woken");
      assertSame(await expectOk(subject.awaitDomainChange({ after, waitMs: 60_000 })), { more: true }, "at once");
    },
  },
  {
    name: "await-change/ends",
    title: "ends a wait after its time, and at once when it is cancelled",
    check: async (underTest) => {
      const { subject } = underTest;
      const after = await lastChange(subject);
      const waiting = subject.awaitDomainChange({ after, waitMs: 20 });
      assertSame(await withTime(underTest, waiting), { more: false }, "over");
      const controller = new AbortController();
      const cancelled = subject.awaitDomainChange({ after, waitMs: 60_000 }, { signal: controller.signal });
      controller.abort();
      await expectRefusal(cancelled, "ABORTED");
      for (const waitMs of [0, 60_001]) {
        await expectRefusal(subject.awaitDomainChange({ after, waitMs }), "INVALID_INPUT");
      }
    },
  },
];

/** Lets time go by until a wait ends. */
async function withTime<T, E>(underTest: DomainStoreUnderTest, waiting: PromiseLike<Result<T, E>>): Promise<T> {
  let over = false;
  const ended = expectOk(waiting).finally(() => {
    over = true;
  });
  const pass = async (): Promise<void> => {
    // Longer than any wait of these cases, so that one who is never woken fails instead of hanging.
    for (let count = 0; count < 61 && !over; count += 1) await underTest.passTime(1000);
  };
  await together(ended, pass());
  return ended;
}
