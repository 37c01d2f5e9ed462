import { once } from "node:events";
import { createServer } from "node:http";
import { directoryContent } from "@hostelry/adapter-local";
import { createSiteHandler, labelResolver } from "@hostelry/serve";
import { servedDirectory } from "./state.ts";

/** A real web server on a free port of this machine. */
export interface DemoServer {
  readonly port: number;
  /** Puts the server's clock forward: what a visitor gets then. */
  forward(milliseconds: number): void;
  /** Failures that visitors were not told about. */
  readonly problems: readonly Error[];
  stop(): Promise<void>;
}

/** Serves what lies in the demo's directory. It knows nothing of records, publications or the process that publishes. */
export async function startServer(directory: string): Promise<DemoServer> {
  let aheadMs = 0;
  const problems: Error[] = [];
  const handler = createSiteHandler({
    content: directoryContent(servedDirectory(directory)),
    resolve: labelResolver({ root: "localhost" }),
    clock: { now: () => new Date(Date.now() + aheadMs) },
    onProblem: ({ error }) => problems.push(error),
  });
  const server = createServer(handler.node);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("A TCP server has an address and a port.");
  return {
    port: address.port,
    forward: (milliseconds) => {
      aheadMs += milliseconds;
    },
    problems,
    stop: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
