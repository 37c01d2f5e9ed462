import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { smallDisk } from "../adapter-local/fixtures/small-disk.ts";
import { hostelry, objects } from "./hostelry.ts";

const disk = smallDisk(64);
afterAll(() => disk?.remove());
// Only root may mount. Continuous integration runs as root, so there it is not skipped but fails.
const mayBeSkipped = disk === undefined && process.env["CI"] !== "true";

describe.skipIf(mayBeSkipped)("a state directory on a disk that does not take it", () => {
  const at = (name: string): string => join(disk?.path ?? "no disk could be mounted", name);

  it("is told to be read-only, with exit code 2", async () => {
    disk?.remount("ro");
    const run = await hostelry(["sites", "create", "Inn", "--state", at("state"), "--json"]);
    expect(objects(run)).toMatchObject([{ error: { code: "STORAGE_READ_ONLY", nextStep: expect.any(String) } }]);
    expect(run.code).toBe(2);
  });

  it("is told to be full, with exit code 2", async () => {
    disk?.remount("rw");
    const run = await hostelry(["sites", "create", "Inn", "--state", at("state")]);
    expect(run.stderr).toMatch(/\[(STORAGE_FULL|ADAPTER_FAILED)\]\n {2}/);
    expect([run.code, run.stdout]).toEqual([2, ""]);
  });
});
