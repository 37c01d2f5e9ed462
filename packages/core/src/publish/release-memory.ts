import type { SiteRules } from "../routing/site-rules.ts";
import type { PackedFiles } from "./packed-files.ts";
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

/** What is kept by default of releases that were read: 16 MiB, some 50,000 files as objects in a `Map`. */
export const mostManifestBytes: number = 16 * 1024 * 1024;

/** The same where files are kept packed: 8 MiB, some 90,000 files. */
export const mostPackedBytes: number = 8 * 1024 * 1024;

/** So much of the room is for what was asked for once. */
const freshShare = 1 / 8;
/** So many names are remembered of what went before anybody asked for it again. */
const mostGone = 1024;

/**
 * Keeps what a content source has read of releases. Nothing is lost with what goes: releases never change, so it is read again when it is
 * asked for, and whoever holds it, an answer under way, goes on with it.
 *
 * What was set, and not asked for since, has an eighth of the room; when it comes back soon after it went, it is one that is asked for. So
 * somebody who walks over all sites does not drive out those that have visitors. And what goes so soon is young garbage, which V8 finds at
 * little cost; thousands of releases that grow old first make its heap several times as large as what is kept.
 *
 * @param maxBytes of everything together. What was set last stays, however much it is: else every request would read it.
 */
export function releaseMemory<R>(maxBytes: number): ReleaseMemory<R> {
  const fresh = oldestFirst<R>();
  const asked = oldestFirst<R>();
  const gone = new Set<string>();
  /** Of those that were asked for: most requests ask for the same one again. */
  let youngest: string | undefined;

  const noteGone = (key: string): void => {
    gone.add(key);
    for (const first of gone) {
      if (gone.size <= mostGone) break;
      gone.delete(first);
    }
  };
  const fit = (key: string): void => {
    for (const name of fresh.trim(maxBytes * freshShare, key)) noteGone(name);
    asked.trim(maxBytes - fresh.bytes(), key);
    fresh.trim(maxBytes - asked.bytes(), key);
  };
  return {
    get(key) {
      const known = asked.get(key);
      if (known !== undefined && key === youngest) return known.release;
      const kept = known ?? fresh.get(key);
      if (kept === undefined) return undefined;
      if (known === undefined) fresh.delete(key);
      asked.put(key, kept);
      youngest = key;
      return kept.release;
    },
    set(key, release, bytes) {
      const isAsked = asked.delete(key) || gone.delete(key);
      fresh.delete(key);
      (isAsked ? asked : fresh).put(key, { release, bytes });
      youngest = isAsked ? key : undefined;
      fit(key);
    },
    get bytes() {
      return fresh.bytes() + asked.bytes();
    },
  };
}

interface Kept<R> {
  readonly release: R;
  readonly bytes: number;
}

interface OldestFirst<R> {
  get(key: string): Kept<R> | undefined;
  /** Makes it the youngest, whether it was there or not. */
  put(key: string, kept: Kept<R>): void;
  delete(key: string): boolean;
  /** Lets the oldest go until no more than so many bytes are left, or only the spared one; gives the names of those that went. */
  trim(mostBytes: number, spared: string): readonly string[];
  bytes(): number;
}

function oldestFirst<R>(): OldestFirst<R> {
  // A Map iterates in order of insertion: taking out and putting in again makes an entry the youngest.
  const entries = new Map<string, Kept<R>>();
  let total = 0;
  const remove = (key: string): boolean => {
    total -= entries.get(key)?.bytes ?? 0;
    return entries.delete(key);
  };
  return {
    get: (key) => entries.get(key),
    put(key, kept) {
      remove(key);
      entries.set(key, kept);
      total += kept.bytes;
    },
    delete: remove,
    trim(mostBytes, spared) {
      const went: string[] = [];
      for (const key of entries.keys()) {
        if (total <= mostBytes) break;
        if (key === spared) continue;
        remove(key);
        went.push(key);
      }
      return went;
    },
    bytes: () => total,
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

/** About how many bytes of memory a release takes that is kept packed, with what it says of redirects and headers. */
export function releaseMemoryBytes(files: PackedFiles, rules: SiteRules | undefined): number {
  return releaseBytes + files.memoryBytes + (rules === undefined ? 0 : rulesBytes(rules));
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
