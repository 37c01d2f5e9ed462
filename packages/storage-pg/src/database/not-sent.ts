/** The statement never left: nothing was changed, whatever `cause` says. */
export class NotSent extends Error {
  override readonly name: string = "NotSent";

  constructor(cause: unknown) {
    super("The statement was not sent.", { cause });
  }
}

/** What a driver threw, without the note that nothing was sent. */
export function driverError(thrown: unknown): unknown {
  return thrown instanceof NotSent ? thrown.cause : thrown;
}
