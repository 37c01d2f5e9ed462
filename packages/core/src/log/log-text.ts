import { lineSplitter } from "./line-splitter.ts";
import { secretFilter } from "./secret-filter.ts";

/** Makes lines without secrets of what a program writes, whatever pieces it comes in. */
export interface LogText {
  /** The lines that are complete with this piece. */
  feed(chunk: Uint8Array | string): readonly string[];
  /** The last line, if it has no end. */
  end(): readonly string[];
}

/** Bytes or text → characters → without secrets → lines. A character, a secret and a line may be cut anywhere. */
export function logText(options: { readonly redact: readonly string[]; readonly maxLineLength: number }): LogText {
  // Bytes that are no UTF-8 become U+FFFD; a byte order mark is a character like others.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const filter = secretFilter(options.redact);
  const splitter = lineSplitter(options.maxLineLength);
  return {
    feed(chunk) {
      const text = typeof chunk === "string" ? decoder.decode() + chunk : decoder.decode(chunk, { stream: true });
      return splitter.feed(filter.feed(text));
    },
    end() {
      const rest = filter.feed(decoder.decode()) + filter.end();
      return [...splitter.feed(rest), ...splitter.end()];
    },
  };
}
