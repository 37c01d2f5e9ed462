import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { buffer } from "node:stream/consumers";

/** What a visitor gets. */
export interface Sight {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
  /** The page's title; empty when it has none. */
  readonly title: string;
}

/**
 * Visits a page over HTTP on this machine. The host name goes into the header and not through DNS: browsers take every
 * name below `localhost` for this machine, Node does not on every system.
 */
export async function visit(
  port: number,
  host: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Sight> {
  const asked = request({
    host: "127.0.0.1",
    port,
    path,
    headers: { ...headers, host: `${host}:${port}` },
    agent: false,
  });
  const answered: Promise<IncomingMessage[]> = once(asked, "response");
  asked.end();
  const [response] = await answered;
  if (response === undefined) throw new TypeError("A response event carries a response.");
  const body = await buffer(response);
  const title = /<title>([^<]*)<\/title>/.exec(body.toString())?.[1] ?? "";
  return { status: response.statusCode ?? 0, headers: response.headers, body, title };
}

/** Visits a file by its name, as a link may say it: a page has a shorter address, to which the answer leads. */
export async function visitFile(port: number, host: string, path: string): Promise<Sight> {
  const sight = await visit(port, host, path);
  const { location } = sight.headers;
  return sight.status === 307 && location !== undefined ? visit(port, host, location) : sight;
}
