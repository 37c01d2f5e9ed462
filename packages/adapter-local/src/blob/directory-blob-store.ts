import { resolve } from "node:path";
import {
  type AdapterError,
  adapterError,
  attempt,
  type BlobInput,
  type BlobStore,
  type FailureState,
  hostingError,
} from "@hostelry/core/adapter";
import { type DurabilityLevel, durabilityOf } from "../file-system/durability.ts";
import { type FileFacts, type FileSystem, nodeFileSystem } from "../file-system/file-system.ts";
import { openForReading } from "../file-system/read-file.ts";
import { succeeds, systemCode, unlessAbsent } from "../file-system/system-error.ts";
import { timeSlices } from "../file-system/time-slices.ts";
import { assertBlobName, blobLayout } from "./blob-layout.ts";
import { leavingBlobs, withBlobFile } from "./leaving-blobs.ts";
import { listBlobs } from "./list-blobs.ts";
import { blobWriter } from "./put-blob.ts";
import { readBlob } from "./read-blob.ts";

/** Options of {@link directoryBlobStore}. */
export interface DirectoryBlobStoreOptions {
  /** For error messages. Default `directory`. */
  readonly name?: string | undefined;
  /** Default `full`: what `put` resolves is on the disk. */
  readonly durability?: DurabilityLevel | undefined;
  /** What to reach the disk through. Default `node:fs`. */
  readonly fileSystem?: FileSystem | undefined;
}

/**
 * Blobs as files: `sha256/ab/<64 hex digits>`, read-only, made whole in `incoming/` and renamed when their bytes are
 * durable. Any number of processes may use one root. Nothing is made before the first `put`.
 *
 * Puts at the same time share their flushes: run 64 or more of small blobs side by side.
 */
export function directoryBlobStore(root: string, options: DirectoryBlobStoreOptions = {}): BlobStore {
  const { name = "directory", durability = "full", fileSystem = nodeFileSystem } = options;
  const layout = blobLayout(resolve(root));
  const writer = blobWriter({ fileSystem, layout, durability: durabilityOf(durability, fileSystem) });
  const leaving = leavingBlobs(fileSystem, layout);
  const classify =
    (operation: string, state: FailureState, signal: AbortSignal | undefined) =>
    (cause: unknown): AdapterError =>
      adapterError(cause, { adapter: name, operation, state, signal });

  return {
    spec: "blob-store/1",
    name,
    capabilities: { collectable: true },

    put(input: BlobInput, { signal } = {}) {
      if (input.sha256 !== undefined) assertBlobName(input.sha256);
      return attempt(() => writer.put(input, signal), classify("put", "unchanged", signal));
    },

    read(sha256, { signal, start, end, unchecked = false, into } = {}) {
      assertBlobName(sha256);
      const failed = classify("read", "unchanged", signal);
      const notFound = (cause: unknown): unknown =>
        systemCode(cause) === "ENOENT"
          ? hostingError("BLOB_NOT_FOUND", `There is no blob ${sha256}.`, { sha256 })
          : cause;
      return attempt(
        () =>
          readBlob({
            fileSystem,
            open: () => withBlobFile(fileSystem, layout, sha256, (path) => openForReading(fileSystem, path)),
            sha256,
            signal,
            range: { start, end },
            unchecked,
            into,
            failed: (cause) => failed(notFound(cause)),
          }),
        (cause) => failed(notFound(cause)),
      );
    },

    has(names, { signal } = {}) {
      for (const sha256 of names) assertBlobName(sha256);
      const look = async (): Promise<ReadonlyMap<string, number>> => {
        const found = new Map<string, number>();
        const slices = timeSlices(signal);
        for (const sha256 of names) {
          if (slices.over()) await slices.next();
          const facts = unlessAbsent(() =>
            withBlobFile(fileSystem, layout, sha256, (path) => factsOf(fileSystem, path)),
          );
          if (facts?.isFile() === true) found.set(sha256, facts.size);
        }
        return found;
      };
      return attempt(look, classify("has", "unchanged", signal));
    },

    list({ after, limit = 100, signal } = {}) {
      const page = async (): ReturnType<typeof listBlobs> => {
        writer.sweepOnce();
        leaving.putBack();
        return listBlobs(fileSystem, layout, after ?? "", Math.min(Math.max(limit, 1), 1000), timeSlices(signal));
      };
      return attempt(page, classify("list", "unchanged", signal));
    },

    remove(names, { signal, unlessPutAfter } = {}) {
      for (const sha256 of names) assertBlobName(sha256);
      const remove = async (): Promise<{ readonly removed: number }> => {
        const slices = timeSlices(signal);
        let removed = 0;
        leaving.putBack();
        for (const sha256 of names) {
          if (slices.over()) await slices.next();
          const gone =
            unlessPutAfter === undefined
              ? succeeds(() => fileSystem.unlinkSync(layout.pathOf(sha256)), "ENOENT")
              : leaving.removeUnlessPutAfter(sha256, unlessPutAfter);
          if (gone) removed += 1;
        }
        return { removed };
      };
      return attempt(remove, classify("remove", "changed", signal));
    },
  };
}

function factsOf(fileSystem: FileSystem, path: string): FileFacts {
  const facts = fileSystem.lstatSync(path, { throwIfNoEntry: false });
  if (facts === undefined) throw Object.assign(new Error(`There is no ${path}.`), { code: "ENOENT" });
  return facts;
}
