import assert from "node:assert/strict";
import { releaseIdOf } from "@hostelry/core/adapter";
import { assertSame, expectOk, expectRefusal, onlyOne, race } from "../expectation.ts";
import { freshSiteId } from "../fresh-ids.ts";
import {
  acquireLease,
  actionsOf,
  afterNoon,
  auditOf,
  beginPublication,
  draftOf,
  newPublication,
  publishableScene,
  readPages,
} from "./scene.ts";
import type { StoreCase } from "./store-harness.ts";

const shortMs = 200;
const pastShortMs = 300;

/** What a store promises of the journal of publications. */
export const publicationCases: readonly StoreCase[] = [
  {
    name: "begin-publication/as-written",
    title: "writes the publication as intended, whatever state it is given",
    check: async ({ subject }) => {
      const { site, revision, lease } = await publishableScene(subject);
      const previous = { release: releaseIdOf(1, "0123456789abcdef"), revisionId: revision.id, publication: 1 };
      const publication = newPublication(revision, lease.fencingToken, { state: "activated", previous });
      const begun = await beginPublication(subject, publication);
      assertSame(begun, { ...publication, state: "intended" }, "the answer");
      const { items } = await expectOk(subject.listPublications({ siteId: site.id }));
      assertSame(items, [begun], "the record");
    },
  },
  {
    name: "begin-publication/audit-with-record",
    title: "writes the audit entry together with the publication",
    check: async ({ subject }) => {
      const { site, revision, lease } = await publishableScene(subject);
      await beginPublication(subject, newPublication(revision, lease.fencingToken));
      assert.equal((await actionsOf(subject, site.id)).at(-1), "publication.started");
    },
  },
  {
    name: "begin-publication/needs-the-lease",
    title: "refuses a number that is not the token of the current, unexpired lease",
    check: async ({ subject, passTime }) => {
      const { site, revision, lease } = await publishableScene(subject);
      const { fencingToken } = lease;
      const begin = (number: number): ReturnType<typeof subject.beginPublication> => {
        const audit = draftOf(site.id, "publication.started", String(number));
        return subject.beginPublication({ publication: newPublication(revision, number), audit });
      };
      await expectRefusal(begin(fencingToken + 1), "LEASE_LOST");
      await expectOk(subject.releaseLease({ siteId: site.id, fencingToken }));
      await expectRefusal(begin(fencingToken), "LEASE_LOST");
      const short = await acquireLease(subject, site.id, shortMs);
      await passTime(pastShortMs);
      await expectRefusal(begin(short.fencingToken), "LEASE_LOST");
      assertSame((await expectOk(subject.listPublications({ siteId: site.id }))).items, [], "nothing was begun");
    },
  },
  {
    name: "begin-publication/concurrent",
    title: "begins a number once, of several at the same time and of repetitions",
    check: async ({ subject }) => {
      const { site, revision, lease } = await publishableScene(subject);
      const publication = newPublication(revision, lease.fencingToken);
      const audit = draftOf(site.id, "publication.started", String(publication.number));
      const { values } = await race(6, () => subject.beginPublication({ publication, audit }), "STORE_CONFLICT");
      onlyOne(values, "winner");
      await expectRefusal(subject.beginPublication({ publication, audit }), "STORE_CONFLICT");
      const started = (await actionsOf(subject, site.id)).filter((action) => action === "publication.started");
      assert.ok(started.length <= 1, "the refused calls left no audit entry");
    },
  },
  {
    name: "advance-publication/moves",
    title: "moves a publication from state to state, with an audit entry when one is given",
    check: async ({ subject }) => {
      const { site, revision, lease } = await publishableScene(subject);
      const { fencingToken } = lease;
      const begun = await beginPublication(subject, newPublication(revision, fencingToken));
      const call = { siteId: site.id, number: begun.number, fencingToken, at: afterNoon(1) };
      const staged = await expectOk(subject.advancePublication({ ...call, from: "intended", to: "staged" }));
      assertSame(staged, { ...begun, state: "staged" }, "staged");
      await expectOk(subject.advancePublication({ ...call, from: "staged", to: "activated" }));
      const { items } = await expectOk(subject.listPublications({ siteId: site.id }));
      assertSame(items, [{ ...begun, state: "activated" }], "the record");
      const advanced = (await auditOf(subject, site.id)).filter(({ action }) => action === "publication.recorded");
      assertSame(advanced, [], "no entry was given, none is written");
    },
  },
  {
    name: "advance-publication/undone",
    title: "keeps why and when a publication was undone, and the audit entry of it",
    check: async ({ subject }) => {
      const { site, revision, lease } = await publishableScene(subject);
      const { fencingToken } = lease;
      const begun = await beginPublication(subject, newPublication(revision, fencingToken));
      const audit = draftOf(site.id, "publication.undone", String(begun.number));
      const at = afterNoon(5);
      const move = {
        from: "intended" as const,
        to: "undone" as const,
        fencingToken,
        failure: "STORAGE_FULL",
        at,
        audit,
      };
      await expectOk(subject.advancePublication({ siteId: site.id, number: begun.number, ...move }));
      const { items } = await expectOk(subject.listPublications({ siteId: site.id }));
      assertSame(items, [{ ...begun, state: "undone", failure: "STORAGE_FULL", finishedAt: at }], "the record");
      assert.equal((await actionsOf(subject, site.id)).at(-1), "publication.undone");
    },
  },
  {
    name: "advance-publication/absent",
    title: "says PUBLICATION_NOT_FOUND for a number nobody began",
    check: async ({ subject }) => {
      const { site, lease } = await publishableScene(subject);
      const { fencingToken } = lease;
      const move = { from: "intended" as const, to: "staged" as const, fencingToken, at: afterNoon(1) };
      const call = subject.advancePublication({ siteId: site.id, number: fencingToken, ...move });
      await expectRefusal(call, "PUBLICATION_NOT_FOUND");
    },
  },
  {
    name: "advance-publication/concurrent",
    title: "moves a publication once, of several from one state at the same time and of repetitions",
    check: async ({ subject }) => {
      const { site, revision, lease } = await publishableScene(subject);
      const { fencingToken } = lease;
      const { number } = await beginPublication(subject, newPublication(revision, fencingToken));
      const audit = draftOf(site.id, "publication.undone", String(number));
      const move = { siteId: site.id, number, from: "intended" as const, fencingToken, at: afterNoon(1), audit };
      const start = (index: number): ReturnType<typeof subject.advancePublication> =>
        subject.advancePublication({ ...move, to: index % 2 === 0 ? "staged" : "undone" });
      const { values } = await race(6, start, "STORE_CONFLICT");
      const { state } = onlyOne(values, "winner");
      await expectRefusal(start(0), "STORE_CONFLICT");
      const { items } = await expectOk(subject.listPublications({ siteId: site.id }));
      assertSame(
        items.map((each) => each.state),
        [state],
        "the winner's state is stored",
      );
    },
  },
  {
    name: "advance-publication/needs-the-lease",
    title: "refuses the token of a lease that ended, and lets a later lease recover the publication",
    check: async ({ subject, passTime }) => {
      const { site, revision, lease } = await publishableScene(subject);
      const siteId = site.id;
      await expectOk(subject.releaseLease({ siteId, fencingToken: lease.fencingToken }));
      const short = await acquireLease(subject, siteId, 1000);
      const { number } = await beginPublication(subject, newPublication(revision, short.fencingToken));
      await passTime(1200);
      const move = { siteId, number, from: "intended" as const, to: "staged" as const, at: afterNoon(1) };
      const late = { ...move, fencingToken: short.fencingToken };
      await expectRefusal(subject.advancePublication(late), "LEASE_LOST");
      const next = await acquireLease(subject, siteId);
      await expectRefusal(subject.advancePublication(late), "LEASE_LOST");
      const recovered = await expectOk(subject.advancePublication({ ...move, fencingToken: next.fencingToken }));
      assert.equal(recovered.state, "staged");
    },
  },
  {
    name: "list-publications/newest-first",
    title: "lists a site's publications, the newest number first, of all or of the named slot and states",
    check: async ({ subject }) => {
      const { site, revision, lease } = await publishableScene(subject);
      const siteId = site.id;
      const preview = "preview/preview-1" as const;
      let { fencingToken } = lease;
      for (const slot of ["live", preview, "live"] as const) {
        await beginPublication(subject, newPublication(revision, fencingToken, { slot }));
        await expectOk(subject.releaseLease({ siteId, fencingToken }));
        fencingToken = (await acquireLease(subject, siteId)).fencingToken;
      }
      const all = (await expectOk(subject.listPublications({ siteId }))).items.map(({ number }) => number);
      assertSame(
        all,
        [...all].sort((left, right) => right - left),
        "the newest comes first",
      );
      const undo = {
        from: "intended" as const,
        to: "undone" as const,
        fencingToken,
        failure: "ABORTED",
        at: afterNoon(1),
      };
      await expectOk(subject.advancePublication({ siteId, number: all[0] ?? 0, ...undo }));
      const numbers = async (filter: object): Promise<readonly number[]> =>
        (await expectOk(subject.listPublications({ siteId, ...filter }))).items.map(({ number }) => number);
      assertSame(await numbers({ slot: preview }), [all[1]], "of one slot");
      assertSame(await numbers({ states: ["intended", "staged"] }), [all[1], all[2]], "of some states");
      assertSame(await numbers({ slot: "live", states: ["undone"] }), [all[0]], "of both");
      assertSame(await numbers({ states: [] }), [], "of no state");
      assertSame(await numbers({ siteId: freshSiteId() }), [], "of an unknown site");
    },
  },
  {
    name: "list-publications/pages-under-inserts",
    title: "repeats and skips nothing while publications begin between two pages",
    check: async ({ subject }) => {
      const { site, revision, lease } = await publishableScene(subject);
      const siteId = site.id;
      let { fencingToken } = lease;
      const begin = async (): Promise<void> => {
        await beginPublication(subject, newPublication(revision, fencingToken));
        await expectOk(subject.releaseLease({ siteId, fencingToken }));
        fencingToken = (await acquireLease(subject, siteId)).fencingToken;
      };
      for (let count = 0; count < 5; count += 1) await begin();
      const there = (await expectOk(subject.listPublications({ siteId }))).items.map(({ number }) => number);
      const seen = await readPages((page) => subject.listPublications({ siteId, ...page }), 2, begin);
      assertSame(
        seen.map(({ number }) => number),
        there,
        "those that were there, once each",
      );
    },
  },
];
