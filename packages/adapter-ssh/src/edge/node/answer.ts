/** What a node said to a request: lines, and how they ended. */
export interface Answer {
  readonly lines: readonly string[];
  readonly end: AnswerEnd;
}

/** `refused`: the request can't be granted, for a reason the protocol knows. `failed`: a program on the node failed. */
export type AnswerEnd =
  | { readonly kind: "done" }
  | { readonly kind: "refused"; readonly code: string; readonly facts: string }
  | { readonly kind: "failed"; readonly message: string };

/** Reads a line as the end of the answer to request `nonce`; `undefined` when it is not. */
export function answerEnd(line: string, nonce: string): AnswerEnd | undefined {
  if (line === `done ${nonce}`) return { kind: "done" };
  const refused = after(line, `refused ${nonce} `);
  if (refused !== undefined) {
    const [code = ""] = refused.split(" ", 1);
    return { kind: "refused", code, facts: refused.slice(code.length + 1) };
  }
  const failed = after(line, `failed ${nonce} `);
  return failed === undefined ? undefined : { kind: "failed", message: failed.replace(/^[0-9]+ /, "") };
}

/** The rest of the first line that begins with a word; `undefined` when there is none. */
export function lineOf(answer: Answer, word: string): string | undefined {
  for (const line of answer.lines) {
    const rest = after(line, `${word} `);
    if (rest !== undefined) return rest;
  }
  return undefined;
}

/** The rests of all lines that begin with a word. */
export function linesOf(answer: Answer, word: string): readonly string[] {
  return answer.lines.flatMap((line) => after(line, `${word} `) ?? []);
}

function after(line: string, prefix: string): string | undefined {
  return line.startsWith(prefix) ? line.slice(prefix.length) : undefined;
}
