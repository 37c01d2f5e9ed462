import type { SiteId } from "@hostelry/core/adapter";

/** Lets work on one site wait for the work before it; sites do not wait for each other. */
export function siteTurns(): <T>(siteId: SiteId, work: () => Promise<T>) => Promise<T> {
  const last = new Map<SiteId, Promise<unknown>>();
  return (siteId, work) => {
    const before = last.get(siteId) ?? Promise.resolve();
    const mine = before.then(work, work);
    const settled = mine.catch(() => undefined);
    last.set(siteId, settled);
    void settled.finally(() => {
      if (last.get(siteId) === settled) last.delete(siteId);
    });
    return mine;
  };
}
