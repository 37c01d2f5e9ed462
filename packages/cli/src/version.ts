import { readFileSync } from "node:fs";

/** The version of this package, as its `package.json` says: one folder up, from source and from a build alike. */
export function version(): string {
  const description: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  if (typeof description === "object" && description !== null && "version" in description) {
    return String(description.version);
  }
  throw new TypeError("package.json of @hostelry/cli has no version.");
}
