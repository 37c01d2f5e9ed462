import type { SiteRules } from "../routing/site-rules.ts";
import type { ReleaseManifest } from "./release.ts";

/** What was read of releases, by name, within a budget of memory. */
export interface ReleaseMemory<R> {
  /** What is kept under a name; asking makes it the youngest. */
  get(key: string): R | undefined;
  /** Keeps something in place of what was there, and lets go what was asked for longest ago. `bytes`: what it takes. */
  set(key: string, release: R, bytes: number): void;
  /** What everything takes that is kept. */
  readonly bytes: number;
}

/** What a content source keeps of releases by default: 16 MiB, some 50,000 files. */
export const mostManifestBytes: number = 16 * 1024 * 1024;

/**
 * Keeps what a content source has read of releases. Nothing is lost with what goes: releases never change, so it is read again when it is
 * asked for, and whoever holds it, an answer under way, goes on with it.
 *
 * @param maxBytes of everything together. What was set last stays, however much it is: else every request would read it.
 */
export function releaseMemory<R>(maxBytes: number): ReleaseMemory<R> {
  // A Map iterates in order of insertion: taking out and putting in again makes an entry the youngest.
  const kept = new Map<string, { readonly release: R; readonly bytes: number }>();
  let total = 0;
  let youngest: string | undefined;
  const drop = (key: string): void => {
    total -= kept.get(key)?.bytes ?? 0;
    kept.delete(key);
  };
  return {
    get(key) {
      const known = kept.get(key);
      if (known !== undefined && key !== youngest) {
        kept.delete(key);
        kept.set(key, known);
        youngest = key;
      }
      return known?.release;
    },
    set(key, release, bytes) {
      drop(key);
      kept.set(key, { release, bytes });
      total += bytes;
      youngest = key;
      for (const oldest of kept.keys()) {
        if (total <= maxBytes || oldest === key) break;
        drop(oldest);
      }
    },
    get bytes() {
      return total;
    },
  };
}

// Measured in V8 of Node 20 to 24, 64 bits; `release-memory.test.ts` measures again.
const textBytes = 20;
const fileBytes = 116;
const releaseBytes = 1536;
const ruleBytes = 400;

/**
 * About how many bytes of memory a manifest takes that was read, with its files in a `Map` by path. Of its texts only those are looked at that
 * differ from file to file.
 */
export function manifestMemoryBytes({ files, rules }: ReleaseManifest): number {
  let bytes = releaseBytes + (rules === undefined ? 0 : rulesBytes(rules));
  for (const { path, sha256, mediaType } of files) {
    bytes += fileBytes + 3 * textBytes + Buffer.byteLength(path) + sha256.length + mediaType.length;
  }
  return bytes;
}

/** As they are stored, and as they are made ready to be asked. */
function rulesBytes({ redirects, headers }: SiteRules): number {
  let bytes = 0;
  for (const { from, to } of redirects) bytes += 2 * (ruleBytes + from.length + to.length);
  for (const { pattern, set, unset } of headers) {
    bytes += 2 * (ruleBytes + pattern.length);
    for (const [name, value] of set) bytes += 2 * (4 * textBytes + name.length + value.length);
    for (const name of unset) bytes += 2 * (2 * textBytes + name.length);
  }
  return bytes;
}
