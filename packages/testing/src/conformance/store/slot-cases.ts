import assert from "node:assert/strict";
import {
  type AuditAction,
  type Publication,
  previewSlot,
  type RevisionState,
  type Slot,
  type SlotChange,
  type SlotName,
  type Store,
} from "@hostelry/core/adapter";
import { assertSame, expectOk, expectRefusal, onlyOne, race } from "../expectation.ts";
import { freshPreviewId, freshRevisionId, freshSiteId } from "../fresh-ids.ts";
import {
  acquireLease,
  actionsOf,
  afterNoon,
  appendRevision,
  auditOf,
  beginPublication,
  newPublication,
  publishableScene,
  type Scene,
  slotChange,
} from "./scene.ts";
import type { StoreCase } from "./store-harness.ts";

/** What a store promises of slots. */
export const slotCases: readonly StoreCase[] = [
  {
    name: "compare-and-set-slot/sets",
    title: "sets an empty slot, and then a set one, when each holds what the caller saw",
    check: async ({ subject }) => {
      const scene = await publishableScene(subject);
      const first = slotChange(scene);
      const expected = { siteId: scene.site.id, name: "live", ...first.value };
      assertSame(await expectOk(subject.compareAndSetSlot(first)), expected, "the answer");
      assertSame(await expectOk(subject.listSlots(scene.site.id)), [expected], "the record");
      const second = await nextChange(subject, scene);
      await expectOk(subject.compareAndSetSlot({ ...second, expect: scene.lease.fencingToken }));
      const [slot] = await expectOk(subject.listSlots(scene.site.id));
      assert.equal(slot?.publication, second.fencingToken, "the slot shows the second publication");
    },
  },
  {
    name: "compare-and-set-slot/stale",
    title: "refuses a change that expects something else than the slot holds, and writes nothing",
    check: async ({ subject }) => {
      const scene = await publishableScene(subject);
      const first = slotChange(scene);
      await expectRefusal(subject.compareAndSetSlot({ ...first, expect: 1 }), "STORE_CONFLICT");
      await expectOk(subject.compareAndSetSlot(first));
      const before = await everything(subject, scene);
      const second = await nextChange(subject, scene);
      await expectRefusal(subject.compareAndSetSlot({ ...second, expect: null }), "STORE_CONFLICT");
      await expectRefusal(subject.compareAndSetSlot({ ...second, expect: 999 }), "STORE_CONFLICT");
      assertSame(await everything(subject, scene), before, "nothing has changed");
    },
  },
  {
    name: "compare-and-set-slot/concurrent",
    title: "lets one of several that expect the same win",
    check: async ({ subject }) => {
      const scene = await publishableScene(subject);
      const start = (index: number): ReturnType<typeof subject.compareAndSetSlot> => {
        const change = slotChange(scene);
        const value = change.value === null ? null : { ...change.value, since: afterNoon(index) };
        return subject.compareAndSetSlot({ ...change, value });
      };
      const { values } = await race(8, start, "STORE_CONFLICT");
      assertSame(await expectOk(subject.listSlots(scene.site.id)), [onlyOne(values, "winner")], "the winner is stored");
    },
  },
  {
    name: "compare-and-set-slot/repeated",
    title: "refuses the same change a second time, for the slot no longer holds what it expects",
    check: async ({ subject }) => {
      const scene = await publishableScene(subject);
      const change = slotChange(scene);
      await expectOk(subject.compareAndSetSlot(change));
      await expectRefusal(subject.compareAndSetSlot(change), "STORE_CONFLICT");
    },
  },
  {
    name: "compare-and-set-slot/all-together",
    title: "writes the slot, the publication, the revisions' states and the audit entry as one",
    check: async ({ subject }) => {
      const scene = await publishableScene(subject);
      const begun = await beginPublication(subject, newPublication(scene.revision, scene.lease.fencingToken));
      const replaced = await appendRevision(subject, scene.site.id);
      const revisions = [
        { revisionId: scene.revision.id, from: "uploaded" as const, to: "published" as const },
        { revisionId: replaced.id, from: "uploaded" as const, to: "retired" as const },
      ];
      const at = afterNoon(9);
      const change = slotChange(scene, { publication: begun.number, revisions, at });
      await expectOk(subject.compareAndSetSlot(change));
      const { slots, publications, states } = await everything(subject, scene);
      assert.equal(slots.length, 1, "the slot is set");
      assertSame(publications, [{ ...begun, state: "recorded", finishedAt: at }], "the publication is recorded");
      assertSame(states, ["retired", "published"], "the revisions have moved");
    },
  },
  {
    name: "compare-and-set-slot/audit-with-change",
    title: "writes the audit entry together with the change",
    check: async ({ subject }) => {
      const scene = await publishableScene(subject);
      const change = slotChange(scene);
      await expectOk(subject.compareAndSetSlot(change));
      const {
        sequence: _,
        number: __,
        hash: ___,
        ...entry
      } = (await auditOf(subject, scene.site.id)).at(-1) ?? { sequence: 0, number: 0, hash: "" };
      assertSame(entry, change.audit, "the last entry is the draft");
    },
  },
  {
    name: "compare-and-set-slot/unknown-revision",
    title: "writes nothing when a named revision does not exist",
    check: async ({ subject }) => {
      const scene = await publishableScene(subject);
      const begun = await beginPublication(subject, newPublication(scene.revision, scene.lease.fencingToken));
      const revisions = [
        { revisionId: scene.revision.id, from: "uploaded" as const, to: "published" as const },
        { revisionId: freshRevisionId(), from: "published" as const, to: "retired" as const },
      ];
      const before = await everything(subject, scene);
      const change = slotChange(scene, { publication: begun.number, revisions });
      await expectRefusal(subject.compareAndSetSlot(change), "STORE_CONFLICT");
      assertSame(await everything(subject, scene), before, "nothing has changed");
    },
  },
  {
    name: "compare-and-set-slot/moved-revision",
    title: "writes nothing when a named revision has left the state it must still be in",
    check: async ({ subject }) => {
      const scene = await publishableScene(subject);
      const revisions = [{ revisionId: scene.revision.id, from: "validated" as const, to: "published" as const }];
      const before = await everything(subject, scene);
      await expectRefusal(subject.compareAndSetSlot(slotChange(scene, { revisions })), "STORE_CONFLICT");
      assertSame(await everything(subject, scene), before, "nothing has changed");
    },
  },
  {
    name: "compare-and-set-slot/unknown-publication",
    title: "writes nothing when the named publication does not exist",
    check: async ({ subject }) => {
      const scene = await publishableScene(subject);
      const revisions = [{ revisionId: scene.revision.id, from: "uploaded" as const, to: "published" as const }];
      const before = await everything(subject, scene);
      const change = slotChange(scene, { publication: 999, revisions });
      await expectRefusal(subject.compareAndSetSlot(change), "STORE_CONFLICT");
      assertSame(await everything(subject, scene), before, "nothing has changed");
    },
  },
  {
    name: "compare-and-set-slot/absent-site",
    title: "says SITE_NOT_FOUND for a site nobody created",
    check: async ({ subject }) => {
      const change = slotChange(await publishableScene(subject), { siteId: freshSiteId() });
      await expectRefusal(subject.compareAndSetSlot(change), "SITE_NOT_FOUND");
    },
  },
  {
    name: "compare-and-set-slot/needs-the-lease",
    title: "refuses a token that is not that of the current lease",
    check: async ({ subject }) => {
      const scene = await publishableScene(subject);
      const { fencingToken } = scene.lease;
      const before = await everything(subject, scene);
      const ahead = subject.compareAndSetSlot(slotChange(scene, { fencingToken: fencingToken + 1 }));
      await expectRefusal(ahead, "LEASE_LOST");
      await expectOk(subject.releaseLease({ siteId: scene.site.id, fencingToken }));
      await expectRefusal(subject.compareAndSetSlot(slotChange(scene)), "LEASE_LOST");
      await acquireLease(subject, scene.site.id);
      await expectRefusal(subject.compareAndSetSlot(slotChange(scene)), "LEASE_LOST");
      assertSame(await everything(subject, scene), before, "nothing has changed");
    },
  },
  {
    name: "compare-and-set-slot/expired-lease",
    title: "refuses the token of an expired lease, though nobody has taken it over",
    check: async ({ subject, passTime }) => {
      const scene = await publishableScene(subject);
      await expectOk(subject.releaseLease({ siteId: scene.site.id, fencingToken: scene.lease.fencingToken }));
      const lease = await acquireLease(subject, scene.site.id, 200);
      await passTime(300);
      await expectRefusal(subject.compareAndSetSlot(slotChange({ ...scene, lease })), "LEASE_LOST");
      assertSame(await expectOk(subject.listSlots(scene.site.id)), [], "the slot is empty still");
    },
  },
  {
    name: "compare-and-set-slot/empties",
    title: "empties a slot, and an empty one too, answering null",
    check: async ({ subject }) => {
      const scene = await publishableScene(subject);
      await expectOk(subject.compareAndSetSlot(slotChange(scene)));
      const emptying = slotChange(scene, { expect: scene.lease.fencingToken, value: null });
      assert.equal(await expectOk(subject.compareAndSetSlot(emptying)), null);
      assertSame(await expectOk(subject.listSlots(scene.site.id)), [], "no slot is left");
      assert.equal(await expectOk(subject.compareAndSetSlot({ ...emptying, expect: null })), null);
    },
  },
  {
    name: "list-slots/live-first",
    title: "lists a site's slots, live first; none for an unknown site",
    check: async ({ subject }) => {
      const scene = await publishableScene(subject);
      const previews: SlotName[] = [previewSlot(freshPreviewId()), previewSlot(freshPreviewId())];
      for (const slot of [...previews, "live" as const]) {
        await expectOk(subject.compareAndSetSlot(slotChange(scene, { slot })));
      }
      const names = (await expectOk(subject.listSlots(scene.site.id))).map(({ name }) => name);
      assert.equal(names[0], "live");
      assertSame(names.slice(1).sort(), previews.sort(), "the previews follow");
      assertSame(await expectOk(subject.listSlots(freshSiteId())), [], "an unknown site has none");
    },
  },
];

/** The same change under the site's next lease. */
async function nextChange(store: Store, scene: Scene): Promise<SlotChange> {
  const { site, lease } = scene;
  await expectOk(store.releaseLease({ siteId: site.id, fencingToken: lease.fencingToken }));
  return slotChange({ ...scene, lease: await acquireLease(store, site.id) });
}

/** Everything that a change of a slot writes. */
interface SlotRecords {
  readonly slots: readonly Slot[];
  readonly publications: readonly Publication[];
  /** Of the revisions, newest first. */
  readonly states: readonly RevisionState[];
  readonly audit: readonly AuditAction[];
}

async function everything(store: Store, { site }: Scene): Promise<SlotRecords> {
  return {
    slots: await expectOk(store.listSlots(site.id)),
    publications: (await expectOk(store.listPublications({ siteId: site.id }))).items,
    states: (await expectOk(store.listRevisions({ siteId: site.id }))).items.map(({ state }) => state),
    audit: await actionsOf(store, site.id),
  };
}
