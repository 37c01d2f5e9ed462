/** Names a log: one run of something, e.g. of a build. Never given to another run. Made by {@link logStreamId}. */
export type LogStreamId = string & { readonly __brand: "LogStreamId" };

/** Where a line came from: a program's two outputs, or the host itself. */
export type LogChannel = "stdout" | "stderr" | "system";

/** All channels. */
export const logChannels: readonly LogChannel[] = ["stdout", "stderr", "system"];

/** A line as its writer gives it. */
export interface LogLine {
  readonly channel: LogChannel;
  /** Without its line end; any characters, also none. */
  readonly text: string;
  /** When it was written, by the writer's clock. */
  readonly at: Date;
}

/** A line of a log. */
export interface LogEntry extends LogLine {
  /** 1, 2, 3 … within the stream, without gap. */
  readonly sequence: number;
}

/** How a log ended. */
export interface LogEnd {
  /** What came of it, in a word of the host's, e.g. `succeeded`. 1 to 100 characters. */
  readonly outcome: string;
  readonly at: Date;
}

/** How far a log has come. */
export interface LogHead {
  /** The newest entry's sequence; 0 before the first. */
  readonly last: number;
  /** UTF-8 bytes of all texts. */
  readonly bytes: number;
  /** Set when nothing will come any more. */
  readonly end?: LogEnd | undefined;
}
