/** Makes lines of a text that comes in pieces. */
export interface LineSplitter {
  /** The lines that end in this piece. */
  feed(text: string): readonly string[];
  /** The last line, if it has no end; the splitter is as new then. */
  end(): readonly string[];
}

/**
 * A splitter. A line ends with a line feed, a carriage return, or both; a carriage return alone is how programs draw over a
 * line, so each state of a progress bar is a line. Of a line that is longer than `maxLineLength` UTF-16 code units the first ones
 * are kept, and a mark behind them says how many were cut.
 */
export function lineSplitter(maxLineLength: number): LineSplitter {
  let kept = "";
  let cut = 0;
  let begun = false;
  let afterReturn = false;

  const add = (text: string): void => {
    if (text === "") return;
    begun = true;
    const room = maxLineLength - kept.length;
    if (cut === 0 && text.length <= room) {
      kept += text;
      return;
    }
    // No half of a character.
    const fits = room > 0 && isHighSurrogate(text.charCodeAt(room - 1)) ? room - 1 : room;
    const fitting = cut > 0 ? "" : text.slice(0, fits);
    kept += fitting;
    cut += text.length - fitting.length;
  };
  const take = (): string => {
    const line = cut === 0 ? kept : `${kept} … [cut: ${cut} characters]`;
    kept = "";
    cut = 0;
    begun = false;
    return line;
  };

  return {
    feed(text) {
      if (text === "") return [];
      const lines: string[] = [];
      // That line feed belongs to the carriage return before it.
      let from = afterReturn && text.startsWith("\n") ? 1 : 0;
      afterReturn = text.endsWith("\r");
      const lineEnd = /\r\n|\n|\r/g;
      lineEnd.lastIndex = from;
      for (let found = lineEnd.exec(text); found !== null; found = lineEnd.exec(text)) {
        add(text.slice(from, found.index));
        lines.push(take());
        from = lineEnd.lastIndex;
      }
      add(text.slice(from));
      return lines;
    },
    end() {
      afterReturn = false;
      return begun ? [take()] : [];
    },
  };
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
