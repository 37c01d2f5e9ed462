import { createHash } from "node:crypto";
import { type IncomingMessage, request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import type { PublicAddress } from "./public-address.ts";

const maxRedirects = 3;
/** Probes ask for small files only; whoever sends more serves something else. */
const maxBytes = 4 * 1024 * 1024;

/** What to fetch. */
export interface HashRequest {
  readonly address: PublicAddress;
  /** Below the site's root, not encoded. */
  readonly path: string;
  readonly signal: AbortSignal;
}

/**
 * The SHA-256 of what a stranger gets for a path; `undefined` when that is no file: another status, a redirect to
 * elsewhere. Redirects within the name are followed, for servers send `/index.html` to `/`. Rejects when nobody answers.
 */
export async function fetchHash({ address, path, signal }: HashRequest): Promise<string | undefined> {
  const { origin } = new URL(address.origin);
  let url = new URL(path.split("/").map(encodeURIComponent).join("/"), `${origin}/`);
  for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
    const response = await ask(url, address, signal);
    const { statusCode = 0, headers } = response;
    if (statusCode === 200 && headers["content-encoding"] === undefined) return hashOf(response);
    response.destroy();
    const location = statusCode >= 300 && statusCode < 400 ? (headers.location ?? "") : "";
    if (location === "" || !URL.canParse(location, url.href)) return undefined;
    const next = new URL(location, url);
    if (next.origin !== origin) return undefined;
    url = next;
  }
  return undefined;
}

function ask(url: URL, { connectTo }: PublicAddress, signal: AbortSignal): Promise<IncomingMessage> {
  const secure = url.protocol === "https:";
  return new Promise((resolve, reject) => {
    const sent = (secure ? tlsRequest : plainRequest)({
      host: connectTo?.host ?? url.hostname.replace(/^\[|\]$/g, ""),
      port: connectTo?.port ?? (url.port === "" ? undefined : Number(url.port)),
      path: `${url.pathname}${url.search}`,
      servername: url.hostname,
      // A cache on the way shall not answer for the site, and nobody shall compress what is to be hashed.
      headers: { host: url.host, "accept-encoding": "identity", "cache-control": "no-cache" },
      agent: false,
      signal,
    });
    sent.once("response", resolve).once("error", reject).end();
  });
}

async function hashOf(response: IncomingMessage): Promise<string | undefined> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) return undefined;
    hash.update(chunk);
  }
  return hash.digest("hex");
}
