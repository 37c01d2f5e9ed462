import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Vitest takes large files first when it knows nothing of them. These are small, and run for long: each runs a whole kit of cases. */
const smallAndLong = [
  "test/testing/saboteurs.test.ts",
  "test/storage-pg/pglite-conformance.test.ts",
  "test/storage-pg/postgres-conformance.test.ts",
  "test/storage-pg/embedded-conformance.test.ts",
  "test/adapter-ssh/edge-conformance.test.ts",
  "test/adapter-ssh/transport-conformance.test.ts",
  "test/adapter-s3/target-conformance.test.ts",
  "test/adapter-s3/rgw-blob-store.test.ts",
  "test/adapter-local/flips-under-a-reader.test.ts",
  "test/archive/corpus.test.ts",
  "test/cli/fleet.test.ts",
  "test/cli/gc.test.ts",
  "test/demo/demo.test.ts",
  "bench/import.test.ts",
  "tools/eslint/no-dropped-result.test.ts",
];

/** Starts what takes long first, so that at the end of a run no worker waits for one file. A class, as vitest wants one. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => smallAndLong.some((name) => moduleId.endsWith(name));
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
