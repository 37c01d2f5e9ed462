/** Signals by their numbers on Linux, as far as programs die of them. 1, 2, 3, 6, 9, 14 and 15 are the same everywhere. */
const signalNames: ReadonlyMap<number, string> = new Map([
  [1, "SIGHUP"],
  [2, "SIGINT"],
  [3, "SIGQUIT"],
  [4, "SIGILL"],
  [5, "SIGTRAP"],
  [6, "SIGABRT"],
  [7, "SIGBUS"],
  [8, "SIGFPE"],
  [9, "SIGKILL"],
  [10, "SIGUSR1"],
  [11, "SIGSEGV"],
  [12, "SIGUSR2"],
  [13, "SIGPIPE"],
  [14, "SIGALRM"],
  [15, "SIGTERM"],
  [24, "SIGXCPU"],
  [25, "SIGXFSZ"],
  [31, "SIGSYS"],
]);

const numbers: ReadonlyMap<string, number> = new Map([...signalNames].map(([number, name]) => [name, number]));

/** A shell's exit code for a program ended by a signal, read backwards: 137 is `SIGKILL`; `null` for others. */
export function signalOfExitCode(exitCode: number): string | null {
  return exitCode > 128 ? (signalNames.get(exitCode - 128) ?? null) : null;
}

/** A shell's exit code for a program ended by a signal; 255 for a signal of another system. */
export function exitCodeOfSignal(signal: string): number {
  const number = numbers.get(signal);
  return number === undefined ? 255 : 128 + number;
}
