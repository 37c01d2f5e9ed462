import type { PreviewGuard, SlotName } from "@hostelry/core/adapter";
import type { FileSystem } from "../file-system/file-system.ts";
import { readWhole } from "../file-system/read-file.ts";
import { unlessAbsent } from "../file-system/system-error.ts";
import { guardPath, type SiteLayout } from "./site-layout.ts";

/** A preview's guard, and who stored it. */
export interface StoredGuard {
  readonly guard: PreviewGuard;
  readonly fencingToken: number;
}

/** The guard as bytes for its file. */
export function encodeGuard({ guard, fencingToken }: StoredGuard): Uint8Array {
  const { tokenHash, expiresAt } = guard;
  return new TextEncoder().encode(
    JSON.stringify({ version: 1, tokenHash, expiresAt: expiresAt.toISOString(), fencingToken }),
  );
}

/** The guard of a preview's slot. `undefined` when there is none that can be read: whoever serves must then refuse. */
export function readGuard(fileSystem: FileSystem, layout: SiteLayout, slot: SlotName): StoredGuard | undefined {
  const bytes = unlessAbsent(() => readWhole(fileSystem, guardPath(layout, slot)));
  return bytes === undefined ? undefined : decodeGuard(bytes);
}

function decodeGuard(bytes: Uint8Array): StoredGuard | undefined {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
  if (typeof document !== "object" || document === null) return undefined;
  const { version, tokenHash, expiresAt, fencingToken } = document as Record<string, unknown>;
  if (version !== 1 || typeof expiresAt !== "string") return undefined;
  if (typeof tokenHash !== "string" && tokenHash !== null) return undefined;
  const expiry = new Date(expiresAt);
  if (Number.isNaN(expiry.getTime()) || typeof fencingToken !== "number") return undefined;
  return { guard: { tokenHash, expiresAt: expiry }, fencingToken };
}
