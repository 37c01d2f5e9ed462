import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import {
  adapterError,
  attempt,
  type CallOptions,
  errAsync,
  flow,
  type HostingErrorOf,
  isHostingError,
  ok,
  type ResultAsync,
  type StoreError,
} from "@hostelry/core/adapter";
import type { PgDatabase } from "../database/pg-database.ts";
import { session } from "../database/session.ts";
import { migrate } from "../migrations/migrate.ts";
import { migrations } from "../migrations/migrations.ts";
import { quotedSchema } from "../migrations/schema-name.ts";
import { type PgStore, pgStore } from "../pg-store.ts";
import { directoryLock } from "./directory-lock.ts";
import { makeDirectory } from "./make-directory.ts";

/** What opening an embedded store may answer. */
export type EmbeddedError = StoreError | HostingErrorOf<"STATE_DIRECTORY_IN_USE">;

/**
 * Options of an embedded store: PostgreSQL as WebAssembly (PGlite) in this process, its files in a directory.
 *
 * - The directory belongs to one process at a time; a second one gets `STATE_DIRECTORY_IN_USE`. The right is never taken
 *   from a living process and ends at once with a dead one, also one that was killed.
 * - Acknowledged writes survive the end of the process, also by SIGKILL. PGlite makes no sync calls: a power loss or a
 *   crash of the machine may lose the last seconds, or damage the files. Records that must outlive that belong in
 *   PostgreSQL.
 * - A statement blocks the event loop while it runs (well under a millisecond for those of the store). The first opening of a
 *   directory creates the database, which takes seconds; later ones take half a second. It needs some 300 MB of memory.
 * - Opening ends all leases. That is safe because whoever held one is gone: only the process that has the directory can
 *   take a lease, and fencing tokens go on growing, so targets refuse what a killed publisher may have left behind.
 */
export interface EmbeddedOptions extends CallOptions {
  /** As for a server. Default `hostelry`. */
  readonly schema?: string | undefined;
}

const name = "pglite";

/** Opens or creates a PGlite in `directory`; see {@link EmbeddedOptions}. */
export function embeddedStorage(directory: string, options: EmbeddedOptions = {}): ResultAsync<PgStore, EmbeddedError> {
  const place = resolve(directory);
  return flow(async function* () {
    const schema = yield* quotedSchema(options.schema);
    const { signal } = options;
    if (signal?.aborted === true) return errAsync(openingError(signal.reason, place, signal));
    const opened = yield* attempt(
      () => openDirectory(place),
      (cause) => openingError(cause, place, signal),
    );
    let complete = false;
    try {
      const opening = session({ database: opened.database, schema, name });
      yield* migrate(opening, { migrations, adapter: name, lookOnly: false }, options);
      if (opened.isCopy) {
        yield* opening.write("doubtAllLeases", () => `select ${schema}.doubt_all_leases()`, options);
      }
      yield* opening.write("endAllLeases", () => `select ${schema}.end_all_leases()`, options);
      yield* opening.write("endAllIdempotent", () => `select ${schema}.end_all_idempotent()`, options);
      yield* opening.write("endAllClaims", () => `select ${schema}.end_all_operation_claims()`, options);
      yield* attempt(
        () => opened.markComplete(),
        (cause) => openingError(cause, place, signal),
      );
      complete = true;
      return ok(
        pgStore({ session: opening, name, capabilities: { shared: false, durable: true }, free: opened.close }),
      );
    } finally {
      if (!complete) await opened.close();
    }
  });
}

interface OpenDirectory {
  readonly database: PgDatabase;
  /** It was opened before at another place of the disk: a copy of that, perhaps of long ago. */
  readonly isCopy: boolean;
  markComplete(): Promise<void>;
  close(): Promise<void>;
}

/**
 * `data` is PGlite's; `complete` says that it was once opened to the end, and where on the disk `data` was then; the claims of
 * the lock lie beside.
 */
async function openDirectory(directory: string): Promise<OpenDirectory> {
  await makeDirectory(directory, 0o700);
  const lock = await directoryLock(directory);
  try {
    const data = join(directory, "data");
    const complete = join(directory, "complete");
    // A creation that was cut short can't be opened again. Nobody was told of a store in there, so nothing is lost.
    const markedPlace = await contentOf(complete);
    if (markedPlace === undefined) await rm(data, { recursive: true, force: true });
    // Loaded here, so that a host with a server never loads it.
    const { PGlite } = await import("@electric-sql/pglite");
    const database = await PGlite.create({ dataDir: data });
    const place = await placeOf(data);
    return {
      database,
      isCopy: markedPlace !== undefined && markedPlace !== "" && markedPlace !== place,
      markComplete: async () => {
        if (markedPlace !== place) await writeFile(complete, place);
      },
      close: async () => {
        try {
          await database.close();
        } finally {
          await lock.release();
        }
      },
    };
  } catch (cause) {
    await lock.release();
    throw cause;
  }
}

/** What a copy of a folder does not have in common with it: its number on the file system, and when it was made. */
async function placeOf(folder: string): Promise<string> {
  const { dev, ino, birthtimeMs } = await stat(folder, { bigint: true });
  return `${dev} ${ino} ${birthtimeMs}\n`;
}

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw cause;
  }
}

function openingError(cause: unknown, directory: string, signal: AbortSignal | undefined): EmbeddedError {
  if (isHostingError(cause)) return cause as EmbeddedError;
  return adapterError(cause, { adapter: name, operation: "open", state: "unchanged", path: directory, signal });
}
