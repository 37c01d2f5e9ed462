import { type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { buffer } from "node:stream/consumers";

/** What is asked of a server on loopback. */
export interface Question {
  readonly host: string;
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What came back, as it came. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
}

/** Asks with a connection of its own; nothing is decoded. */
export async function askBytes(port: number, { host, target, headers }: Question): Promise<Answer> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ port, path: target, headers: { ...headers, host }, agent: false })
      .once("response", resolve)
      .once("error", reject)
      .end();
  });
  const bytes = await buffer(response);
  return { status: response.statusCode ?? 0, headers: response.headers, bytes, text: bytes.toString() };
}
