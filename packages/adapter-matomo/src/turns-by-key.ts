/** Runs pieces of work with one key after each other, and those of different keys side by side. */
export type TurnsByKey = <T>(key: string, work: () => PromiseLike<T>) => Promise<T>;

/** Turns, without any taken. */
export function turnsByKey(): TurnsByKey {
  const last = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const before = last.get(key);
    const mine = (async () => {
      await before?.catch(() => undefined); // Its own caller is told.
      return await work();
    })();
    last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (last.get(key) === mine) last.delete(key);
    }
  };
}
