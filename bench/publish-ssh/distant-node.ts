import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";

/** A way to a port of this machine that is as long as told, in a process of its own: it must not take our time. */
export interface Distance {
  readonly port: number;
  /** Bytes towards the server since the last call. */
  takeBytesUp(): Promise<number>;
  close(): Promise<void>;
}

/** What the process of the proxy answers. */
export type ProxyAnswer = { readonly port: number } | { readonly up: number };

/** Starts a proxy to a port. 0 ms only counts bytes. */
export async function distance(port: number, roundTripMs: number): Promise<Distance> {
  const child = fork(join(import.meta.dirname, "proxy-process.ts"), [String(port), String(roundTripMs / 2)], {
    execArgv: ["--conditions=@hostelry/source", "--import", "tsx"],
  });
  const started = await answerOf(child);
  if (!("port" in started)) throw new Error("the proxy did not start");
  let taken = 0;
  return {
    port: started.port,
    takeBytesUp: async () => {
      const answer = answerOf(child);
      child.send("bytes");
      const told = await answer;
      const total = "up" in told ? told.up : 0;
      const bytes = total - taken;
      taken = total;
      return bytes;
    },
    close: async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.disconnect();
      await ended;
    },
  };
}

function answerOf(child: ChildProcess): Promise<ProxyAnswer> {
  return new Promise((resolve, reject) => {
    const failed = (code: number | null): void => reject(new Error(`the proxy ended with ${code}`));
    child.once("exit", failed);
    child.once("message", (answer) => {
      child.off("exit", failed);
      resolve(answer as ProxyAnswer);
    });
  });
}
