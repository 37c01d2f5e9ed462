/** What is to be found at a challenge's address. Has to be the same on every machine that the name leads to. */
export interface ChallengeAnswers {
  /**
   * What answers a challenge, or `null` when it is none of ours.
   *
   * @param hostname in lower case, without port.
   * @param token 1 to 200 letters, digits, `-` and `_`.
   */
  contentOf(hostname: string, token: string): string | null | Promise<string | null>;
}

/** Answers in the memory of one process. */
export interface ChallengeTable extends ChallengeAnswers {
  /** Repeated: the last content counts. */
  present(hostname: string, token: string, content: string): void;
  /** What is not there is success. */
  withdraw(hostname: string, token: string): void;
}

/** A table with nothing in it. It holds what was presented until it is withdrawn. */
export function challengeTable(): ChallengeTable {
  const contents = new Map<string, string>();
  const keyOf = (hostname: string, token: string): string => `${hostname.toLowerCase()}/${token}`;
  return {
    contentOf: (hostname, token) => contents.get(keyOf(hostname, token)) ?? null,
    present: (hostname, token, content) => {
      contents.set(keyOf(hostname, token), content);
    },
    withdraw: (hostname, token) => {
      contents.delete(keyOf(hostname, token));
    },
  };
}
