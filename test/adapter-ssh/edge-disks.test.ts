import { localTransport } from "@hostelry/adapter-local";
import { type SshEdge, sshEdge } from "@hostelry/adapter-ssh";
import { type HostingError, unwrap } from "@hostelry/core/adapter";
import { afterEach, describe, expect, it } from "vitest";
import { type SmallDisk, smallDisk } from "../adapter-local/fixtures/small-disk.ts";
import { siteId, smallSite } from "../adapter-local/fixtures/small-site.ts";

const small = smallSite(1, "one");
const tooLarge = smallSite(2, "two", 3_000_000);
const { release } = small.manifest;

// Mounting needs root. A build server must have it, so that these never go unnoticed.
const trial = smallDisk(64);
trial?.remove();
const canMount = trial !== undefined;

interface Place {
  readonly disk: SmallDisk;
  readonly edge: SshEdge;
  end(): Promise<void>;
}

let place: Place | undefined;
afterEach(async () => {
  await place?.end();
  place = undefined;
});

/** A node whose disk is small, with one release that is live. */
async function published(): Promise<Place> {
  const disk = smallDisk(4096);
  if (disk === undefined) throw new Error("could not mount a small disk");
  const transport = localTransport();
  const edge = sshEdge(transport, disk.path, { prepares: false });
  place = {
    disk,
    edge,
    end: async () => {
      await edge.close();
      await transport.close();
      disk.remove();
    },
  };
  await unwrap(edge.stage({ siteId, fencingToken: 1, ...small }));
  await unwrap(edge.activate({ siteId, fencingToken: 1, slot: "live", release }));
  return place;
}

function facts(error: HostingError): unknown {
  const { code, details } = error;
  return { code, state: (details as { state?: unknown }).state };
}

it.runIf(process.env["CI"] === "true")("runs where small disks can be mounted", () => {
  expect(canMount).toBe(true);
});

describe.runIf(canMount)("a node", () => {
  it("whose disk is full stages nothing, leaves nothing, keeps what is live, and goes on when there is room", async () => {
    const { edge } = await published();
    const request = { siteId, fencingToken: 2, slot: "live", ...tooLarge } as const;
    for (const refused of [await edge.stage(request), await edge.stageAndActivate(request)])
      expect(facts(refused._unsafeUnwrapErr())).toEqual({ code: "STORAGE_FULL", state: "unchanged" });
    const seen = await unwrap(edge.observe(siteId));
    expect([seen.releases, seen.leftovers, seen.slots.get("live")]).toEqual([[release], 0, release]);
    expect(await unwrap(edge.verify({ siteId, release }))).toEqual({ problems: [] });
    const fitting = smallSite(3, "three");
    await unwrap(edge.stage({ siteId, fencingToken: 3, ...fitting }));
    const live = { siteId, fencingToken: 3, slot: "live", release: fitting.manifest.release } as const;
    expect((await unwrap(edge.activate(live))).changed).toBe(true);
  });

  it("whose disk is read-only changes nothing, says so, and can still be looked at", async () => {
    const { edge, disk } = await published();
    disk.remount("ro");
    const request = { siteId, fencingToken: 2 } as const;
    const refusals = [
      await edge.stage({ ...request, ...smallSite(2, "two") }),
      await edge.activate({ ...request, slot: "live", release: null }),
      await edge.stageAndActivate({ ...request, slot: "live", ...smallSite(2, "two") }),
      await edge.setServingState({ ...request, state: "suspended" }),
      await edge.discard({ ...request, releases: [] }),
    ].map((result) => facts(result._unsafeUnwrapErr()));
    expect(refusals).toEqual(refusals.map(() => ({ code: "STORAGE_READ_ONLY", state: "unchanged" })));
    expect((await unwrap(edge.observe(siteId))).slots.get("live")).toBe(release);
    disk.remount("rw");
  });
});
