import { hostingError } from "../errors/index.ts";
import type { CommandOutput, RunOptions, TransportError } from "../ports/index.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import type { SupervisedProcess } from "./transport-process.ts";

const defaultMaxOutputBytes = 1_048_576;

/** Feeds a running program, gathers what it writes, and waits for its end: `run` for transports that have `start`. */
export function gatherOutput(
  process: SupervisedProcess,
  transport: string,
  options: RunOptions = {},
): ResultAsync<CommandOutput, TransportError> {
  return flow(async function* () {
    const fed = feed(process, options.input);
    const stdout = await gather(process, transport, options.maxOutputBytes ?? defaultMaxOutputBytes);
    const outcome = yield* process.outcome();
    yield* await fed;
    return ok({ ...outcome, stdout });
  });
}

async function feed(
  process: SupervisedProcess,
  input: RunOptions["input"],
): Promise<Awaited<ReturnType<SupervisedProcess["closeInput"]>>> {
  if (input !== undefined) {
    const written = await process.write(input);
    if (written.isErr()) return written.map(() => undefined);
  }
  return process.closeInput();
}

async function gather(process: SupervisedProcess, transport: string, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of process.stdout) {
      size += chunk.length;
      if (size > maxBytes) {
        const message = `A program on ${transport} wrote more than ${maxBytes} bytes, and was ended.`;
        process.failWith(hostingError("TRANSPORT_OUTPUT_TOO_LARGE", message, { transport, maxBytes }));
        break;
      }
      chunks.push(chunk);
    }
  } catch {
    // The program's outcome is the same error, and comes next.
  }
  return new Uint8Array(Buffer.concat(chunks));
}
