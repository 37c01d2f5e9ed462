import { untilSignal } from "./until-signal.ts";

/**
 * Something that is found out once and remembered. Those who ask while it is being found out wait together; a failure is told to them and
 * forgotten. A caller who leaves does not end it for the others.
 */
export function remembered<T>(find: () => Promise<T>): (signal?: AbortSignal) => Promise<T> {
  let finding: Promise<T> | undefined;
  return (signal) => {
    if (finding === undefined) {
      const begun = find();
      finding = begun;
      begun.catch(() => {
        finding = undefined;
      });
    }
    return untilSignal(finding, signal);
  };
}
