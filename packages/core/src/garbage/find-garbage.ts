import type { BlobStoreError, ListedBlob } from "../ports/blob-store.ts";
import type { WorkOptions } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import type { RevisionId } from "../revision/revision.ts";
import { type LostManifest, markReferences } from "./mark-references.ts";

/** Errors of looking for garbage and of collecting it. */
export type GarbageError = BlobStoreError | StoreError;

/** Options of `garbage.plan` and `garbage.collect`. */
export interface GarbageOptions extends WorkOptions {
  /**
   * Revisions of which you know that their manifest is lost, and with it the names of their files: these files are garbage
   * like any other. Default none; then one unreadable manifest keeps every blob where it is.
   */
  readonly acceptLost?: readonly RevisionId[] | undefined;
}

/** What a look at the blob store and the record found. */
export interface FoundGarbage {
  /** Blobs that nothing refers to and that nobody has put for the grace period. */
  readonly garbage: readonly ListedBlob[];
  /** Blobs that are there in all, and their bytes. */
  readonly blobs: number;
  readonly bytes: number;
  /** Revisions whose files can't be named. While there is one, nothing may be removed. */
  readonly blockedBy: readonly LostManifest[];
}

/**
 * Lists the blobs first and reads the references afterwards. A record that is written later refers to blobs that were put
 * before it, no longer before than the grace period; so each of them was put later than everything listed here as garbage.
 */
export function findGarbage(ports: HostingPorts, options: GarbageOptions): ResultAsync<FoundGarbage, GarbageError> {
  const { signal, onProgress, acceptLost = [] } = options;
  return flow(async function* () {
    const idle = new Map<string, ListedBlob>();
    let blobs = 0;
    let bytes = 0;
    let after: string | undefined;
    if (!ports.blobs.capabilities.collectable) return ok({ garbage: [], blobs, bytes, blockedBy: [] });
    do {
      const page = yield* ports.blobs.list({ after, limit: 1000, signal });
      for (const blob of page.items) {
        blobs += 1;
        bytes += blob.size;
        if (blob.idleMs > ports.garbage.graceMs) idle.set(blob.sha256, blob);
      }
      onProgress?.({ step: "list", done: blobs, total: blobs, unit: "files" });
      after = page.next;
    } while (after !== undefined);
    const keep = (sha256: string): void => void idle.delete(sha256);
    const onSite = (sites: number): void => onProgress?.({ step: "mark", done: sites, total: sites, unit: "steps" });
    const lost = yield* markReferences(ports, keep, { signal, onSite });
    const blockedBy = lost.filter(({ revisionId }) => !acceptLost.includes(revisionId));
    return ok({ garbage: [...idle.values()], blobs, bytes, blockedBy });
  });
}
