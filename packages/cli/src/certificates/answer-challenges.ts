import { createServer, type Server } from "node:http";
import { type CertificateStore, storedChallengeAnswers } from "@hostelry/core";
import { type SiteHandler, withChallenges } from "@hostelry/serve";
import { UsageError } from "../command-line/usage-error.ts";

/** Answers challenges while something runs, and nothing else: every other request is told that there is nothing. */
export async function answeringChallenges<T>(
  place: string | undefined,
  store: CertificateStore,
  work: () => Promise<T>,
): Promise<T> {
  if (place === undefined) return work();
  const server = createServer(withChallenges(nothingElse, storedChallengeAnswers({ store })).node);
  await listen(server, place);
  try {
    return await work();
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const nothingElse: SiteHandler = {
  fetch: async () => new Response(null, { status: 404 }),
  node: (_request, response) => void response.writeHead(404).end(),
};

async function listen(server: Server, place: string): Promise<void> {
  const [, host, port] = /^(?:(.+):)?(\d{1,5})$/.exec(place) ?? [];
  if (port === undefined || Number(port) > 65_535)
    throw new UsageError(`--listen is PORT or ADDRESS:PORT, not "${place}".`);
  await new Promise<void>((resolve, reject) => {
    const failed = (cause: Error): void => reject(new UsageError(`--listen ${place}: ${cause.message}`));
    server.once("error", failed);
    server.listen(Number(port), host?.replace(/^\[(.*)\]$/, "$1"), () => {
      server.off("error", failed);
      resolve();
    });
  });
}
