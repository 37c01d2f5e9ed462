import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { FakeMatomoFault, FakeMatomoRequest } from "./fake-matomo-fault.ts";
import {
  answerMatomo,
  type FakeMatomoAnswer,
  type FakeMatomoRole,
  type FakeMatomoSite,
  matomoError,
} from "./fake-matomo-sites.ts";

/** Asked before each request is looked at; may answer with a fault. */
export type FakeMatomoHook = (
  request: FakeMatomoRequest,
) => FakeMatomoFault | undefined | Promise<FakeMatomoFault | undefined>;

/** Options of {@link fakeMatomo}. */
export interface FakeMatomoOptions {
  /** Default `5.2.0`. */
  readonly version?: string | undefined;
  /** Ids are texts, as in many versions. Default `true`. */
  readonly idsAsText?: boolean | undefined;
  /** A new site is found by the search only so many requests later. Default 0. */
  readonly visibleAfter?: number | undefined;
  /** What goes wrong from the beginning; also settable later. */
  readonly onRequest?: FakeMatomoHook | undefined;
}

/** A Matomo that runs. */
export interface FakeMatomo {
  /** `http://127.0.0.1:<port>/stats`. */
  readonly url: string;
  /** A super user's. */
  readonly token: string;
  /** Of somebody who may look and not make. */
  readonly viewerToken: string;
  /** By id. Tests may look, and change it behind everybody's back. */
  readonly sites: Map<number, FakeMatomoSite>;
  /** Every request so far. */
  readonly requests: readonly FakeMatomoRequest[];
  /** What goes wrong; `undefined`: nothing. */
  onRequest: FakeMatomoHook | undefined;
  /** Adds a site as somebody else would. */
  add(site: { readonly name: string; readonly url: string; readonly group: string }): number;
  /** Ends it, with all connections. */
  stop(): Promise<void>;
}

const page = "<!DOCTYPE html><html><head><title>Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>";
const warnings =
  "<br />\n<b>Warning</b>:  file_put_contents(): No space left on device in <b>/tmp/cache.php</b><br />\n";

/**
 * The part of Matomo's reporting API that makes and finds sites, over HTTP on this machine: tokens in the body only, errors with status
 * 200, no uniqueness, with faults on demand. For tests and examples; it keeps nothing, and counts nothing.
 */
export async function fakeMatomo(options: FakeMatomoOptions = {}): Promise<FakeMatomo> {
  const { version = "5.2.0", idsAsText = true, visibleAfter = 0 } = options;
  const sites = new Map<number, FakeMatomoSite>();
  const requests: FakeMatomoRequest[] = [];
  const token = "5f4dcc3b5aa765d61d8327deb882cf99";
  const viewerToken = "098f6bcd4621d373cade4e832627b4f6";
  const roles: Readonly<Record<string, FakeMatomoRole>> = { [token]: "super user", [viewerToken]: "viewer" };

  const answer = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(message.url ?? "/", "http://stats");
    const parameters = new URLSearchParams(await bodyOf(message));
    const role = roles[parameters.get("token_auth") ?? ""] ?? "nobody";
    parameters.delete("token_auth");
    const tokenInAddress = url.searchParams.has("token_auth");
    const request: FakeMatomoRequest = {
      method: parameters.get("method") ?? "",
      parameters,
      tokenInAddress,
      number: requests.length + 1,
    };
    requests.push(request);
    const fault = await matomo.onRequest?.(request);
    const perform = (): FakeMatomoAnswer => {
      if (message.method !== "POST" || url.pathname !== "/stats/index.php")
        return matomoError("There is nothing here.", 404);
      const halfMade = fault?.kind === "half-made";
      const { method, number } = request;
      return answerMatomo({ sites, method, parameters, role, number, visibleAfter, version, idsAsText, halfMade });
    };
    send(message, response, fault, perform);
  };

  const server = createServer((message, response) => {
    answer(message, response).catch((cause: unknown) => {
      // The client has gone, or the test's own hook threw: it must not look like an answer of Matomo.
      message.socket.destroy(cause instanceof Error ? cause : undefined);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  const matomo: FakeMatomo = {
    url: `http://127.0.0.1:${port}/stats`,
    token,
    viewerToken,
    sites,
    requests,
    onRequest: options.onRequest,
    add: ({ name, url, group }) => {
      const id = Math.max(0, ...sites.keys()) + 1;
      sites.set(id, { id, name, mainUrl: url.replace(/\/$/, ""), group, timezone: "UTC", visibleFrom: 0 });
      return id;
    },
    stop: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return matomo;
}

/** A fault that spoils the answer, before or after the work is done. */
type Spoiled = Extract<FakeMatomoFault, { readonly done: boolean }>;

function send(
  message: IncomingMessage,
  response: ServerResponse,
  fault: FakeMatomoFault | undefined,
  perform: () => FakeMatomoAnswer,
): void {
  if (fault?.kind === "error") {
    reply(response, matomoError(fault.message, fault.status));
  } else if (fault?.kind === "busy") {
    response.writeHead(429, { "retry-after": String(fault.retryAfterSeconds) });
    response.end("Too Many Requests");
  } else if (fault !== undefined && isSpoiled(fault)) {
    if (fault.done) perform();
    spoil(message, response, fault);
  } else if (fault?.kind === "slowly") {
    const { status, body } = perform();
    response.writeHead(status, { "content-type": "application/json" });
    response.write(JSON.stringify(body).slice(0, 1));
  } else {
    reply(response, perform(), fault?.kind === "warnings" ? warnings : "");
  }
}

function isSpoiled(fault: FakeMatomoFault): fault is Spoiled {
  return fault.kind === "drop" || fault.kind === "silence" || fault.kind === "page";
}

function spoil(message: IncomingMessage, response: ServerResponse, fault: Spoiled): void {
  if (fault.kind === "drop") message.socket.destroy();
  if (fault.kind !== "page") return;
  response.writeHead(fault.status, { "content-type": "text/html" });
  response.end(page);
}

function reply(response: ServerResponse, { status, body }: FakeMatomoAnswer, before = ""): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
  response.end(before + JSON.stringify(body));
}

async function bodyOf(message: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of message) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks).toString("utf8");
}
