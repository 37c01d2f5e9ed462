import type { SiteId } from "@hostelry/core/adapter";
import type { SiteBucket } from "../target/site-bucket.ts";
import { decodeSiteDocument, type SiteDocument } from "../target/site-document.ts";
import { siteKeys } from "../target/site-keys.ts";
import { lookFailure } from "./look-failure.ts";

/** A site's pointer as it was found. */
export interface SeenSite {
  /** `null`: there is no such site. */
  readonly document: SiteDocument | null;
  readonly etag: string | undefined;
  /** When the look began that found it so, by `performance.now()`: it was so then, or later. */
  readonly atMs: number;
  /** About how much memory it takes, in bytes. */
  readonly bytes: number;
}

/** Looks at sites' pointers and remembers what was seen. */
export interface SiteLooks {
  /** What was seen of a site, if it is fresh enough; renews it on the side when it is no longer young. */
  known(siteId: SiteId): SeenSite | undefined;
  /** What is to be seen of a site now. Throws what the store answers, unless what was seen before may still be used. */
  look(siteId: SiteId): Promise<SeenSite>;
  /** Forgets one site, or all. */
  forget(siteId?: SiteId): void;
}

/** How to look. */
export interface LookOptions {
  readonly name: string;
  readonly bucket: SiteBucket;
  readonly prefix: string;
  /** So old what was seen may be, in milliseconds. */
  readonly maxAgeMs: number;
  /** So old it may be while the store does not answer. */
  readonly staleOnErrorMs: number;
  /** Memory for what was seen, in bytes. What was seen last is always kept. */
  readonly maxPointerBytes: number;
}

/** After a failure the store is left alone for so long, at most: requests go on with what is known. */
const pauseAfterFailureMs = 250;

/** A site in memory beside its pointer: maps, entries, its id. */
const seenBytes = 1024;
/** A pointer in memory, for each byte of it: texts have heads. */
const decodedBytes = 1.5;
/** So many failures are remembered. */
const maxFailures = 100_000;

/** Remembers nothing yet. */
export function siteLooks(options: LookOptions): SiteLooks {
  const { bucket, prefix, maxAgeMs, staleOnErrorMs, maxPointerBytes } = options;
  // A Map iterates in order of insertion: the site that was looked at longest ago is first.
  const seen = new Map<SiteId, SeenSite>();
  const looking = new Map<SiteId, Promise<SeenSite>>();
  const failedAtMs = new Map<SiteId, number>();

  let seenTotal = 0;

  const drop = (siteId: SiteId): void => {
    seenTotal -= seen.get(siteId)?.bytes ?? 0;
    seen.delete(siteId);
  };

  const remember = (siteId: SiteId, site: SeenSite): SeenSite => {
    drop(siteId);
    seen.set(siteId, site);
    seenTotal += site.bytes;
    for (const oldest of seen.keys()) {
      if (seenTotal <= maxPointerBytes || oldest === siteId) break;
      drop(oldest);
    }
    return site;
  };

  const ask = async (siteId: SiteId): Promise<SeenSite> => {
    const atMs = performance.now();
    const before = seen.get(siteId);
    const { pointer } = siteKeys(prefix, siteId);
    const read = await bucket.get(pointer, { ifNoneMatch: before?.etag });
    if (read.isErr()) throw read.error;
    if (read.value.outcome === "absent") return { document: null, etag: undefined, atMs, bytes: seenBytes };
    if (read.value.outcome === "unmodified" && before !== undefined) return { ...before, atMs };
    if (read.value.outcome === "unmodified")
      throw lookFailure(options.name, `${pointer} was not compared with anything`);
    const { body, etag } = read.value;
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    const document = decodeSiteDocument(bytes);
    if (document === undefined) throw lookFailure(options.name, `${pointer} is not a site's pointer`);
    return { document, etag, atMs, bytes: seenBytes + decodedBytes * bytes.length };
  };

  /** One question for all who want to know it at the same time. */
  const askOnce = (siteId: SiteId): Promise<SeenSite> => {
    const underWay = looking.get(siteId);
    if (underWay !== undefined) return underWay;
    const asking = ask(siteId);
    looking.set(siteId, asking);
    const settled = asking.then(
      (site) => {
        // After `forget` nobody wants it any more.
        if (looking.get(siteId) !== asking) return site;
        failedAtMs.delete(siteId);
        return remember(siteId, site);
      },
      (cause: unknown) => {
        if (looking.get(siteId) === asking) {
          if (failedAtMs.size >= maxFailures) failedAtMs.clear();
          failedAtMs.set(siteId, performance.now());
        }
        throw cause;
      },
    );
    const end = (): void => {
      if (looking.get(siteId) === asking) looking.delete(siteId);
    };
    settled.then(end, end);
    return settled;
  };

  const usable = (siteId: SiteId, ageMs: number): SeenSite | undefined => {
    const site = seen.get(siteId);
    return site !== undefined && performance.now() - site.atMs <= ageMs ? site : undefined;
  };
  const hasJustFailed = (siteId: SiteId): boolean =>
    performance.now() - (failedAtMs.get(siteId) ?? Number.NEGATIVE_INFINITY) < pauseAfterFailureMs;

  const knownSite = (siteId: SiteId): SeenSite | undefined => {
    const isPaused = hasJustFailed(siteId);
    const site = usable(siteId, isPaused ? Math.max(maxAgeMs, staleOnErrorMs) : maxAgeMs);
    if (site === undefined || isPaused || performance.now() - site.atMs < maxAgeMs / 2) return site;
    // Whoever asks when it is too old is told what came of it; this one goes on with what is known.
    askOnce(siteId).catch(() => undefined);
    return site;
  };

  return {
    known: knownSite,
    async look(siteId) {
      const known = knownSite(siteId);
      if (known !== undefined) return known;
      try {
        return await askOnce(siteId);
      } catch (cause) {
        const old = usable(siteId, staleOnErrorMs);
        if (old === undefined) throw cause;
        return old;
      }
    },
    forget(siteId) {
      if (siteId === undefined) {
        seen.clear();
        seenTotal = 0;
        looking.clear();
        failedAtMs.clear();
      } else {
        drop(siteId);
        looking.delete(siteId);
        failedAtMs.delete(siteId);
      }
    },
  };
}
