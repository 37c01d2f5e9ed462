/** Something on the command line that can't be meant. Thrown, because nothing has been begun when it is found. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly code = "USAGE";
}
