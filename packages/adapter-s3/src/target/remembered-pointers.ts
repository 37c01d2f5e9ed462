import type { SiteId } from "@hostelry/core/adapter";
import type { Pointer } from "./pointer.ts";

/** Pointers as they were written or read last, of the sites used last. */
export interface RememberedPointers {
  get(siteId: SiteId): Pointer | undefined;
  set(siteId: SiteId, pointer: Pointer): void;
  delete(siteId: SiteId): void;
}

/** A pointer names a few dozen releases at most: some kilobytes. One that was forgotten costs a reading. */
const mostSites = 1000;

/** Remembers the pointers of so many sites, and forgets what was set longest ago. */
export function rememberedPointers(maxSites: number = mostSites): RememberedPointers {
  // In the order in which they were set.
  const pointers = new Map<SiteId, Pointer>();
  return {
    get: (siteId) => pointers.get(siteId),
    set: (siteId, pointer) => {
      pointers.delete(siteId);
      pointers.set(siteId, pointer);
      for (const oldest of pointers.keys()) if (pointers.size > maxSites) pointers.delete(oldest);
    },
    delete: (siteId) => void pointers.delete(siteId),
  };
}
