import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { unwrap } from "@hostelry/core/adapter";
import type { ObjectClient } from "../client/object-client.ts";
import { sharedLook } from "./shared-look.ts";

/**
 * Removals that are going on, written down where everybody sees them: `leaving/<end>~<random>` holds the names of blobs that a
 * remover is about to look at and to remove; `<end>` is the time (in milliseconds, by the store's clock) after which the store refuses
 * its requests. When it has finished, the same with `.done` says so; both stay for a minute.
 *
 * An object store can't look at a blob's time and remove the blob in one act. So both sides first say what they do and look
 * afterwards: a remover writes down the names, then looks how old the blobs are; a put writes or renews its blob, then looks what is
 * written down. Whichever comes second sees the other: either the remover finds the blob new and leaves it, or the put finds the
 * removal, waits until it has finished, and puts its blob once more. A remover that is paused between looking and removing can't come
 * back: its removals are signed URLs, whose time the store itself keeps.
 */
export interface Departures {
  /** Writes removals down, to last for so long; resolves when everybody sees them. */
  announce(names: readonly string[], signal: AbortSignal | undefined): Promise<Departure>;
  /**
   * The removals of a blob that are written down, those that are `known` left out; resolves when all of them have finished. With none, what
   * was put up to {@link seenForMs} before this call is there to stay.
   */
  finished(sha256: string, known: ReadonlySet<string>, signal: AbortSignal | undefined): Promise<readonly string[]>;
}

/** A removal that was written down. */
export interface Departure {
  /** By the store's clock. */
  readonly signedAt: Date;
  readonly expiresInSeconds: number;
  /** Says that it has finished. Only when every request was answered: one that was not may still arrive. */
  end(): Promise<void>;
}

/** For how long removals may go on. A put that meets those of a dead remover waits for the rest of it. */
const expiresInSeconds = 20;
/** Clocks of a store's machines may differ by so much, and a request that was accepted may take so long. */
const marginMs = 5_000;
/** For how long removals are to be seen after their time. */
const keptMs = 60_000;
/** A removal that took a blob away so long ago is still to be seen: `keptMs` less both margins, and to spare. */
export const seenForMs = 20_000;
/** Pauses between looks at a removal that is going on: most end at once, a dead remover's when its time is over. */
const [firstPauseMs, longestPauseMs] = [5, 250];

const doneSuffix = ".done";

/** @param prefix of the blob store. */
export function departures(client: ObjectClient, prefix: string): Departures {
  const below = `${prefix}leaving/`;
  const namesOf = new Map<string, Promise<ReadonlySet<string>>>();

  const endOf = (key: string): number => {
    const end = Number(key.slice(below.length).split("~")[0]);
    // What is not ours names nothing, and lasts no time.
    return Number.isNaN(end) ? 0 : end;
  };

  /** All that are written down, and whether they have finished. */
  const written = sharedLook(async (): Promise<ReadonlyMap<string, boolean>> => {
    const finishedByKey = new Map<string, boolean>();
    const done: string[] = [];
    const over: string[] = [];
    let after: string | undefined;
    do {
      const page = await unwrap(client.list(below, { after }));
      const now = page.at.getTime();
      for (const { key } of page.objects) {
        if (endOf(key) + keptMs < now) over.push(key);
        else if (key.endsWith(doneSuffix)) done.push(key.slice(0, -doneSuffix.length));
        else finishedByKey.set(key, endOf(key) + marginMs < now);
      }
      after = page.next;
    } while (after !== undefined);
    for (const key of done) if (finishedByKey.has(key)) finishedByKey.set(key, true);
    for (const known of namesOf.keys()) if (!finishedByKey.has(known)) namesOf.delete(known);
    if (over.length > 0) await unwrap(client.deleteMany(over));
    return finishedByKey;
  });

  /** Written once, so they are read once. */
  const names = (key: string): Promise<ReadonlySet<string>> => {
    const known = namesOf.get(key);
    if (known !== undefined) return known;
    const reading = readNames(client, key);
    namesOf.set(key, reading);
    reading.catch(() => namesOf.delete(key));
    return reading;
  };

  return {
    async announce(leaving, signal) {
      const clock = await unwrap(client.list(below, { limit: 1, signal }));
      const end = clock.at.getTime() + expiresInSeconds * 1000;
      const key = `${below}${end}~${randomUUID()}`;
      await unwrap(client.put(key, Buffer.from(leaving.join("\n")), { contentType: "text/plain", signal }));
      return {
        signedAt: clock.at,
        expiresInSeconds,
        // Not with the caller's signal: whoever puts one of these would have to wait.
        end: async () => void (await unwrap(client.put(`${key}${doneSuffix}`, new Uint8Array(0)))),
      };
    },

    async finished(sha256, known, signal) {
      const concerning: string[] = [];
      const seen = await written(signal);
      for (const key of seen.keys()) {
        if (!known.has(key) && (await names(key)).has(sha256)) concerning.push(key);
      }
      // One that is not to be seen any more has long finished.
      let going = concerning.filter((key) => seen.get(key) === false);
      for (let wait = firstPauseMs; going.length > 0; wait = Math.min(2 * wait, longestPauseMs)) {
        await pause(wait, undefined, { signal });
        const now = await written(signal);
        going = going.filter((key) => now.get(key) === false);
      }
      return concerning;
    },
  };
}

async function readNames(client: ObjectClient, key: string): Promise<ReadonlySet<string>> {
  const read = await unwrap(client.get(key));
  if (read.outcome !== "found") return new Set();
  const chunks: Uint8Array[] = [];
  for await (const chunk of read.body) chunks.push(chunk);
  return new Set(Buffer.concat(chunks).toString("latin1").split("\n"));
}
