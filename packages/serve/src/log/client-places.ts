/** How many clients may follow at the same time. */
export interface ClientLimits {
  readonly maxClients: number;
  readonly maxClientsPerStream: number;
}

/** Places for clients. */
export interface ClientPlaces {
  /** Takes a place, and answers how to give it back (once or more often); `undefined`: there is none. */
  take(key: string): (() => void) | undefined;
  readonly taken: number;
}

/** Places that are all free. */
export function clientPlaces({ maxClients, maxClientsPerStream }: ClientLimits): ClientPlaces {
  const perKey = new Map<string, number>();
  let taken = 0;
  return {
    take(key) {
      const ofKey = perKey.get(key) ?? 0;
      if (taken >= maxClients || ofKey >= maxClientsPerStream) return undefined;
      taken += 1;
      perKey.set(key, ofKey + 1);
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        taken -= 1;
        const left = (perKey.get(key) ?? 1) - 1;
        if (left === 0) perKey.delete(key);
        else perKey.set(key, left);
      };
    },
    get taken() {
      return taken;
    },
  };
}
