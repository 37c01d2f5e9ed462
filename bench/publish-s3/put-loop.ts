import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { mediaTypeOf, unwrap } from "@hostelry/core/adapter";
import type { Contender, Run } from "../harness/bench.ts";
import { measureHere } from "../harness/own-figures.ts";
import type { BenchStore } from "./bench-store.ts";

/** As many requests as our client has under way. */
const atOnce = 64;

/** What people write when they need no releases: every file is read and put, many at a time. */
export function putLoop(store: BenchStore, folder: string, paths: readonly string[]): Contender {
  return {
    name: "loop of PutObject",
    async prepare(): Promise<Run> {
      const prefix = store.nextPrefix();
      return { measure: () => measureHere(() => putAll(store, folder, paths, prefix)), end: () => store.clear(prefix) };
    },
  };
}

async function putAll({ bucket }: BenchStore, folder: string, paths: readonly string[], prefix: string): Promise<void> {
  const rest = paths[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (const path of rest) {
      const bytes = await readFile(join(folder, path));
      await unwrap(bucket.put(prefix + path, bytes, { contentType: mediaTypeOf(path) }));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
