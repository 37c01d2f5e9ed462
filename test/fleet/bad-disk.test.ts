import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { chown } from "node:fs/promises";
import { join } from "node:path";
import { createHosting, type FleetPolicy, type Hosting, type Revision, type Site, unwrap } from "@hostelry/core";
import type { Target } from "@hostelry/core/adapter";
import { memoryBlobStore, memoryStore } from "@hostelry/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type SmallDisk, smallDisk } from "../adapter-local/fixtures/small-disk.ts";
import { newEdgeRoot } from "../adapter-ssh/fixtures/edge-root.ts";
import { onDisk } from "../publish/edge.ts";
import { type SshNodes, sshNodesAvailable, startSshNodes } from "../servers/ssh-nodes.ts";
import { type ConnectedNode, connectNode } from "./fleet-place.ts";
import { pageOf, siteWith } from "./fleet-scene.ts";

const nodeCount = 8;

// Mounting needs root. A build server must have it, so that these never go unnoticed.
const trial = smallDisk(64);
trial?.remove();
const available = trial !== undefined && sshNodesAvailable("gnu");

it.runIf(process.env["CI"] === "true")("runs where small disks can be mounted", () => {
  expect(available).toBe(true);
});

/** What is done to the disk of one node, and undone. */
interface Trouble {
  readonly code: "STORAGE_FULL" | "STORAGE_READ_ONLY";
  begin(disk: SmallDisk): void;
  end(disk: SmallDisk): void;
}

const filler = (disk: SmallDisk): string => join(disk.path, "filler");

const troubles: Readonly<Record<string, Trouble>> = {
  full: {
    code: "STORAGE_FULL",
    begin: (disk) => {
      const file = openSync(filler(disk), "w");
      for (const bytes of [new Uint8Array(65_536), new Uint8Array(1)]) while (fits(file, bytes));
      closeSync(file);
    },
    end: (disk) => rmSync(filler(disk)),
  },
  "read-only": {
    code: "STORAGE_READ_ONLY",
    begin: (disk) => disk.remount("ro"),
    end: (disk) => disk.remount("rw"),
  },
};

function fits(file: number, bytes: Uint8Array): boolean {
  try {
    return writeSync(file, bytes) > 0;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOSPC") return false;
    throw cause;
  }
}

describe.skipIf(!available)(`publishing to ${nodeCount} nodes, of which one has a bad disk`, () => {
  let nodes: SshNodes;
  let disk: SmallDisk;
  let connected: readonly ConnectedNode[];
  let roots: readonly string[];
  let scene: { readonly site: Site; readonly revisions: Readonly<Record<"one" | "two" | "three", Revision>> };
  let hosting: Hosting;
  /** Runs when the node with the disk has staged. */
  let onStaged: (() => void) | undefined;

  beforeAll(async () => {
    const made = smallDisk(8192);
    if (made === undefined) throw new Error("could not mount a small disk");
    disk = made;
    nodes = await startSshNodes({ gnu: nodeCount, web: false });
    const places = await Promise.all(
      nodes.all.map(async (node, index) => {
        const own = index === nodeCount - 1;
        if (own) await chown(disk.path, node.uid, node.gid);
        return own ? { outside: disk.path, root: disk.path } : newEdgeRoot(node);
      }),
    );
    roots = places.map(({ outside }) => outside);
    const { clientKeyFile } = nodes;
    connected = nodes.all.map(({ name, host, sshPort: port, user, hostKey }, index) =>
      connectNode({ name, host, port, user, hostKey, clientKeyFile, root: places[index]?.root ?? "" }),
    );
    const targets = connected.map(({ edge }, index): Target => {
      if (index !== nodeCount - 1) return edge;
      return { ...edge, stage: (request, options) => edge.stage(request, options).andTee(() => onStaged?.()) };
    });
    hosting = createHosting({ store: memoryStore(), blobs: memoryBlobStore(), targets, holder: "test" });
    scene = await siteWith(hosting, ["one", "two", "three"], 200_000);
  });
  afterAll(async () => {
    await Promise.all(connected.map((node) => node.close()));
    await nodes.stop();
    disk.remove();
  });

  const pages = async (): Promise<readonly unknown[]> =>
    Promise.all(roots.map(async (www) => (await onDisk({ www }, scene.site)).page));
  const all = (label: string): readonly string[] => roots.map(() => pageOf(label));

  async function expectClean(): Promise<void> {
    expect(await unwrap(hosting.sites.status(scene.site.id))).toMatchObject({ inSync: true, unfinished: [] });
    for (const www of roots) expect((await onDisk({ www }, scene.site)).leftovers).toEqual([]);
  }

  describe.each(Object.entries(troubles))("that is %s", (_, trouble) => {
    const failed = { target: "gnu8", code: trouble.code };

    it("flips nowhere, says why and that visitors see what they saw, and publishes when it is mended", async () => {
      const { one, two } = scene.revisions;
      await unwrap(hosting.publish(one.id));
      trouble.begin(disk);
      try {
        const refused = (await hosting.publish(two.id))._unsafeUnwrapErr();
        expect(refused).toMatchObject({
          code: "PUBLISH_FAILED",
          details: { step: "stage", state: "unchanged", targets: [failed] },
        });
        expect(await pages()).toEqual(all("one"));
      } finally {
        trouble.end(disk);
      }
      expect((await unwrap(hosting.publish(two.id))).behind).toEqual([]);
      expect(await pages()).toEqual(all("two"));
      await expectClean();
    });

    const lenient: readonly FleetPolicy[] = [{ quorum: 7 }, { quorum: "majority" }, "best-effort"];
    it.each(lenient)("leaves that one behind under %j, and catches up when it is mended", async (policy) => {
      const { one, three } = scene.revisions;
      await unwrap(hosting.publish(one.id));
      trouble.begin(disk);
      try {
        const { outcome, behind, deliveries } = await unwrap(hosting.publish(three.id, { policy }));
        expect([outcome, behind]).toEqual(["published", ["gnu8"]]);
        expect(deliveries.at(-1)).toMatchObject({
          target: "gnu8",
          outcome: "behind",
          failure: { step: "stage", code: trouble.code },
        });
        expect(await pages()).toEqual([...all("three").slice(1), pageOf("one")]);
        const { inSync } = await unwrap(hosting.planReconcile(scene.site.id));
        expect(inSync).toBe(false);
      } finally {
        trouble.end(disk);
      }
      expect((await unwrap(hosting.reconcile(scene.site.id))).inSync).toBe(true);
      expect(await pages()).toEqual(all("three"));
      await expectClean();
    });

    it("refuses under a quorum of all", async () => {
      const { one, two } = scene.revisions;
      await unwrap(hosting.publish(one.id));
      trouble.begin(disk);
      try {
        const refused = (await hosting.publish(two.id, { policy: { quorum: nodeCount } }))._unsafeUnwrapErr();
        expect(refused).toMatchObject({ code: "PUBLISH_FAILED", details: { state: "unchanged", targets: [failed] } });
        expect(await pages()).toEqual(all("one"));
      } finally {
        trouble.end(disk);
      }
      await unwrap(hosting.reconcile(scene.site.id));
      await expectClean();
    });
  });

  it("that becomes read-only when everybody is ready to flip: the others go back, and nobody is left on the new release", async () => {
    const { one, two } = scene.revisions;
    await unwrap(hosting.publish(one.id));
    onStaged = () => disk.remount("ro");
    try {
      const refused = (await hosting.publish(two.id))._unsafeUnwrapErr();
      expect(refused).toMatchObject({
        code: "PUBLISH_FAILED",
        details: { step: "activate", state: "unchanged", targets: [{ target: "gnu8", code: "STORAGE_READ_ONLY" }] },
      });
      expect(await pages()).toEqual(all("one"));
    } finally {
      onStaged = undefined;
      disk.remount("rw");
    }
    await unwrap(hosting.publish(two.id));
    expect(await pages()).toEqual(all("two"));
    await expectClean();
  });
});
