import { resolve } from "node:path";
import {
  type AdapterError,
  adapterError,
  attempt,
  type ContentError,
  type ContentSource,
  type ContentView,
  hostingError,
  isHostingError,
  isPathSafeId,
  mostPackedBytes,
  packFiles,
  type ReleaseId,
  releaseMemory,
  releaseMemoryBytes,
  type SiteContent,
  type SiteId,
  type SlotName,
} from "@hostelry/core/adapter";
import { type FileSystem, nodeFileSystem } from "../file-system/file-system.ts";
import { readPointer } from "../site/pointer.ts";
import { readServingState } from "../site/serving-markers.ts";
import { pointerPlace, type SiteLayout, siteLayout } from "../site/site-layout.ts";
import { readGuard } from "../site/stored-guard.ts";
import { readStoredManifest } from "../site/stored-manifest.ts";
import { releaseView } from "./release-view.ts";

/** Options of {@link directoryContent}. */
export interface DirectoryContentOptions {
  /** For error messages. Default `directory`. */
  readonly name?: string | undefined;
  /**
   * Memory for manifests that were read, of all sites together, in bytes; default 8 MiB, some 90,000 files. The longest unused go first, and
   * are read again when they are asked for; one is always kept.
   */
  readonly maxManifestBytes?: number | undefined;
  /** What to reach the disk through. Default `node:fs`. */
  readonly fileSystem?: FileSystem | undefined;
}

/** The serving side of `directoryTarget(root)`: finds a site's release by its pointer, and needs no control plane. */
export function directoryContent(root: string, options: DirectoryContentOptions = {}): ContentSource {
  const { name = "directory", maxManifestBytes = mostPackedBytes, fileSystem = nodeFileSystem } = options;
  const targetRoot = resolve(root);
  const views = releaseMemory<ContentView>(maxManifestBytes);
  // Under load manifests come and go: bytes in memory of their own would stay until a collection, and leave holes.
  const incoming = new Uint8Array(64 * 1024);

  const classify = (cause: unknown, signal: AbortSignal | undefined): AdapterError =>
    adapterError(cause, { adapter: name, operation: "read", state: "unchanged", signal });

  const knownView = (layout: SiteLayout, siteId: SiteId, release: ReleaseId): ContentView | undefined => {
    const key = `${siteId}/${release}`;
    const known = views.get(key);
    if (known !== undefined) return known;
    const manifest = readStoredManifest(fileSystem, layout, release, name, incoming);
    if (manifest === undefined) return undefined;
    const directory = `${layout.releases}/${release}`;
    const { rules } = manifest;
    const files = packFiles(manifest.files);
    const view = releaseView({ fileSystem, name, siteId, release, rules, files, directory, classify });
    views.set(key, view, releaseMemoryBytes(files, rules));
    return view;
  };

  /** The view behind a pointer; a release that a flip took out of use meanwhile is looked for again. */
  const viewOf = (layout: SiteLayout, siteId: SiteId, slot: SlotName): ContentView | null => {
    const place = pointerPlace(layout, slot);
    let release = readPointer(fileSystem, place, name);
    for (;;) {
      if (release === null) return null;
      const view = knownView(layout, siteId, release);
      if (view !== undefined) return view;
      const now = readPointer(fileSystem, place, name);
      if (now === release) {
        const sentence = `The pointer of ${siteId} names release ${release}, which is not there.`;
        throw hostingError("RELEASE_NOT_FOUND", sentence, { target: name, siteId, release });
      }
      release = now;
    }
  };

  const look = (siteId: SiteId, slot: SlotName): SiteContent | null => {
    // Ids come out of host names and paths here: what can't be a name of ours is no site, not a mistake.
    if (!isPathSafeId(siteId) || (slot !== "live" && !isPathSafeId(slot.slice("preview/".length)))) return null;
    const layout = siteLayout(targetRoot, siteId);
    if (fileSystem.statSync(layout.root, { throwIfNoEntry: false })?.isDirectory() !== true) return null;
    const servingState = readServingState(fileSystem, layout);
    const view = viewOf(layout, siteId, slot);
    if (slot === "live") return { servingState, view };
    const guard = readGuard(fileSystem, layout, slot)?.guard;
    // A preview's guard comes before its pointer and goes after it: without one, the preview may just have been closed.
    const isClosed = guard === undefined && readPointer(fileSystem, pointerPlace(layout, slot), name) === null;
    return { servingState, view: isClosed ? null : view, guard };
  };

  return {
    spec: "content-source/1",
    name,
    glance: ({ siteId, slot }) => {
      try {
        return look(siteId, slot);
      } catch {
        // Nothing is lost: whoever asks `look` next is told what is wrong.
        return undefined;
      }
    },
    look: ({ siteId, slot }, { signal } = {}) =>
      attempt(
        () => {
          signal?.throwIfAborted();
          return look(siteId, slot);
        },
        (cause): ContentError => {
          if (isHostingError(cause) && cause.code === "TARGET_LAYOUT_INVALID") {
            const details = { adapter: name, operation: "look", state: "unchanged" } as const;
            return hostingError("ADAPTER_FAILED", cause.message, details, { cause });
          }
          return adapterError(cause, { adapter: name, operation: "look", state: "unchanged", signal });
        },
      ),
  };
}
