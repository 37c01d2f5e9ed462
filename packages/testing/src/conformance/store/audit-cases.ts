import assert from "node:assert/strict";
import { auditChainStart, auditHash, subscribeAudit, systemClock, verifyAudit } from "@hostelry/core/adapter";
import { assertSame, expectOk, expectRefusal, race, together } from "../expectation.ts";
import { freshSiteId } from "../fresh-ids.ts";
import { appendRevision, auditOf, createSite, newRevision, readPages } from "./scene.ts";
import type { StoreCase } from "./store-harness.ts";

/** The longest that a store can be asked to wait for news. */
const longestWaitMs = 60_000;

/** How long, by the machine's clock, somebody who was woken may take to notice. */
const patienceMs = 3000;

/** What a store promises of the audit record. */
export const auditCases: readonly StoreCase[] = [
  {
    name: "list-audit/oldest-first",
    title: "lists entries in the order of their growing sequences, of one site or of all",
    check: async ({ subject }) => {
      const [site, other] = [await createSite(subject), await createSite(subject)];
      for (const { id } of [site, other, site]) await appendRevision(subject, id);
      const all = await readPages((page) => subject.listAudit(page), 1000);
      const sites = all.map((entry) => entry.siteId);
      assertSame(sites, [site.id, other.id, site.id, other.id, site.id], "all sites, in order");
      const sequences = all.map((entry) => entry.sequence);
      assertSame(
        sequences,
        [...new Set(sequences)].sort((left, right) => left - right),
        "sequences grow",
      );
      assertSame(
        await auditOf(subject, site.id),
        all.filter((entry) => entry.siteId === site.id),
        "of one site",
      );
      assertSame((await expectOk(subject.listAudit({ siteId: freshSiteId() }))).items, [], "an unknown site has none");
    },
  },
  {
    name: "list-audit/reads-on",
    title: "gives a cursor also on the last page, from which later entries are read on",
    check: async ({ subject }) => {
      const site = await createSite(subject);
      const { next: after } = await expectOk(subject.listAudit({ siteId: site.id }));
      assert.ok(after !== undefined, "a page with entries has a cursor");
      assertSame((await expectOk(subject.listAudit({ siteId: site.id, after }))).items, [], "nothing more yet");
      const revision = await appendRevision(subject, site.id);
      const { items } = await expectOk(subject.listAudit({ siteId: site.id, after }));
      assertSame(
        items.map((entry) => entry.subject),
        [revision.id],
        "only what came later",
      );
    },
  },
  {
    name: "list-audit/follows-writers",
    title: "misses and repeats nothing for a reader that follows while many write",
    check: async ({ subject }) => {
      const sites = await Promise.all([1, 2, 3, 4].map(() => createSite(subject)));
      const writing = race(40, (index) => subject.appendRevision(newRevision(sites[index % 4]?.id ?? freshSiteId())));
      const writers = { done: false };
      const done = writing.finally(() => {
        writers.done = true;
      });
      const seen: number[] = [];
      const follow = async (): Promise<void> => {
        let after: string | undefined;
        for (let last = false; !last; ) {
          assert.ok(seen.length <= 44, "the reader is given nothing twice");
          last = writers.done;
          const page = await expectOk(subject.listAudit({ limit: 3, ...(after === undefined ? {} : { after }) }));
          seen.push(...page.items.map((entry) => entry.sequence));
          after = page.next ?? after;
          if (page.items.length > 0) last = false;
        }
      };
      await together(done, follow());
      const all = (await readPages((page) => subject.listAudit(page), 1000)).map((entry) => entry.sequence);
      assert.equal(all.length, 44, "every act is recorded");
      assertSame(seen, all, "the reader saw every entry once, in order");
    },
  },
  {
    name: "audit-chain/links",
    title: "numbers a site's entries without gap and links each to the one before by its hash",
    check: async ({ subject }) => {
      const [site, other] = [await createSite(subject), await createSite(subject)];
      await race(6, (index) => subject.appendRevision(newRevision(index % 2 === 0 ? site.id : other.id)));
      for (const { id } of [site, other]) {
        let previous = auditChainStart;
        for (const [index, entry] of (await auditOf(subject, id)).entries()) {
          assert.equal(entry.number, index + 1, "numbers have no gap");
          assert.equal(entry.hash, auditHash(previous, entry), "the hash follows from the entry and the one before");
          previous = entry.hash;
        }
        assertSame(
          await expectOk(subject.readAuditHead(id)),
          { number: 4, hash: previous },
          "the head is the last one",
        );
      }
      const nobody = await expectOk(subject.readAuditHead(freshSiteId()));
      assertSame(nobody, { number: 0, hash: auditChainStart }, "an unknown site has an empty chain");
    },
  },
  {
    name: "audit-chain/verifies",
    title: "gives the record back such that it can be verified, also against a head kept elsewhere",
    check: async ({ subject }) => {
      const { id } = await createSite(subject);
      await appendRevision(subject, id);
      const first = await expectOk(verifyAudit(subject, id));
      assertSame(first.fault, null, "nothing is wrong");
      await appendRevision(subject, id);
      const second = await expectOk(verifyAudit(subject, id, { expect: first.head }));
      assertSame(
        { ...second, head: second.head.number },
        { fault: null, head: 3 },
        "nothing is wrong, and it has grown",
      );
      const foreign = await expectOk(verifyAudit(subject, id, { expect: { ...first.head, hash: auditChainStart } }));
      assertSame(foreign.fault, { number: 2, problem: "foreign" }, "another chain than the one expected");
      const cut = await expectOk(verifyAudit(subject, id, { expect: { ...first.head, number: 4 } }));
      assertSame(cut.fault, { number: 4, problem: "missing" }, "shorter than the one expected");
    },
  },
  {
    name: "await-audit/at-once",
    title: "says at once that there is more when there is, of one site or of all",
    check: async ({ subject }) => {
      const [site, other] = [await createSite(subject), await createSite(subject)];
      for (const request of [{}, { siteId: site.id }]) {
        assertSame(
          await expectOk(subject.awaitAudit({ ...request, waitMs: longestWaitMs })),
          { more: true },
          "without a cursor",
        );
      }
      const { next: after } = await expectOk(subject.listAudit({ limit: 1 }));
      const behind = { after, waitMs: longestWaitMs };
      assertSame(await expectOk(subject.awaitAudit(behind)), { more: true }, "behind a cursor");
      assertSame(
        await expectOk(subject.awaitAudit({ ...behind, siteId: other.id })),
        { more: true },
        "of the other site",
      );
    },
  },
  {
    name: "await-audit/wakes",
    title: "wakes everybody who waits when an entry is written, long before the time is over",
    check: async ({ subject }) => {
      const { id: siteId } = await createSite(subject);
      const { next: after } = await expectOk(subject.listAudit({}));
      let written: string | undefined;
      const giveUp = new AbortController();
      const timer = setTimeout(() => giveUp.abort(), patienceMs);
      const waiting = [{ after }, { after, siteId }].map((request) =>
        subject.awaitAudit({ ...request, waitMs: longestWaitMs }, { signal: giveUp.signal }),
      );
      try {
        await aWhile();
        const { id } = await appendRevision(subject, siteId);
        for (const news of waiting) assertSame(await expectOk(news), { more: true }, "there is more");
        written = id;
      } finally {
        clearTimeout(timer);
        giveUp.abort();
      }
      const { items } = await expectOk(subject.listAudit({ after }));
      assertSame(
        items.map((entry) => entry.subject),
        [written],
        "what was announced is there",
      );
    },
  },
  {
    name: "await-audit/nothing-new",
    title: "says that there is nothing more when the time is over",
    check: async ({ subject, passTime }) => {
      const { id: siteId } = await createSite(subject);
      const { next: after } = await expectOk(subject.listAudit({ siteId }));
      const waiting = expectOk(subject.awaitAudit({ siteId, after, waitMs: 200 }));
      await createSite(subject);
      await passTime(300);
      assertSame(await waiting, { more: false }, "an entry of another site is no news");
    },
  },
  {
    name: "await-audit/limits",
    title: "refuses a time below 1 or above 60,000 milliseconds, and a cursor that is none",
    check: async ({ subject }) => {
      for (const waitMs of [0, -1, 60_001, Number.NaN, 1.5]) {
        await expectRefusal(subject.awaitAudit({ waitMs }), "INVALID_INPUT");
      }
      await expectRefusal(subject.awaitAudit({ waitMs: 1, after: "no cursor" }), "INVALID_INPUT");
    },
  },
  {
    name: "subscribe-audit/follows",
    title: "gives a subscriber every entry once and in order, while many write, and ends with its signal",
    check: async ({ subject }) => {
      const sites = await Promise.all([1, 2, 3].map(() => createSite(subject)));
      const write = (index: number): ReturnType<typeof subject.appendRevision> =>
        subject.appendRevision(newRevision(sites[index % 3]?.id ?? freshSiteId()));
      const stop = new AbortController();
      const timer = setTimeout(() => stop.abort(), 2 * patienceMs);
      const seen: number[] = [];
      const later: Promise<unknown>[] = [];
      const follow = async (): Promise<void> => {
        const request = { limit: 5, signal: stop.signal };
        for await (const { entries } of subscribeAudit({ store: subject, clock: systemClock }, request)) {
          seen.push(...entries.map((entry) => entry.sequence));
          // Those are written while the subscriber waits for them.
          if (seen.length === 18) later.push(aWhile().then(() => race(15, write)));
          if (seen.length >= 33) stop.abort();
        }
      };
      await together(race(15, write), follow());
      clearTimeout(timer);
      await together(...later);
      const all = (await readPages((page) => subject.listAudit(page), 1000)).map((entry) => entry.sequence);
      assertSame(seen, all, "every entry once, in order");
    },
  },
];

/** Long enough for somebody who has begun to wait to be waiting. */
async function aWhile(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
