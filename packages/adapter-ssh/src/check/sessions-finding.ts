import {
  err,
  flow,
  hostingError,
  ok,
  type ResultAsync,
  type Transport,
  type TransportError,
  type TransportProcess,
} from "@hostelry/core/adapter";
import type { CheckNodeError, NodeExpectations } from "./node-expectations.ts";
import type { NodeFinding } from "./node-report.ts";

/** So many sites at once keep a target busy that was told nothing else, and one more is for whatever else there is. */
const wanted = 5;

/**
 * After so many ways there and back, in which somebody waited and no program came, none will come: two for a session and the program in it, and
 * a few for others on this connection that are ending what they have kept for later.
 */
const enoughQuiet = 10;

/**
 * Counts how many programs may run at once on the connection. A server that allows no more (`MaxSessions`) refuses, and the transport then
 * waits, as long as need be. Servers answer in the order in which they are asked: what is not there after others have been spoken with
 * is not coming.
 */
export function sessionsFinding(
  transport: Transport,
  { signal, timeoutMs }: NodeExpectations,
): ResultAsync<NodeFinding, CheckNodeError> {
  return flow(async function* () {
    const enough = new AbortController();
    const limits = [enough.signal, AbortSignal.timeout(timeoutMs), ...(signal === undefined ? [] : [signal])];
    const options = { signal: AbortSignal.any(limits), timeoutMs };
    const running: TransportProcess[] = [];
    let failed = 0;
    const start = (): ResultAsync<number, TransportError> =>
      transport
        .start({ argv: ["cat"] }, options)
        .map((program) => running.push(program))
        .mapErr((error) => {
          failed += 1;
          return error;
        });
    // Alone, and spoken with: by then the server has taken note that what was run before has ended.
    void (await start());
    const [program] = running;
    const heard = program?.stdout[Symbol.asyncIterator]();
    const others: ResultAsync<number, TransportError>[] = [];
    if (program !== undefined && heard !== undefined && (await isEchoed(program, heard))) {
      while (others.length < wanted - 1) others.push(start());
      for (let quiet = 0; running.length + failed < wanted && quiet < enoughQuiet; ) {
        const before = running.length;
        if (!(await isEchoed(program, heard))) break;
        quiet = transport.crowd?.isCrowded() === true && running.length === before ? quiet + 1 : 0;
      }
    }
    const sessions = running.length;
    enough.abort();
    for (const other of others) void (await other);
    for (const each of running) void (await each.stop());
    if (signal?.aborted === true) return err(aborted(signal.reason));
    return ok(verdict(sessions));
  });
}

/** Whether the program gives back what it is given; it does until it is ended. */
async function isEchoed(program: TransportProcess, heard: AsyncIterator<Uint8Array>): Promise<boolean> {
  const said = await program.write(new TextEncoder().encode("?\n"));
  if (said.isErr() || !said.value.accepted) return false;
  return heard.next().then(
    ({ done }) => done !== true,
    () => false,
  );
}

function verdict(sessions: number): NodeFinding {
  const facts = { sessions };
  if (sessions === 0) {
    return { check: "sessions", status: "skipped", message: "sessions could not be counted", facts };
  }
  if (sessions >= wanted) {
    return { check: "sessions", status: "ok", message: `a connection may have ${sessions} sessions at once`, facts };
  }
  const message = `a connection may have no more than ${sessions} at once: sites that are published side by side wait for each other`;
  const nextStep =
    "In the node's sshd_config: MaxSessions 10 (as it comes), unless something else uses this connection now.";
  return { check: "sessions", status: "warning", message, nextStep, facts };
}

function aborted(cause: unknown): CheckNodeError {
  return hostingError("ABORTED", "checkNode was ended by its caller.", { operation: "checkNode" }, { cause });
}
