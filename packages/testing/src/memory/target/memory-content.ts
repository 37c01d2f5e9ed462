import {
  type ContentError,
  type ContentSource,
  type ContentView,
  err,
  hostingError,
  ok,
  type SiteContent,
  type SiteId,
} from "@hostelry/core/adapter";
import { chunksOf } from "../blob-store/read-blob.ts";
import { decide, nextTurn } from "../turn.ts";
import type { MemoryTarget } from "./memory-target.ts";
import { type HeldPointer, heldSite } from "./target-state.ts";

/** The reading side of a {@link memoryTarget}: what a serving process would find there. */
export function memoryContent(target: MemoryTarget): ContentSource {
  return {
    spec: "content-source/1",
    name: target.name,
    look: ({ siteId, slot }, options) =>
      decide<SiteContent | null, ContentError>(nextTurn, "look", options, () => {
        const site = target.state.get(siteId);
        if (site === undefined) return ok(null);
        const pointer = site.slots.get(slot);
        const view = pointer === undefined ? null : viewOf(target, siteId, pointer);
        const { servingState } = site;
        return ok(pointer?.guard === undefined ? { servingState, view } : { servingState, view, guard: pointer.guard });
      }),
  };
}

function viewOf(target: MemoryTarget, siteId: SiteId, { release }: HeldPointer): ContentView {
  const manifest = heldSite(target.state, siteId).releases.get(release)?.manifest;
  const byPath = new Map(manifest?.files.map((file) => [file.path, file]));
  return {
    release,
    rules: manifest?.rules,
    file: (path) => byPath.get(path),
    read: (path, options = {}) =>
      decide<AsyncIterable<Uint8Array>, ContentError>(nextTurn, "read", options, () => {
        const held = target.state.get(siteId)?.releases.get(release);
        if (held === undefined) {
          const message = `Release ${release} was removed meanwhile.`;
          return err(hostingError("RELEASE_NOT_FOUND", message, { target: target.name, siteId, release }));
        }
        const bytes = held.files.get(path);
        if (bytes === undefined) {
          const message = `${path} is missing from release ${release}.`;
          return err(hostingError("RELEASE_CORRUPT", message, { target: target.name, release, paths: [path] }));
        }
        return ok(chunksOf({ bytes, range: options, signal: options.signal, turn: nextTurn }));
      }),
  };
}
