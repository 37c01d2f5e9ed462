import {
  err,
  flow,
  type HostingErrorOf,
  hostingError,
  ok,
  type ResultAsync,
  type Transport,
  type TransportError,
} from "@hostelry/core/adapter";
import { answerOf } from "./answer-of.ts";
import { capabilitiesFinding } from "./capabilities-finding.ts";
import { clockFinding } from "./clock-finding.ts";
import type { CheckNodeError, CheckNodeOptions } from "./node-expectations.ts";
import type { NodeFinding, NodeReport } from "./node-report.ts";
import { sessionsFinding } from "./sessions-finding.ts";
import { tryFiles } from "./try-files.ts";
import { tryPrograms } from "./try-programs.ts";
import { webServerFinding } from "./web-server-finding.ts";

/**
 * Looks whether a machine can be published to: reached with the expected key, what it allows, programs, root, links and
 * renames as a release needs them, space, clock, how many programs may run at once, and what its web server keeps after a flip. Sites are
 * not looked at.
 *
 * Absent: a machine that can't be reached, or a root that is not there, is a finding with `failed`.
 * Repeated: looks again.
 * Concurrent: any number, also beside publishers; what they use of the connection's sessions is not counted then.
 * Cancelled: `ABORTED`.
 * Half-way: things are tried in a directory of its own below the root, `.hostelry-check-…`, which is removed also when the
 *   connection breaks; over SFTP alone it may stay.
 * Limits: it needs a moment of the machine, and some kilobytes of its disk. The clock is known to about a second.
 */
export function checkNode(transport: Transport, options: CheckNodeOptions): ResultAsync<NodeReport, CheckNodeError> {
  const { root, kind = "edge", signal, now = () => new Date() } = options;
  const {
    minFreeBytes = 1_000_000_000,
    minFreeInodes = 50_000,
    maxClockOffsetMs = 5_000,
    timeoutMs = 30_000,
  } = options;
  const expected = { ...options, kind, now, minFreeBytes, minFreeInodes, maxClockOffsetMs, timeoutMs };
  return flow(async function* () {
    if (!root.startsWith("/")) return err(invalidRoot(root));
    const begunAt = now().getTime();
    const reached = yield* answerOf(transport.connect({ signal }));
    if (reached.isErr()) return ok(reportOf(transport, [unreachable(reached.error)]));
    const findings: NodeFinding[] = [
      {
        check: "reach",
        status: "ok",
        message: "reached and signed in; its key is the expected one",
        facts: { elapsedMs: now().getTime() - begunAt },
      },
      capabilitiesFinding(transport, kind),
    ];
    if (findings.some(({ status }) => status === "failed")) return ok(reportOf(transport, findings));
    const tried = kind === "edge" ? tryPrograms(transport, expected) : tryFiles(transport, expected);
    findings.push(...(yield* tried));
    // Without a shell there is nobody to ask.
    if (findings.some(({ check, status }) => check === "programs" && status === "failed")) {
      return ok(reportOf(transport, findings));
    }
    if (kind === "edge") {
      findings.push(yield* clockFinding(transport, expected));
      findings.push(yield* sessionsFinding(transport, expected));
    }
    findings.push(yield* webServerFinding(transport, expected));
    return ok(reportOf(transport, findings));
  });
}

function reportOf({ name }: Transport, findings: readonly NodeFinding[]): NodeReport {
  return { transport: name, findings, usable: findings.every(({ status }) => status !== "failed") };
}

function unreachable(error: TransportError): NodeFinding {
  const { code, message, nextStep } = error;
  return { check: "reach", status: "failed", message, nextStep, facts: { code } };
}

function invalidRoot(root: string): HostingErrorOf<"INVALID_INPUT"> {
  const problem = "it must be an absolute path";
  return hostingError("INVALID_INPUT", `The root ${JSON.stringify(root)} can't be used: ${problem}.`, {
    field: "root",
    problem,
  });
}
