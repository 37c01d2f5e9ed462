import { once } from "node:events";
import { type IncomingHttpHeaders, request } from "node:http";
import { buffer } from "node:stream/consumers";

/** An answer, with its body as text. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What to ask. */
export interface Question {
  readonly port: number;
  readonly host: string;
  /** Sent as it is, without normalising it. Default `/`. */
  readonly path?: string | undefined;
  /** Default GET. */
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Asks a server on 127.0.0.1, on a connection of its own. */
export async function ask({ port, host, path = "/", method = "GET", headers = {} }: Question): Promise<Answer> {
  const asked = request({ host: "127.0.0.1", port, path, method, agent: false, headers: { host, ...headers } });
  asked.end();
  const [response] = await once(asked, "response");
  const body = (await buffer(response)).toString();
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}
