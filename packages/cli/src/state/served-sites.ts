import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { SiteId } from "@hostelry/core";

/** The sites that a served directory holds, by id; none when it does not exist yet. */
export async function servedSites(www: string): Promise<readonly SiteId[]> {
  try {
    const names = await readdir(join(www, "sites"));
    return names.filter((name) => /^site-[0-9a-z]{20}$/.test(name)).sort() as SiteId[];
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return [];
    throw cause;
  }
}
