/** What follows a word in the lines of an answer. */
export type ScriptAnswers = (word: string) => readonly string[];

/** Reads what the script printed. */
export function answersIn(text: string): ScriptAnswers {
  const lines = text.split("\n");
  return (word) => [
    ...new Set(
      lines.flatMap((line) =>
        line === word ? [""] : line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : [],
      ),
    ),
  ];
}
