import { untilSignal } from "../client/until-signal.ts";

/**
 * A look that many share: everybody gets what a look found that began after they asked; while one is underway, all who ask wait for the next.
 */
export function sharedLook<T>(look: () => Promise<T>): (signal?: AbortSignal) => Promise<T> {
  let underway: Promise<void> | undefined;
  let next: Promise<T> | undefined;

  const begin = (): Promise<T> => {
    next = undefined;
    const looking = look();
    const nothing = (): void => {};
    const ended = looking.then(nothing, nothing);
    underway = ended;
    void ended.then(() => {
      if (underway === ended) underway = undefined;
    });
    return looking;
  };

  return (signal) => {
    if (underway === undefined) return untilSignal(begin(), signal);
    next ??= underway.then(begin);
    return untilSignal(next, signal);
  };
}
