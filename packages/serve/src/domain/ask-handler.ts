import type { DomainIndex, IssueDecision } from "@hostelry/core";

/** Settings of {@link askHandler}. */
export interface AskHandlerOptions {
  /** Who decides: a `domainIndex`. */
  readonly index: Pick<DomainIndex, "mayIssue">;
  /** Told of every decision, e.g. for a log. Must return quickly. */
  readonly onDecision?: ((host: string, decision: IssueDecision) => void) | undefined;
}

/**
 * Answers a web server that asks, in the midst of a TLS handshake, whether it may get a certificate for a name: Caddy's
 * `on_demand_tls { ask … }`, which sends `GET …?domain=<name>` and takes 2xx for yes and anything else for no. Any path will do.
 * Decided in memory. Not for strangers: listen where only the edge can connect, for the answers tell which names are customers'.
 *
 * 200 yes · 403 no · 400 no single `domain` was given · 405 neither GET nor HEAD. The body of a no is its reason.
 */
export function askHandler({ index, onDecision }: AskHandlerOptions): (request: Request) => Response {
  return (request) => {
    if (request.method !== "GET" && request.method !== "HEAD") return answer(405, "method", { allow: "GET, HEAD" });
    const hosts = new URL(request.url).searchParams.getAll("domain");
    const [host] = hosts;
    if (host === undefined || hosts.length > 1) return answer(400, "domain");
    const decision = index.mayIssue(host);
    onDecision?.(host, decision);
    return answer(decision.allowed ? 200 : 403, decision.reason);
  };
}

function answer(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Response {
  const fixed = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" };
  return new Response(`${text}\n`, { status, headers: { ...fixed, ...headers } });
}
