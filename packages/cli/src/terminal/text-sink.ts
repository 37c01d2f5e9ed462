/** A place to write to: a process stream, or what a test gives. */
export interface TextSink {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
}
