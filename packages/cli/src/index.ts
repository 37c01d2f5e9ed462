/** `@hostelry/cli`: the command line as a function, for hosts that bring their own program. */
export type { ExitCode } from "./command-line/exit-code.ts";
export { runCommandLine, type Surroundings } from "./command-line/run-command-line.ts";
export type { TextSink } from "./terminal/text-sink.ts";
