import * as nodeFs from "node:fs";
import { mkdir, readdir, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { unwrap } from "@hostelry/core/adapter";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FileSystem } from "../file-system/file-system.ts";
import { sha256Of } from "../file-system/write-file.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../fixtures/temporary-directory.ts";
import { directoryBlobStore } from "./directory-blob-store.ts";

let directory: TemporaryDirectory;
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(() => directory.remove());

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The real file system, with a note of each rename and each sync. */
function noted(): { readonly fileSystem: FileSystem; readonly notes: string[] } {
  const notes: string[] = [];
  const paths = new Map<number, string>();
  const fileSystem: FileSystem = {
    ...nodeFs,
    openSync: (path, flags, mode) => {
      const fd = nodeFs.openSync(path, flags, mode);
      paths.set(fd, path);
      return fd;
    },
    fsync: (fd, done) => {
      notes.push(`sync ${paths.get(fd)}`);
      nodeFs.fsync(fd, done);
    },
    renameSync: (from, to) => {
      notes.push(`rename ${from} ${to}`);
      nodeFs.renameSync(from, to);
    },
  };
  return { fileSystem, notes };
}

describe("a blob on the disk", () => {
  it("lies read-only under its hash, and nothing else is left", async () => {
    const blobs = directoryBlobStore(directory.path);
    const { sha256 } = await unwrap(blobs.put({ bytes: bytesOf("hello") }));
    const file = await stat(join(directory.path, "sha256", sha256.slice(0, 2), sha256));
    expect([file.mode & 0o222, file.size]).toEqual([0, 5]);
    expect(await readdir(join(directory.path, "incoming"))).toEqual([]);
  });

  it("has durable bytes before it has a name, and a durable name before the put resolves", async () => {
    const { fileSystem, notes } = noted();
    const { sha256 } = await unwrap(
      directoryBlobStore(directory.path, { fileSystem }).put({ bytes: bytesOf("hello") }),
    );
    const renamed = notes.findIndex((note) => note.startsWith("rename ") && note.endsWith(sha256));
    const [, from = "", to = ""] = notes[renamed]?.split(" ") ?? [];
    expect(notes.indexOf(`sync ${from}`)).toBeGreaterThanOrEqual(0);
    expect(notes.indexOf(`sync ${from}`)).toBeLessThan(renamed);
    expect(notes.lastIndexOf(`sync ${to.slice(0, to.lastIndexOf("/"))}`)).toBeGreaterThan(renamed);
  });

  it("shares its syncs with puts of the same moment", async () => {
    const { fileSystem, notes } = noted();
    const blobs = directoryBlobStore(directory.path, { fileSystem });
    await Promise.all(Array.from({ length: 40 }, () => unwrap(blobs.put({ bytes: bytesOf("the same") }))));
    const directories = new Set(notes.filter((note) => note.startsWith("sync ") && note.includes("/sha256/")));
    expect(notes.filter((note) => note.startsWith("sync ") && note.includes("/sha256/"))).toHaveLength(
      directories.size,
    );
  });

  it("is healed by putting the bytes again when it was damaged", async () => {
    const blobs = directoryBlobStore(directory.path);
    const { sha256 } = await unwrap(blobs.put({ bytes: bytesOf("hello") }));
    const path = join(directory.path, "sha256", sha256.slice(0, 2), sha256);
    nodeFs.chmodSync(path, 0o644);
    await writeFile(path, "jello");
    expect((await unwrap(blobs.put({ bytes: bytesOf("hello") }))).stored).toBe(true);
    expect(sha256Of(nodeFs.readFileSync(path))).toBe(sha256);
  });

  it("is read into the memory that it fits into, and as it is when somebody else compares its hash", async () => {
    const blobs = directoryBlobStore(directory.path);
    const { sha256 } = await unwrap(blobs.put({ bytes: bytesOf("hello") }));
    const path = join(directory.path, "sha256", sha256.slice(0, 2), sha256);
    nodeFs.chmodSync(path, 0o644);
    await writeFile(path, "jello");
    const into = new Uint8Array(5);
    for await (const chunk of await unwrap(blobs.read(sha256, { unchecked: true, into }))) {
      expect(chunk.buffer).toBe(into.buffer);
    }
    expect(into).toEqual(bytesOf("jello"));
    const checked = await unwrap(blobs.read(sha256));
    const all = async (): Promise<void> => {
      for await (const chunk of checked) expect(chunk).toHaveLength(5);
    };
    await expect(all()).rejects.toMatchObject({ code: "BLOB_MISMATCH" });
  });

  it("is stored when many are put at once, each under its own name", async () => {
    const blobs = directoryBlobStore(directory.path);
    const all = Array.from({ length: 400 }, (_, index) => bytesOf(`blob ${index}`));
    await Promise.all(all.map((bytes) => unwrap(blobs.put({ bytes }))));
    expect((await unwrap(blobs.has(all.map(sha256Of)))).size).toBe(400);
  });
});

describe("temporary files", () => {
  it("of dead processes and of an hour ago are swept; those of living ones stay", async () => {
    const incoming = join(directory.path, "incoming");
    await mkdir(incoming);
    const host = hostname().replace(/[^A-Za-z0-9.-]/g, "_");
    const [dead, living, old, elsewhere] = [
      `${host}~4194999~ab-1`,
      `${host}~${process.pid}~cd-1`,
      "whatever",
      "other~4194999~ab-1",
    ] as const;
    for (const name of [dead, living, old, elsewhere]) await writeFile(join(incoming, name), "half");
    const hourAgo = Date.now() / 1000 - 3700;
    await utimes(join(incoming, old), hourAgo, hourAgo);
    await unwrap(directoryBlobStore(directory.path).list());
    expect((await readdir(incoming)).sort()).toEqual([living, elsewhere].sort());
  });

  it("are gone after a stream that fails, and after a signal that fires while it is silent", async () => {
    const blobs = directoryBlobStore(directory.path);
    const failing = (async function* () {
      yield bytesOf("some");
      throw new Error("the sender went away");
    })();
    const failed = await blobs.put({ bytes: failing });
    expect(failed._unsafeUnwrapErr()).toMatchObject({ code: "ADAPTER_FAILED", details: { state: "unchanged" } });

    const end = new AbortController();
    const silent = (async function* () {
      yield bytesOf("some");
      end.abort();
      await new Promise(() => {});
    })();
    expect((await blobs.put({ bytes: silent }, { signal: end.signal }))._unsafeUnwrapErr().code).toBe("ABORTED");
    expect(await readdir(join(directory.path, "incoming"))).toEqual([]);
  });
});
