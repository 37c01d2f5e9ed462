/** The POSIX code of something thrown by the file system, e.g. `ENOENT`; empty when it has none. */
export function systemCode(cause: unknown): string {
  return typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "";
}

/** Runs a call; `undefined` when it failed with one of the codes, everything else is thrown on. */
export function unless<T>(codes: readonly string[], call: () => T): T | undefined {
  try {
    return call();
  } catch (cause) {
    if (codes.includes(systemCode(cause))) return undefined;
    throw cause;
  }
}

/** Runs a call for something that may be gone. */
export function unlessAbsent<T>(call: () => T): T | undefined {
  return unless(["ENOENT"], call);
}

/** Runs a call; `false` when it failed with one of the codes, everything else is thrown on. */
export function succeeds(call: () => void, ...codes: readonly string[]): boolean {
  try {
    call();
    return true;
  } catch (cause) {
    if (codes.includes(systemCode(cause))) return false;
    throw cause;
  }
}
