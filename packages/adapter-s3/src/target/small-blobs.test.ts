import { EventEmitter, once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { type BlobStore, okAsync, type ReleaseFile } from "@hostelry/core/adapter";
import { describe, expect, it } from "vitest";
import { hashOf } from "../fixtures/small-content.ts";
import { smallBlobs } from "./small-blobs.ts";

const asIs = (cause: unknown): Error => cause as Error;

function fileOf(bytes: Uint8Array): ReleaseFile {
  return {
    path: "a",
    sha256: hashOf(bytes),
    size: bytes.length,
    mode: 0o644,
    mtimeSeconds: 1,
    mediaType: "text/plain",
  };
}

/** A store that puts bytes where it is told to, in one chunk or in several. */
function storeOf(contents: readonly Uint8Array[], given: Set<ArrayBufferLike>): Pick<BlobStore, "read"> {
  const known = new Map(contents.map((bytes) => [hashOf(bytes), bytes]));
  return {
    read: (sha256, { into } = {}) => {
      const bytes = known.get(sha256) ?? new Uint8Array(0);
      if (into === undefined || into.length < bytes.length) return okAsync(chunksOf([bytes]));
      given.add(into.buffer);
      into.set(bytes);
      const middle = Math.floor(bytes.length / 2);
      const parts = bytes.length % 2 === 0 ? [into.subarray(0, bytes.length)] : undefined;
      return okAsync(chunksOf(parts ?? [into.subarray(0, middle), into.subarray(middle, bytes.length)]));
    },
  };
}

async function* chunksOf(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts.filter(({ length }) => length > 0);
}

describe("small blobs", () => {
  it("are read into memory that others were in before, and never while those are in use", async () => {
    const contents = Array.from({ length: 100 }, (_, index) =>
      Buffer.alloc(index === 50 ? 100_000 : index, `${index},`),
    );
    const given = new Set<ArrayBufferLike>();
    const small = smallBlobs(storeOf(contents, given), undefined);
    const rest = contents[Symbol.iterator]();
    const worker = async (): Promise<void> => {
      for (const bytes of rest) {
        const sent = await small.use(fileOf(bytes), asIs, async (read) => {
          await pause(bytes.length % 3);
          return Buffer.from(read).equals(bytes);
        });
        expect(sent).toBe(true);
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    expect(given.size).toBeLessThanOrEqual(8);
  });

  it("that are others than their manifest says are not used", async () => {
    const [one, two] = [Buffer.from("one"), Buffer.from("two")];
    const small = smallBlobs({ read: () => okAsync(chunksOf([two])) }, undefined);
    const using = small.use(fileOf(one), asIs, () => Promise.reject(new Error("used")));
    await expect(using).rejects.toMatchObject({ code: "BLOB_MISMATCH", details: { actual: hashOf(two) } });
  });

  it("are not waited for when the signal fires, and whoever gives them is told to stop", async () => {
    const caller = new AbortController();
    const happened = new EventEmitter();
    const [asked, told] = [once(happened, "asked"), once(happened, "told")];
    const silent: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          happened.emit("asked");
          return new Promise(() => {});
        },
        return: async () => {
          happened.emit("told", "stopped");
          return { done: true, value: undefined };
        },
      }),
    };
    const small = smallBlobs({ read: () => okAsync(silent) }, caller.signal);
    const using = small.use(fileOf(Buffer.from("x")), asIs, () => Promise.resolve());
    await asked;
    caller.abort(new Error("enough"));
    await expect(using).rejects.toThrow("enough");
    expect(await told).toEqual(["stopped"]);
    small.close();
  });
});
