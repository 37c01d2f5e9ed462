// The programs of Ceph's object gateway, in two generations, each in a root of its own below the user's cache directory: they are large, and stay
// when `npm ci` empties node_modules.
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { canFetchPackages, fetchDebianRoot } from "../debian-root.ts";
import { findServer } from "../server-binary.ts";

/** Generations of the gateway: `20` is strict and decides races, `18` speaks the old dialect. */
export type RgwGeneration = "18" | "20";

const suites = { "18": "trixie", "20": "sid" } as const;
const packages = ["radosgw", "ceph-mon", "ceph-osd", "dash"];
const without = [
  "usr/share/doc",
  "usr/share/man",
  "usr/share/locale",
  "usr/include",
  "usr/share/perl",
  "usr/lib/systemd",
];

/** Where a generation's root is. */
export function rgwRoot(generation: RgwGeneration): string {
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  return join(cache, "hostelry-servers", `rgw-${generation}`);
}

/** Whether it is there: `npm run servers` fetches it. With CI=true, where it can be had, it must be. */
export function rgwAvailable(generation: RgwGeneration): boolean {
  const there = findServer("bwrap") !== undefined && existsSync(join(rgwRoot(generation), "usr/bin/radosgw"));
  if (!there && process.env["CI"] === "true" && canFetchPackages()) throw new Error(`missing: Ceph RGW ${generation}`);
  return there;
}

/** Fetches a generation, unless it is there. Says why it could not. */
export function fetchRgw(generation: RgwGeneration): { readonly problem?: string } {
  const directory = rgwRoot(generation);
  if (existsSync(join(directory, "usr/bin/radosgw"))) return {};
  return fetchDebianRoot({ suite: suites[generation], packages, directory, without });
}
