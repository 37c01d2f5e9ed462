import { type HostRoutesError, hostingError, type Result, unwrap } from "@hostelry/core/adapter";
import { isPassing } from "../runtime/haproxy-failure.ts";
import type { RuntimeMap } from "../runtime/runtime-map.ts";
import { changeMap, type MapChange, type MapChanged, mapState } from "./map-changes.ts";
import { mapText, parseMap, sameEntries } from "./map-entries.ts";
import type { MapFile } from "./map-file.ts";

/** What a writer works on. */
export interface MapPlace {
  /** For messages. */
  readonly place: string;
  /** Writers with the same key take turns. */
  readonly key: string;
  readonly file: MapFile;
  readonly memory: RuntimeMap;
}

/** Makes a change, in turn with all others of the map. Rejects with a `HostRoutesError`, or with what the file or HAProxy threw. */
export type MapWriter = (change: MapChange, signal: AbortSignal | undefined) => Promise<MapChanged>;

interface Waiting {
  readonly change: MapChange;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (outcome: Promise<MapChanged>) => void;
}

/** HAProxy may be reloaded, or somebody else may write, just while we do: then it is done over. */
const attempts = 8;
const firstPauseMs = 10;

/** Changes that wait, by map: of all adapters of this process. */
const queues = new Map<string, Waiting[]>();

/** A writer of one map. Changes that wait while one is made are made together, with one new version of the map. */
export function mapWriter(place: MapPlace): MapWriter {
  return (change, signal) =>
    new Promise((resolve) => {
      const waiting: Waiting = { change, signal, resolve };
      const queue = queues.get(place.key);
      if (queue !== undefined) {
        queue.push(waiting);
        return;
      }
      queues.set(place.key, [waiting]);
      void workThrough(place);
    });
}

async function workThrough(place: MapPlace): Promise<void> {
  for (;;) {
    const queue = queues.get(place.key) ?? [];
    const batch = queue.splice(0);
    if (batch.length === 0) {
      queues.delete(place.key);
      return;
    }
    const wanted = batch.filter(({ signal, resolve }) => {
      if (signal?.aborted !== true) return true;
      const details = { operation: "route" };
      resolve(Promise.reject(hostingError("ABORTED", "route was ended by its caller.", details)));
      return false;
    });
    try {
      const outcomes = await makeChanges(
        place,
        wanted.map(({ change }) => change),
      );
      for (const [index, { resolve }] of wanted.entries()) {
        const outcome = outcomes[index];
        if (outcome !== undefined) resolve(unwrap(outcome));
      }
    } catch (cause) {
      for (const { resolve } of wanted) resolve(Promise.reject(cause));
    }
  }
}

async function makeChanges(
  place: MapPlace,
  changes: readonly MapChange[],
): Promise<readonly Result<MapChanged, HostRoutesError>[]> {
  let first: readonly Result<MapChanged, HostRoutesError>[] | undefined;
  for (let attempt = 1; ; attempt += 1) {
    const tried = await tryChanges(place, changes, attempt === attempts);
    // What the first attempt found is what the callers met; a repetition finds some of it done.
    first ??= tried?.outcomes;
    if (tried?.done === true && first !== undefined) return first;
    await new Promise((resolve) => setTimeout(resolve, firstPauseMs * 2 ** (attempt - 1)));
  }
}

/** One attempt. `undefined`, or not done: something came between, and it is to be done over. */
async function tryChanges(
  { place, file, memory }: MapPlace,
  changes: readonly MapChange[],
  isLast: boolean,
): Promise<{ readonly outcomes: readonly Result<MapChanged, HostRoutesError>[]; readonly done: boolean } | undefined> {
  let outcomes: readonly Result<MapChanged, HostRoutesError>[] | undefined;
  try {
    const before = await memory.show(undefined);
    const text = await file.read(undefined);
    const state = mapState(before.map, parseMap(text));
    outcomes = changes.map((change) => changeMap(place, state, change));
    const { written } = state;
    if (!sameEntries(parseMap(text), written)) {
      if ((await file.read(undefined)) !== text) {
        if (isLast) throw new Error("the map's file is being changed by somebody else all the time");
        return undefined;
      }
      await file.replace(mapText(written));
    }
    const isRight = sameEntries(before.map, written) && before.entries === written.size;
    if (isRight) return { outcomes, done: true };
    await memory.replace(written);
    const after = await memory.show(undefined);
    if (sameEntries(after.map, written)) return { outcomes, done: true };
    if (isLast) throw new Error("HAProxy does not show what it was given");
    return { outcomes, done: false };
  } catch (cause) {
    // A reload in between: the socket is away for a moment, or the version that was prepared is not known any more.
    if (isLast || !isPassing(cause)) throw cause;
    return outcomes === undefined ? undefined : { outcomes, done: false };
  }
}
