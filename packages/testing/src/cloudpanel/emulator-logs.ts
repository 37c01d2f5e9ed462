/** One call of the emulator. */
export interface PanelCall {
  /** Whose call it was; 0 is root. */
  readonly uid: number;
  /** As the emulator got them. They may hold passwords. */
  readonly argv: readonly string[];
}

/** One order at the emulated authority. */
export interface PanelOrder {
  /** Each certificate takes one of each; a refused one only the first. */
  readonly stage: "production" | "staging";
  readonly names: readonly string[];
}

/** Reads the log of calls: a line for each, the arguments in hexadecimal with a dot after each. */
export function emulatorCalls(text: string): readonly PanelCall[] {
  return linesOf(text).map((line) => {
    const [uid = "", ...words] = line.split(" ");
    return {
      uid: Number(uid),
      argv: words.map((word) => Buffer.from(word.replace(/\.$/, ""), "hex").toString("utf8")),
    };
  });
}

/** Reads the log of orders. */
export function emulatorOrders(text: string): readonly PanelOrder[] {
  return linesOf(text).map((line) => {
    const [stage, ...names] = line.trim().split(" ");
    return { stage: stage === "staging" ? "staging" : "production", names };
  });
}

function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}
