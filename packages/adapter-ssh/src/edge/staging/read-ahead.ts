/**
 * Reads a source to its end without being asked, and gives what it has read to any number of readers, each thing as soon as it is
 * there. An error of the source is thrown to each reader in its place. For what is little enough to be kept.
 */
export function readAhead<T>(source: AsyncIterable<T>): AsyncIterable<T> {
  const read: T[] = [];
  const waiting: (() => void)[] = [];
  let end: { readonly cause?: unknown } | undefined;
  const tell = (): void => {
    for (const wake of waiting.splice(0)) wake();
  };
  const readAll = async (): Promise<void> => {
    try {
      for await (const one of source) {
        read.push(one);
        tell();
      }
      end = {};
    } catch (cause) {
      end = { cause };
    }
    tell();
  };
  void readAll();
  return {
    async *[Symbol.asyncIterator]() {
      for (let at = 0; ; at += 1) {
        while (at >= read.length && end === undefined) await new Promise<void>((resolve) => waiting.push(resolve));
        if (at < read.length) yield read[at] as T;
        else if (end !== undefined && "cause" in end) throw end.cause;
        else return;
      }
    },
  };
}
