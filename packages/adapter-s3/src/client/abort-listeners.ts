/**
 * Listens to a signal beside hundreds of others who do. They have one listener of it between them: a signal looks through all of its
 * listeners to let one go, and each blob of a site on its way listens several times.
 */
export function onAbort(signal: AbortSignal, listener: () => void): void {
  const shared = listening.get(signal) ?? share(signal);
  shared.listeners.add(listener);
}

/** Listens no more. Nothing stays on the signal when nobody is left: a composed signal lives as long as it is listened to. */
export function offAbort(signal: AbortSignal, listener: () => void): void {
  const shared = listening.get(signal);
  if (shared === undefined) return;
  shared.listeners.delete(listener);
  if (shared.listeners.size > 0) return;
  signal.removeEventListener("abort", shared.tellAll);
  listening.delete(signal);
}

interface Shared {
  readonly listeners: Set<() => void>;
  readonly tellAll: () => void;
}

const listening = new WeakMap<AbortSignal, Shared>();

function share(signal: AbortSignal): Shared {
  const listeners = new Set<() => void>();
  const tellAll = (): void => {
    for (const listener of [...listeners]) listener();
  };
  const shared = { listeners, tellAll };
  listening.set(signal, shared);
  signal.addEventListener("abort", tellAll, { once: true });
  return shared;
}
