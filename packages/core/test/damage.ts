import type { Site, SlotName } from "@hostelry/core";
import type { World } from "./scene.ts";

/**
 * Writes (or, with `null`, removes) a file of what a slot shows on one target, behind everybody's back; in every release
 * that shares the bytes, as a write through a hard link would.
 */
export function deface(
  world: World,
  site: Site,
  { target, path, text, slot = "live" }: { target: number; path: string; text: string | null; slot?: SlotName },
): void {
  const held = world.targetStates[target]?.get(site.id);
  const shown = held?.slots.get(slot)?.release;
  const before = shown === undefined ? undefined : held?.releases.get(shown)?.files.get(path);
  for (const [release, { files }] of held?.releases ?? []) {
    const shares = release === shown || (before !== undefined && same(files.get(path), before));
    if (!shares) continue;
    if (text === null) files.delete(path);
    else files.set(path, new TextEncoder().encode(text));
  }
}

function same(left: Uint8Array | undefined, right: Uint8Array): boolean {
  return left !== undefined && Buffer.compare(left, right) === 0;
}
