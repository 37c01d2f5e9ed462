import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { matomoAnalytics } from "@hostelry/adapter-matomo";
import { type OperationStore, type ProvisionWaitingOptions, provisionWaiting, type WaitingSites } from "@hostelry/core";
import { type ProcessOrder, readOrder } from "./read-order.ts";

/** What the endpoint keeps: records, and no credentials. */
export interface EndpointOptions {
  readonly sites: WaitingSites;
  readonly operations: OperationStore;
  /** Connects with what the request brought along. */
  readonly openerFor: (order: ProcessOrder) => ProvisionWaitingOptions["openServer"];
}

const maxBodyBytes = 256 * 1024;

/** `POST /process` runs over what waits; `GET /health` says that it is up. Give it a door of its own: whoever reaches it can make sites. */
export function provisioningEndpoint(options: EndpointOptions): Server {
  const process = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    const order = body === undefined ? `The body is longer than ${maxBodyBytes} bytes.` : readOrder(body);
    if (typeof order === "string") return answer(response, 400, { error: order });
    const ending = new AbortController();
    response.once("close", () => ending.abort());
    const { url, token } = order.matomo ?? {};
    const provider = url === undefined || token === undefined ? undefined : analyticsAt(url, token);
    if (typeof provider === "string") return answer(response, 400, { error: provider });
    const run = await provisionWaiting(
      {
        sites: options.sites,
        operations: options.operations,
        openServer: options.openerFor(order),
        analytics: provider === undefined ? undefined : { provider, group: "hostelry" },
      },
      { signal: ending.signal },
    );
    run.match(
      ({ sites, skipped }) => {
        const told = sites.map(({ site, state, documentRoot, analyticsId, reason, retryable }) => {
          return { id: site.id, domain: site.domain, state, documentRoot, analyticsId, reason, retryable };
        });
        answer(response, 200, { sites: told, skipped: skipped.map(({ id }) => id) });
      },
      ({ code, message, nextStep }) => answer(response, 503, { error: message, code, nextStep }),
    );
  };
  return createServer((request, response) => {
    const route = `${request.method} ${request.url}`;
    if (route === "GET /health") return answer(response, 200, { status: "ok" });
    if (route !== "POST /process") return answer(response, 404, { error: "Use POST /process or GET /health." });
    process(request, response).catch((cause: unknown) => {
      // A bug: nobody outside is told what it was, for it might hold anything.
      console.error(cause instanceof Error ? cause.name : "unknown failure");
      answer(response, 500, { error: "The run broke off." });
    });
  });
}

function analyticsAt(url: string, token: string): ReturnType<typeof matomoAnalytics> | string {
  try {
    return matomoAnalytics({ url, token });
  } catch (cause) {
    return cause instanceof TypeError ? cause.message : "The field matomo can't be used.";
  }
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Uint8Array).length;
    if (bytes <= maxBodyBytes) chunks.push(chunk as Uint8Array);
  }
  return bytes > maxBodyBytes ? undefined : Buffer.concat(chunks).toString("utf8");
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { "content-type": "application/json" });
  response.end(`${JSON.stringify(body)}\n`);
}
