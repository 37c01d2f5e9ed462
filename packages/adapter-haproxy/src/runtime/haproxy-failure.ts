/** Something that HAProxy said and that is no success. */
export class HaproxyRefusal extends Error {
  override readonly name = "HaproxyRefusal";
}

/** HAProxy could not be asked, or has not answered. */
export class HaproxyUnreachable extends Error {
  override readonly name = "HaproxyUnreachable";
}

/** Whether it may be otherwise in a moment: while a reload hands the socket over, nobody listens, or a connection is cut. */
export function isPassing(cause: unknown): boolean {
  if (cause instanceof HaproxyRefusal) return !cause.message.includes("Unknown map identifier");
  if (!(cause instanceof HaproxyUnreachable)) return false;
  const { cause: met } = cause;
  const code = met instanceof Error && "code" in met ? met.code : undefined;
  return code === "ECONNRESET" || code === "EPIPE" || code === "ECONNREFUSED" || code === "ENOENT";
}
