import assert from "node:assert/strict";
import { type DomainState, isDomainMove } from "@hostelry/core/adapter";
import { assertSame, expectOk, expectRefusal, onlyOne, race } from "../expectation.ts";
import { afterNoon, noon } from "../store/scene.ts";
import { actionsOf, claimed, domainIn, entryOf, freshDomainId, newSite } from "./domain-scene.ts";
import type { DomainStoreCase } from "./domain-store-harness.ts";

const states: readonly DomainState[] = ["claimed", "verified", "active", "suspect", "grace", "detached", "tombstone"];

/** What a domain store promises of changes. */
export const changeCases: readonly DomainStoreCase[] = [
  {
    name: "change/exact",
    title: "changes what is named and nothing else, and takes away what is to be taken away",
    check: async (underTest) => {
      const { subject } = underTest;
      const siteId = await newSite(underTest);
      const before = await domainIn(subject, "verified", { siteId });
      const { id: domainId, version } = before;
      const challenge = { ...before.challenge, token: "a".repeat(32), issuedAt: afterNoon(1), expiresAt: afterNoon(2) };
      const facts = { challenge, confirmedAt: afterNoon(3), failures: 4, attempts: 5, redirect: "to-apex" } as const;
      const change = { ...facts, nextLookAt: afterNoon(6), dueAt: afterNoon(7) };
      const request = { domainId, expectVersion: version, change, now: afterNoon(8) };
      const changed = await expectOk(subject.changeDomain(request));
      const expected = { ...before, ...change, version: version + 1, change: changed.change };
      assertSame(changed, expected, "all of it");
      assert.ok(changed.change > before.change, "a later change has a higher number");
      const taken = { nextLookAt: null, dueAt: null };
      const again = await expectOk(
        subject.changeDomain({ domainId, expectVersion: version + 1, change: taken, now: noon }),
      );
      const { nextLookAt: _look, dueAt: _due, ...rest } = expected;
      assertSame(again, { ...rest, version: version + 2, change: again.change }, "taken away");
      assertSame((await actionsOf(underTest, siteId)).at(-1), "domain.verified", "no entry without one");
    },
  },
  {
    name: "change/machine",
    title: "moves by the machine and refuses every other move; none leads to verified",
    check: async (underTest) => {
      const { subject } = underTest;
      const siteId = await newSite(underTest);
      for (const from of states) {
        for (const to of states) {
          if (from === to) continue;
          const domain = await domainIn(subject, from, { siteId });
          const { id: domainId, version: expectVersion } = domain;
          const audit = entryOf(domain, "domain.activated");
          const change = { domainId, expectVersion, change: { state: to }, now: afterNoon(5), audit };
          if (isDomainMove(from, to)) {
            const moved = await expectOk(subject.changeDomain(change));
            assertSame([moved.state, moved.stateSince], [to, afterNoon(5)], `${from} to ${to}`);
          } else {
            const refusal = await expectRefusal(subject.changeDomain(change), "DOMAIN_TRANSITION_INVALID");
            assertSame(refusal.details, { domainId, state: from, event: to }, `${from} to ${to}`);
            assertSame(await expectOk(subject.getDomain(domainId)), domain, "nothing changed");
          }
        }
      }
    },
  },
  {
    name: "change/detached",
    title: "notes when a domain was detached, makes it due at once, and keeps the time when it is buried",
    check: async (underTest) => {
      const { subject } = underTest;
      const siteId = await newSite(underTest);
      const active = await domainIn(subject, "active", { siteId });
      const { id: domainId, version } = active;
      const detach = { domainId, expectVersion: version, change: { state: "detached" }, now: afterNoon(3) } as const;
      const detached = await expectOk(subject.changeDomain(detach));
      assertSame([detached.detachedAt, detached.dueAt], [afterNoon(3), afterNoon(3)], "detached");
      const bury = { domainId, expectVersion: version + 1, change: { state: "tombstone" }, now: afterNoon(4) } as const;
      assertSame((await expectOk(subject.changeDomain(bury))).detachedAt, afterNoon(3), "buried");
    },
  },
  {
    name: "change/raced",
    title: "lets one of several changes at one version win",
    check: async (underTest) => {
      const { subject } = underTest;
      const siteId = await newSite(underTest);
      const domain = await domainIn(subject, "active", { siteId });
      const { id: domainId, version: expectVersion } = domain;
      const audit = entryOf(domain, "domain.suspected");
      const { values, refusals } = await race(
        5,
        (index) => subject.changeDomain({ domainId, expectVersion, change: { failures: index + 1 }, now: noon, audit }),
        "STORE_CONFLICT",
      );
      onlyOne(values, "change that won");
      assert.equal(refusals.length, 4, "the others are refused");
      const actions = await actionsOf(underTest, siteId);
      onlyOne(
        actions.filter((action) => action === "domain.suspected"),
        "entry",
      );
    },
  },
  {
    name: "change/absent",
    title: "refuses a domain that is not there",
    check: async ({ subject }) => {
      const request = { domainId: freshDomainId(), expectVersion: 1, change: {}, now: noon };
      await expectRefusal(subject.changeDomain(request), "DOMAIN_NOT_FOUND");
    },
  },
  {
    name: "remove/states",
    title: "removes a claim or a tombstone, once, and nothing else",
    check: async (underTest) => {
      const { subject } = underTest;
      const siteId = await newSite(underTest);
      for (const state of states) {
        const domain = await domainIn(subject, state, { siteId });
        const { id: domainId, version: expectVersion } = domain;
        const request = { domainId, expectVersion, audit: entryOf(domain, "domain.forgotten") };
        await expectRefusal(subject.removeDomain({ ...request, expectVersion: expectVersion + 1 }), "STORE_CONFLICT");
        if (state === "claimed" || state === "tombstone") {
          await expectOk(subject.removeDomain(request));
          await expectRefusal(subject.removeDomain(request), "DOMAIN_NOT_FOUND");
          assertSame((await actionsOf(underTest, siteId)).at(-1), "domain.forgotten", "the entry");
        } else {
          await expectRefusal(subject.removeDomain(request), "DOMAIN_TRANSITION_INVALID");
          assertSame(await expectOk(subject.getDomain(domainId)), domain, state);
        }
      }
    },
  },
  {
    name: "due/order",
    title: "lists what is due, the longest due first, and no more than asked for",
    check: async (underTest) => {
      const { subject } = underTest;
      const siteId = await newSite(underTest);
      const ids: string[] = [];
      for (const ms of [30, 10, 20, 40]) {
        const { id: domainId, version: expectVersion } = await claimed(subject, { siteId });
        const change = { dueAt: afterNoon(ms) };
        await expectOk(subject.changeDomain({ domainId, expectVersion, change, now: noon }));
        ids.push(domainId);
      }
      const due = async (ms: number, limit: number): Promise<readonly string[]> =>
        (await expectOk(subject.listDueDomains({ now: afterNoon(ms), limit }))).map(({ id }) => id);
      assertSame(await due(30, 1000), [ids[1], ids[2], ids[0]], "at or before");
      assertSame(await due(30, 2), [ids[1], ids[2]], "two of them");
      assertSame(await due(9, 1000), [], "none yet");
      for (const limit of [0, 1001, 1.5]) {
        await expectRefusal(subject.listDueDomains({ now: noon, limit }), "INVALID_INPUT");
      }
    },
  },
];
