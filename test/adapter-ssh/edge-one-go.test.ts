// Laying out and flipping with one request: whatever breaks off, is refused or is not as it was believed to be before the node has all
// that it needs, nothing is flipped, also not later; and what says `unchanged` is so.
import { mkdirSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { type SshEdge, type SshEdgeOptions, sshEdge } from "@hostelry/adapter-ssh";
import {
  type HostingError,
  okAsync,
  type PreviewId,
  previewSlot,
  type SiteId,
  type StageAndActivateOutcome,
  type StageAndActivateRequest,
  type Transport,
  unwrap,
} from "@hostelry/core/adapter";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type SmallSite, siteId, smallSite } from "../adapter-local/fixtures/small-site.ts";
import { rounds } from "../setup/rounds.ts";
import { cutInput } from "./fixtures/cut-input.ts";
import { type EdgeToolbox, edgeToolbox, type Toolbox } from "./fixtures/edge-toolbox.ts";
import { pidsWith, processesWith } from "./transport-harness.ts";

let box: EdgeToolbox | undefined;
const edges: SshEdge[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  await closeAll();
  await box?.end();
  box = undefined;
});

async function closeAll(): Promise<void> {
  for (const edge of edges.splice(0)) await edge.close();
}

function node(toolbox: Toolbox): EdgeToolbox {
  box = edgeToolbox(toolbox);
  box.arrangePlain();
  return box;
}

function connect({ root }: EdgeToolbox, transport: Transport, options: SshEdgeOptions = {}): SshEdge {
  const edge = sshEdge(transport, root, { name: "edge", prepares: false, durability: "none", ...options });
  edges.push(edge);
  return edge;
}

interface Went {
  readonly outcome: StageAndActivateOutcome | undefined;
  readonly error: HostingError | undefined;
  /** How often it was told that it may flip. */
  readonly told: number;
}

async function inOneGo(
  edge: SshEdge,
  site: SmallSite,
  fencingToken: number,
  more: Partial<StageAndActivateRequest> & { readonly signal?: AbortSignal } = {},
): Promise<Went> {
  let told = 0;
  const { signal, ...rest } = more;
  const onFlip = (): void => {
    told += 1;
  };
  const request = { siteId, slot: "live", fencingToken, ...site, ...rest } as const;
  const result = await edge.stageAndActivate(request, { signal, onFlip });
  return result.match(
    (outcome): Went => ({ outcome, error: undefined, told }),
    (error): Went => ({ outcome: undefined, error, told }),
  );
}

const stateOf = (error: HostingError | undefined): unknown =>
  (error?.details as { state?: unknown } | undefined)?.state;

/** Resolves when nothing of ours runs on the machine any more: from then on nothing can change. */
async function allEnded(machine: EdgeToolbox): Promise<void> {
  await closeAll();
  await expect.poll(() => processesWith(machine.root), { interval: 5, timeout: 30_000 }).toBe(0);
}

const shown = ({ root }: EdgeToolbox, site: SiteId = siteId): string =>
  readFileSync(join(root, "sites", site, "current/index.html"), "utf8").split("\n")[0] ?? "";

/** What a sweep would have to take away. */
const leftovers = ({ root }: EdgeToolbox): readonly string[] =>
  ["staging", "pending", "trash"].flatMap((folder) => readdirSync(join(root, "sites", siteId, ".hostelry", folder)));

const first = smallSite(1, "one");
const samplesOf = ({ manifest }: SmallSite) => manifest.files.map(({ path, sha256 }) => ({ path, sha256 }));

/** The site, with another byte somewhere in one of its files. */
function damaged(site: SmallSite): SmallSite {
  const [file] = site.manifest.files;
  const read: SmallSite["blobs"]["read"] = (sha256, options) =>
    site.blobs.read(sha256, options).andThen((bytes) => okAsync(sha256 === file?.sha256 ? flipped(bytes) : bytes));
  return { ...site, blobs: { read } };
}

async function* flipped(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield chunk.map((byte, index) => (index === 7 ? byte ^ 1 : byte));
}

const toolboxes: readonly Toolbox[] = ["coreutils", "busybox"];

// 120 kB come in pieces, and the last bytes are a dot and the end of its line; 6 MB are the rest of a session's input, and end with what the
// node compares with (a block of it), and two empty blocks that no tar insists on.
const sizes = [
  { size: "little", bytesEach: 60_000, cuts: rounds(200, 8), spare: 0 },
  { size: "much", bytesEach: 3_000_000, cuts: rounds(60, 2), spare: 1024 + 512 },
] as const;

describe.each(toolboxes)("what is laid out and flipped to in one go, with the programs of %s", (toolbox) => {
  it.each(sizes)("is not flipped to, neither now nor later, when its input ends early: $size", async (each) => {
    const { bytesEach, cuts, spare } = each;
    const machine = node(toolbox);
    expect(await inOneGo(connect(machine, machine.transport), first, 1)).toMatchObject({ error: undefined, told: 1 });
    const cutting = cutInput(machine.transport);
    const second = smallSite(2, "two", bytesEach);
    const attempt = (token: number, more: Partial<StageAndActivateRequest> = {}): Promise<Went> =>
      inOneGo(connect(machine, cutting.transport, { packing: "plain" }), second, token, { before: null, ...more });
    // Of another site with a name as long: the requests differ in nothing else.
    const other = "site-11111111111111111111" as SiteId;
    cutting.cutAfter(Number.POSITIVE_INFINITY);
    expect(await attempt(100, { siteId: other })).toMatchObject({ error: undefined, told: 1 });
    await allEnded(machine);
    expect(shown(machine, other)).toBe("two");
    const all = cutting.given() - spare;

    for (let cut = 0; cut < cuts; cut += 1) {
      // The last bytes one by one, and then places all over the input.
      const missing = cut < cuts / 2 ? cut + 1 : Math.floor((all * (cut - cuts / 2 + 1)) / (cuts / 2 + 1));
      cutting.cutAfter(all - missing);
      const { error, told } = await attempt(101 + cut);
      await allEnded(machine);
      const where = `${missing} of ${all} bytes missing, told ${told} times, ${error?.message}`;
      expect(error, where).toBeDefined();
      expect(shown(machine), where).toBe("one");
      expect(leftovers(machine), where).toEqual([]);
    }
    cutting.cutAfter(Number.POSITIVE_INFINITY);
    expect(await attempt(1000)).toMatchObject({ error: undefined, told: 1 });
    expect(shown(machine)).toBe("two");
  });

  it.each(sizes)(
    "is never flipped to with a wrong byte, and is when it is sent right: $size",
    async ({ bytesEach }) => {
      const machine = node(toolbox);
      const edge = connect(machine, machine.transport);
      await inOneGo(edge, first, 1);
      const second = smallSite(2, "two", bytesEach);
      const { error } = await inOneGo(edge, damaged(second), 2);
      expect([error?.code, shown(machine), leftovers(machine)]).toEqual(["BLOB_MISMATCH", "one", []]);
      const samples = samplesOf(second);
      const { outcome } = await inOneGo(edge, second, 3, { samples });
      const { release } = second.manifest;
      expect(outcome?.activated.probe).toEqual({ served: release, mismatches: [] });
      expect(outcome?.activated.observed?.slots.get("live")).toBe(release);
      expect(shown(machine)).toBe("two");
    },
  );
});

// What hardly depends on a node's programs is looked at with one toolbox, in runs of few rounds.
describe.each(rounds(toolboxes, ["coreutils"]))(
  "what is laid out and flipped to in one go on a node of %s",
  (toolbox) => {
    it("is not flipped to, neither now nor later, when its caller stops it before it was told of the flip", async () => {
      const machine = node(toolbox);
      const edge = connect(machine, machine.transport);
      await inOneGo(edge, first, 1);
      const second = smallSite(2, "two", 3_000_000);
      const caller = new AbortController();
      const read: SmallSite["blobs"]["read"] = (sha256, options) =>
        second.blobs.read(sha256, options).map((bytes) => stoppedAfter(bytes, caller));
      const { error, told } = await inOneGo(edge, { ...second, blobs: { read } }, 2, { signal: caller.signal });
      expect([error?.code, told]).toEqual(["ABORTED", 0]);
      await allEnded(machine);
      expect(shown(machine)).toBe("one");
    });

    it("begins with another release when the node's is not what it was believed to be, and is flipped to", async () => {
      const machine = node(toolbox);
      await inOneGo(connect(machine, machine.transport), first, 1);
      const { manifest } = first;
      const files = manifest.files.map((file) => ({ ...file, mediaType: "text/other" }));
      const absent = { ...manifest, release: smallSite(9, "nine").manifest.release };
      const guesses = [{ ...manifest, files }, absent];
      for (const [index, before] of guesses.entries()) {
        const next = smallSite(2 + index, `version ${index}`, 60_000);
        const edge = connect(machine, machine.transport);
        const { outcome, told } = await inOneGo(edge, next, 2 + index, { before });
        expect([outcome?.staged.reusedFiles, outcome?.activated.changed, told]).toEqual([1, true, 1]);
        expect(shown(machine)).toBe(`version ${index}`);
        expect(leftovers(machine)).toEqual([]);
      }
    });

    it("is flipped to when it is there already; another release of its name is not, and stays what it is", async () => {
      const machine = node(toolbox);
      const second = smallSite(2, "two", 60_000);
      const edge = connect(machine, machine.transport);
      await unwrap(edge.stage({ siteId, fencingToken: 1, ...first }));
      await unwrap(edge.stage({ siteId, fencingToken: 1, ...second }));
      // By one who knows that it is there, and then by one who does not.
      for (const [site, by] of [
        [first, edge],
        [second, connect(machine, machine.transport)],
      ] as const) {
        const { outcome } = await inOneGo(by, site, 2);
        expect([outcome?.staged.sentFiles, outcome?.activated.changed]).toEqual([0, true]);
      }
      const { manifest, blobs } = smallSite(3, "three");
      const { release } = first.manifest;
      const impostor = { manifest: { ...manifest, release }, blobs };
      const { error } = await inOneGo(connect(machine, machine.transport), impostor, 3);
      expect([error?.code, shown(machine)]).toEqual(["TARGET_LAYOUT_INVALID", "two"]);
    });

    it("shows a preview with its guard, and a document root of a panel's", async () => {
      const machine = node(toolbox);
      const guard = { tokenHash: "a".repeat(64), expiresAt: new Date("2030-01-01T00:00:00Z") };
      const slot = previewSlot("preview-1" as PreviewId);
      await inOneGo(connect(machine, machine.transport), first, 1, { slot, guard, samples: samplesOf(first) });
      const place = join(machine.root, "sites", siteId);
      expect(readlinkSync(join(place, "previews/preview-1"))).toBe(`../releases/${first.manifest.release}`);
      expect(readFileSync(join(place, ".hostelry/previews/preview-1.json"), "utf8")).toContain(guard.tokenHash);

      const path = join(machine.root, "htdocs");
      mkdirSync(path);
      const docked = connect(machine, machine.transport, { documentRoot: () => ({ path, replaces: "everything" }) });
      const second = smallSite(2, "two", 60_000);
      const { outcome } = await inOneGo(docked, second, 2, { samples: samplesOf(second) });
      expect(outcome?.activated.probe).toEqual({ served: second.manifest.release, mismatches: [] });
      expect(readFileSync(join(path, "index.html"), "utf8")).toMatch(/^two\n/);
    });

    it("is tried on a session that was silent for long without the flip, which can't be asked again", async () => {
      const machine = node(toolbox);
      const edge = connect(machine, machine.transport);
      await inOneGo(edge, first, 1);
      const now = performance.now.bind(performance);
      let silentMs = 0;
      vi.spyOn(performance, "now").mockImplementation(() => now() + silentMs);
      // The shell has ended without a word. Lately heard, and told of the flip: nobody knows what became of it, and it is not asked again.
      endShells(machine);
      const lost = await inOneGo(edge, smallSite(2, "two"), 2);
      expect([lost.error?.code, stateOf(lost.error), lost.told]).toEqual(["TRANSPORT_LOST", "unknown", 1]);
      expect(shown(machine)).toBe("one");
      expect(await inOneGo(edge, smallSite(3, "three"), 3)).toMatchObject({ error: undefined, told: 1 });

      endShells(machine);
      silentMs = 20_000;
      const twice = await inOneGo(edge, smallSite(4, "four"), 4);
      expect([twice.outcome?.activated.changed, twice.told, shown(machine)]).toEqual([true, 1, "four"]);
    });

    it("is told of no flip when the node has refused it before it had everything", async () => {
      const machine = node(toolbox);
      await inOneGo(connect(machine, machine.transport), first, 5);
      const late = smallSite(2, "two", 60_000);
      let goOn: () => void = () => undefined;
      const refused = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      async function* slowly(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
        await refused;
        yield* bytes;
      }
      const read: SmallSite["blobs"]["read"] = (sha256, options) => late.blobs.read(sha256, options).map(slowly);
      let told = 0;
      const onFlip = (): void => {
        told += 1;
      };
      const edge = connect(machine, machine.transport);
      const request = { siteId, slot: "live", fencingToken: 4, before: null, ...late, blobs: { read } } as const;
      const result = await edge.stageAndActivate(request, { onFlip });
      goOn();
      await allEnded(machine);
      expect([result._unsafeUnwrapErr().code, told, shown(machine)]).toEqual(["FENCED", 0, "one"]);
    });
  },
);

/** Gives what there is, and ends the caller's patience with it. */
async function* stoppedAfter(bytes: AsyncIterable<Uint8Array>, caller: AbortController): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    yield chunk;
    caller.abort();
  }
}

/** Kills every shell of the machine. */
function endShells({ root }: EdgeToolbox): void {
  for (const pid of pidsWith(root)) process.kill(pid, "SIGKILL");
}
