import { randomBytes } from "node:crypto";
import { hostingError, type Transport, type TransportProcess, unwrap } from "@hostelry/core/adapter";
import { type Answer, answerEnd } from "./answer.ts";
import { linesIn } from "./line-reader.ts";
import { nodeCommand, packedScript } from "./node-script.ts";

/** The protocol's name and version; the script's first line. */
const greeting = "hostelry-edge 1";

/** A request to a node. */
export interface NodeRequest {
  /** Verb, site, and what the verb takes; none has a blank in it. */
  readonly words: readonly string[];
  /** Lines that follow the request. */
  readonly followedBy?: readonly string[] | undefined;
  /**
   * Bytes that follow them, and that say themselves where they end. The session goes on after them if the request was done.
   * What is there already goes in one packet with the request.
   */
  readonly following?: AsyncIterable<Uint8Array> | Uint8Array | undefined;
  /** What the request takes as the rest of the session's input; the session ends with it. */
  readonly input?: AsyncIterable<Uint8Array> | undefined;
  /** Told of every line of the answer as it comes. */
  readonly onLine?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The script, running on a node and waiting for requests; one at a time. */
export interface NodeSession {
  /** Sends a request and reads its answer. Throws the transport's error when the session breaks. */
  ask(request: NodeRequest): Promise<Answer>;
  /** Whether it can take another request. */
  readonly open: boolean;
  /** Requests answered so far. */
  readonly answered: number;
  /** How long the transport took to start it over a connection that stood: twice the way there and back, and a little. */
  readonly startedInMs: number;
  /** For how long nothing was heard on it. */
  readonly silentMs: number;
  /** Ends it, with whatever it is doing. */
  stop(): Promise<void>;
}

/** What a session is for, for the requests' second and third word. */
export interface NodeSessionOptions {
  /** Absolute; `sites/` is below it. */
  readonly root: string;
  /** Account to become first; `undefined`: the transport's. */
  readonly runAs?: string | undefined;
  readonly durability: "full" | "none";
  readonly now: () => Date;
}

/** Starts the script on a node. Resolves when the transport has started it; the greeting is awaited with the first answer. */
export async function nodeSession(transport: Transport, options: NodeSessionOptions): Promise<NodeSession> {
  await unwrap(transport.connect());
  const begun = performance.now();
  const program = await unwrap(transport.start({ argv: nodeCommand(options.root, options.runAs) }));
  // At once, also for a session that is started for later: the shell gets ready meanwhile. A program that takes nothing tells by its end.
  void program.write(packedScript).match(nothing, nothing);
  let heardMs = performance.now();
  const startedInMs = heardMs - begun;
  const lines = linesIn(program.stdout);
  const state = { open: true, answered: 0, greeted: false };

  const nextLine = async (): Promise<string> => {
    const next = await lines.next();
    heardMs = performance.now();
    if (next.done !== true) return next.value;
    throw await endedEarly(transport, program);
  };

  const readAnswer = async (nonce: string, onLine: NodeRequest["onLine"]): Promise<Answer> => {
    if (!state.greeted) {
      const first = await nextLine();
      if (first !== greeting) throw notOurs(transport, first);
      state.greeted = true;
    }
    const read: string[] = [];
    for (;;) {
      const line = await nextLine();
      const end = answerEnd(line, nonce);
      if (end !== undefined) return { lines: read, end };
      read.push(line);
      onLine?.(line);
    }
  };

  const stop = async (): Promise<void> => {
    state.open = false;
    // At the end of its input the script ends by itself, also where sshd passes no signals on: it does not for root.
    void program.closeInput().match(nothing, nothing);
    const stopped = program.stop();
    // Output that nobody reads any more must not hold the program.
    await lines.return();
    (await stopped).match(nothing, nothing);
  };

  const ask = async (request: NodeRequest): Promise<Answer> => {
    const { words, followedBy = [], following, input, onLine, signal } = request;
    signal?.throwIfAborted();
    const nonce = randomBytes(8).toString("hex");
    const durable = options.durability === "full" ? "yes" : "no";
    const head = [nonce, options.now().toISOString(), durable, ...words].join(" ");
    const giveUp = (): void => {
      void program.stop().match(nothing, nothing);
    };
    signal?.addEventListener("abort", giveUp, { once: true });
    try {
      const text = Buffer.from([head, ...followedBy, ""].join("\n"), "utf8");
      const sent = send(program, text, following ?? input, input !== undefined);
      const answer = await Promise.race([readAnswer(nonce, onLine), failureOf(sent)]);
      if (input !== undefined || (following !== undefined && answer.end.kind !== "done")) state.open = false;
      state.answered += 1;
      return answer;
    } catch (cause) {
      await stop();
      throw cause;
    } finally {
      signal?.removeEventListener("abort", giveUp);
    }
  };

  return {
    ask,
    get open() {
      return state.open;
    },
    get answered() {
      return state.answered;
    },
    startedInMs,
    get silentMs() {
      return performance.now() - heardMs;
    },
    stop,
  };
}

/** For outcomes that are told elsewhere: whoever waits for the answer is told that the program has ended. */
function nothing(): void {}

async function send(
  program: TransportProcess,
  head: Uint8Array,
  more: AsyncIterable<Uint8Array> | Uint8Array | undefined,
  isLast: boolean,
): Promise<void> {
  await unwrap(program.write(more instanceof Uint8Array ? Buffer.concat([head, more]) : head));
  if (more !== undefined && !(more instanceof Uint8Array)) await unwrap(program.write(more));
  if (isLast) await unwrap(program.closeInput());
}

/** Never resolves; rejects when the work does. For racing something against the work's failure. */
function failureOf(work: Promise<void>): Promise<never> {
  return new Promise((_, reject) => work.catch(reject));
}

/** A session that ended without an answer: the transport's own error if it knows one. */
async function endedEarly(transport: Transport, program: TransportProcess): Promise<unknown> {
  const outcome = await program.outcome();
  if (outcome.isErr()) return outcome.error;
  const { exitCode, signal, stderr } = outcome.value;
  const said = new TextDecoder().decode(stderr).trim().slice(0, 500);
  const reason = `the shell ended with ${signal ?? exitCode}${said === "" ? "" : `: ${said}`}`;
  const details = { transport: transport.name, operation: "edge session", state: "unknown" } as const;
  return hostingError("TRANSPORT_LOST", `The session with ${transport.name} broke off.`, details, {
    cause: new Error(reason),
  });
}

function notOurs(transport: Transport, line: string): unknown {
  const reason = `the shell of ${transport.name} does not run the script: ${line.slice(0, 200)}`;
  return hostingError("TRANSPORT_REFUSED", `${transport.name} has no usable shell.`, {
    transport: transport.name,
    operation: "edge session",
    reason,
  });
}
