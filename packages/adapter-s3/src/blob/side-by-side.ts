/** Does something for each item, some of them side by side; begins no more after a failure. */
export async function sideBySide<T>(
  items: Iterable<T>,
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  let failed = false;
  const worker = async (): Promise<void> => {
    for (let step = queue.next(); step.done !== true && !failed; step = queue.next()) {
      try {
        await work(step.value);
      } catch (cause) {
        failed = true;
        throw cause;
      }
    }
  };
  // All of them are waited for, so that nothing goes on behind the caller's back.
  const outcomes = await Promise.allSettled(Array.from({ length: width }, worker));
  const first = outcomes.find((outcome) => outcome.status === "rejected");
  if (first !== undefined) throw first.reason;
}
