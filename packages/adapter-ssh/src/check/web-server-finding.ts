import { flow, ok, type ResultAsync, type Transport } from "@hostelry/core/adapter";
import { readStaleness } from "../web-server/staleness/read-staleness.ts";
import type { StalenessReport } from "../web-server/staleness/staleness.ts";
import { answerOf } from "./answer-of.ts";
import type { CheckNodeError, NodeExpectations } from "./node-expectations.ts";
import type { NodeFinding } from "./node-report.ts";

/** Asks the node's nginx, if it is said how, for how long it shows an earlier release after a flip. */
export function webServerFinding(
  transport: Transport,
  { root, webServer, signal, timeoutMs }: NodeExpectations,
): ResultAsync<NodeFinding, CheckNodeError> {
  return flow(async function* () {
    if (webServer === undefined || !transport.capabilities.exec) return ok(skipped());
    const read = yield* answerOf(readStaleness(transport, { ...webServer, root, signal, timeoutMs }));
    if (read.isOk()) return ok(stalenessFinding(read.value));
    const said = reasonIn(read.error.cause);
    return ok({
      check: "web-server" as const,
      status: "warning" as const,
      message: `${read.error.message}${said === undefined || said === "" ? "" : ` ${said}`}`,
      nextStep:
        webServer.sudo === true
          ? "Let sudo run `nginx -T` for this account without a password; docs/how-to/prepare-an-edge-node.md has the line."
          : "Only root may read all that nginx reads: say `sudo` for the web server, and allow it on the node.",
      facts: { code: read.error.code },
    });
  });
}

/** The line with which nginx gives up, else the last one. */
function reasonIn(cause: unknown): string | undefined {
  const lines = cause instanceof Error ? cause.message.trim().split("\n") : [];
  return lines.find((line) => line.includes("[emerg]")) ?? lines.at(-1);
}

function skipped(): NodeFinding {
  const message = "nginx was not asked what it keeps after a flip";
  return { check: "web-server", status: "skipped", message, facts: {} };
}

/** What a report of staleness is worth. */
export function stalenessFinding({ serverSeconds, visitorSeconds, findings }: StalenessReport): NodeFinding {
  const facts = { serverSeconds, visitorSeconds, causes: findings.map(({ cause, where }) => `${cause} ${where}`) };
  const [worst] = [...findings]
    .filter(({ cause }) => cause !== "browser-cache")
    .sort((left, right) => (right.seconds ?? Number.POSITIVE_INFINITY) - (left.seconds ?? Number.POSITIVE_INFINITY));
  if (worst === undefined) {
    return { check: "web-server", status: "ok", message: "nginx shows a flip at once", facts };
  }
  const { message, where, nextStep } = worst;
  return { check: "web-server", status: "warning", message: `${message} (${where})`, nextStep, facts };
}
