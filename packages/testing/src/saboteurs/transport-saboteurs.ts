import {
  type CommandOutput,
  flow,
  ok,
  okAsync,
  type ResultAsync,
  type Transport,
  type TransportError,
  type TransportFiles,
} from "@hostelry/core/adapter";
import { transportConformance } from "../conformance/transport/transport-conformance.ts";
import type { TransportHarness } from "../conformance/transport/transport-harness.ts";
import type { Saboteur } from "./saboteur.ts";

/** A transport that breaks one promise: `spoil` gives what replaces the parts of a good one. */
interface TransportSaboteurDraft {
  readonly name: string;
  /** Case ids without the port. */
  readonly caughtBy: readonly string[];
  readonly spoil: (transport: Transport) => Partial<Transport>;
}

/**
 * Transports that each break one promise, with the cases that must catch them. They are made of a good one, whose harness
 * has all tools but `cut`: programs can't be run in memory.
 */
export function transportSaboteurs(harness: TransportHarness): readonly Saboteur[] {
  return drafts.map(({ name, caughtBy, spoil }) => ({
    name,
    port: "transport",
    caughtBy: caughtBy.map((id) => `transport/${id}`),
    cases: () =>
      transportConformance({
        ...harness,
        make: async () => {
          const underTest = await harness.make();
          return { ...underTest, subject: { ...underTest.subject, ...spoil(underTest.subject) } };
        },
      }),
  }));
}

/** Replaces methods of `files`. */
function files(transport: Transport, spoil: (files: TransportFiles) => Partial<TransportFiles>): Partial<Transport> {
  return { files: { ...transport.files, ...spoil(transport.files) } };
}

/** Changes what `run` answers. */
function answer(transport: Transport, change: (output: CommandOutput) => CommandOutput): Partial<Transport> {
  return { run: (command, options) => transport.run(command, options).map(change) };
}

const drafts: readonly TransportSaboteurDraft[] = [
  {
    name: "trims arguments",
    caughtBy: ["run/arguments-exact", "run/arguments-random"],
    spoil: (transport) => ({
      run: (command, options) => {
        const [program, ...rest] = command.argv;
        return transport.run({ argv: [program, ...rest.map((argument) => argument.replace(/\n+$/, ""))] }, options);
      },
    }),
  },
  {
    name: "says that everything went well",
    caughtBy: ["run/exit-code", "run/many", "run/no-shell", "run/signal"],
    spoil: (transport) => answer(transport, (output) => ({ ...output, exitCode: 0 })),
  },
  {
    name: "does not know what a signal is",
    caughtBy: ["run/signal"],
    spoil: (transport) => answer(transport, (output) => ({ ...output, signal: null })),
  },
  {
    name: "reads output as text",
    caughtBy: ["run/input", "run/input-reused", "run/output"],
    spoil: (transport) =>
      answer(transport, (output) => ({ ...output, stdout: Buffer.from(Buffer.from(output.stdout).toString("utf8")) })),
  },
  {
    name: "loses the error output",
    caughtBy: ["run/error-tail", "run/output"],
    spoil: (transport) => answer(transport, (output) => ({ ...output, stderr: new Uint8Array(0) })),
  },
  {
    name: "knows no bound for output",
    caughtBy: ["run/output-bounded"],
    spoil: (transport) => ({
      run: (command, options) =>
        transport.run(command, { ...options, maxOutputBytes: 1_000_000_000, timeoutMs: options?.timeoutMs ?? 2000 }),
    }),
  },
  {
    name: "begins what was cancelled before",
    caughtBy: ["start/cancelled-before"],
    spoil: (transport) => {
      const unless = <O extends { readonly signal?: AbortSignal | undefined }>(
        options: O | undefined,
      ): O | undefined => (options?.signal?.aborted === true ? undefined : options);
      return {
        start: (command, options) => transport.start(command, unless(options)),
        run: (command, options) => transport.run(command, unless(options)),
      };
    },
  },
  {
    name: "takes any argument, also what no program can be given",
    caughtBy: ["run/arguments-refused"],
    spoil: (transport) => ({
      run: (command, options) => {
        const [program, ...rest] = command.argv;
        return transport.run({ argv: [program, ...rest.map((argument) => argument.replaceAll("\0", ""))] }, options);
      },
    }),
  },
  {
    name: "does not listen to the end of the input",
    caughtBy: ["start/writes-in-order"],
    spoil: (transport) => ({
      start: (command, options) =>
        transport.start(command, options).map((started) => {
          let closed = false;
          return {
            ...started,
            stdout: started.stdout,
            closeInput: () => {
              closed = true;
              return started.closeInput();
            },
            write: (bytes) => (closed ? okAsync({ accepted: true }) : started.write(bytes)),
          };
        }),
    }),
  },
  {
    name: "goes on after it was closed",
    caughtBy: ["close/unused"],
    spoil: (transport) => ({
      connect: (options) => (options?.signal?.aborted === true ? transport.connect(options) : okAsync(undefined)),
    }),
  },
  {
    name: "writes over what should be left alone",
    caughtBy: ["files/write/exclusive"],
    spoil: (transport) =>
      files(transport, ({ write }) => ({
        write: (path, content, options) => write(path, content, { ...options, exclusive: false }),
      })),
  },
  {
    name: "reads from the beginning, whatever is asked for",
    caughtBy: ["files/read/ranges"],
    spoil: (transport) =>
      files(transport, ({ read }) => ({ read: (path, options) => read(path, { signal: options?.signal }) })),
  },
  {
    name: "changes names to one form of Unicode",
    caughtBy: ["files/names"],
    spoil: (transport) =>
      files(transport, ({ write }) => ({
        write: (path, content, options) => write(path.normalize("NFC"), content, options),
      })),
  },
  {
    name: "lists a directory as its own entry",
    caughtBy: ["files/list", "files/names"],
    spoil: (transport) =>
      files(transport, ({ list, look }) => ({
        list: (path, options) =>
          flow(async function* () {
            const entries = yield* list(path, options);
            const own = yield* look(path, options);
            return ok(own === null ? entries : [{ name: ".", ...own }, ...entries]);
          }),
      })),
  },
  {
    name: "makes room before it renames",
    caughtBy: ["files/rename/replaces"],
    spoil: (transport) =>
      files(transport, ({ rename, removeFile }) => ({
        rename: (from, to, options) =>
          removeFile(to, options).andThen(({ removed }) =>
            // The moment in which there is neither is long enough to be met.
            pause(removed ? 2 : 0).andThen(() => rename(from, to, options)),
          ),
      })),
  },
  {
    name: "makes an error of a directory that is there",
    caughtBy: ["files/directories"],
    spoil: (transport) =>
      files(transport, ({ makeDirectory }) => ({
        makeDirectory: (path, options) => makeDirectory(path, options).map(() => ({ made: true })),
      })),
  },
  {
    name: "keeps its own idea of time",
    caughtBy: ["files/attributes"],
    spoil: (transport) =>
      files(transport, ({ look }) => ({
        look: (path, options) =>
          look(path, options).map((facts) =>
            facts === null ? null : { ...facts, modifiedAt: new Date(facts.modifiedAt.getTime() + 1000) },
          ),
      })),
  },
  {
    name: "has written what its caller no longer wants",
    caughtBy: ["files/write/cancelled"],
    spoil: (transport) =>
      files(transport, ({ write }) => ({
        write: (path, content, options) =>
          write(path, content, options?.signal?.aborted === true ? { ...options, signal: undefined } : options),
      })),
  },
];

function pause(milliseconds: number): ResultAsync<void, TransportError> {
  return okAsync<void, TransportError>(undefined).map(
    () => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
  );
}
