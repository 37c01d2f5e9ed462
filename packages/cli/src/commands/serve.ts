import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { directoryContent } from "@hostelry/adapter-local";
import type { SiteId } from "@hostelry/core";
import { createSiteHandler, type HostResolver, labelResolver, siteHost } from "@hostelry/serve";
import { type Command, type CommandContext, stateOptions } from "../command-line/command.ts";
import { siteModeOptions, siteModesOf } from "../command-line/site-modes.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { servedSites } from "../state/served-sites.ts";
import { stateDirectory } from "../state/state-directory.ts";

const root = "localhost";

/** Serves what is published. */
export const serve: Command = {
  name: "serve",
  summary: "serve the published sites and previews over HTTP",
  usage: ["[--port 7070] [--host 127.0.0.1] [--site ID] [--html-handling MODE] [--not-found MODE]"],
  options: {
    ...stateOptions,
    port: { type: "string", value: "PORT", help: "where to listen (default 7070; 0: any free port)" },
    host: { type: "string", value: "ADDRESS", help: "interface to listen on (default 127.0.0.1)" },
    site: { type: "string", value: "ID", help: "also answer every other host name with this site" },
    ...siteModeOptions,
  },
  details: [
    "Sites are found by host name, SITE-ID.localhost, which browsers take for this machine. It reads the served directory",
    "only, never the records, so the other commands work meanwhile. It ends with an interrupt.",
  ],
  async run(context) {
    const { args, output, signal } = context;
    if (args.positionals.length > 0) throw new UsageError("serve takes options only.");
    const port = parsePort(args.text("port") ?? "7070");
    const host = args.text("host") ?? "127.0.0.1";
    const modes = siteModesOf(args);
    const { www } = stateDirectory(context);
    const sites = await servedSites(www);
    const handler = createSiteHandler({
      content: directoryContent(www),
      resolve: resolver(args.text("site"), sites),
      ...modes,
      onProblem: ({ error, host: asked, path }) => output.note(`${asked}${path}: ${error.message}`),
    });
    const server = createServer(handler.node);
    const { port: actual } = await listen(server, port, host);
    announce(context, sites, actual);
    await untilInterrupted(signal);
    await stop(server);
    return 0;
  },
};

function resolver(only: string | undefined, sites: readonly SiteId[]): HostResolver {
  const byLabel = labelResolver({ root });
  if (only === undefined) return byLabel;
  const siteId = sites.find((id) => id === only);
  if (siteId === undefined) {
    throw new UsageError(`Nothing of a site "${only}" is served here. It takes an id: hostelry sites lists them.`);
  }
  return async (host) => (await byLabel(host)) ?? { siteId, slot: "live" };
}

async function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
    const reason = code === "EADDRINUSE" ? "it is in use; choose another with --port" : code;
    throw new UsageError(`Can't listen on ${host}, port ${port}: ${reason}.`, { cause });
  }
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("A TCP server has an address and a port.");
  return address;
}

function announce({ output, args }: CommandContext, sites: readonly SiteId[], port: number): void {
  const only = args.text("site");
  const urls = sites.map((id) => ({ id, url: `http://${siteHost(id, { root })}:${port}/` }));
  const url = `http://localhost:${port}/`;
  const lines = urls.map((site) => `  ${site.url}`);
  if (only !== undefined) lines.unshift(`  ${url} (${only})`);
  const head = sites.length === 0 ? "Serving on port" : "Serving these sites on port";
  const hint = sites.length === 0 ? "  Nothing is published yet; sites appear as soon as they are." : "";
  const text = [`${output.paint.good("✓")} ${head} ${port}; interrupt to end`, ...lines, hint].filter(
    (line) => line !== "",
  );
  output.result({ url, port, sites: urls }, text.join("\n"));
}

function untilInterrupted(signal: AbortSignal): Promise<unknown> {
  return signal.aborted ? Promise.resolve() : once(signal, "abort");
}

async function stop(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new UsageError(`"${text}" is not a port.`);
}
