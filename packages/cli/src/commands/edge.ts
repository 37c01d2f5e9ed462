import type { EdgeConfigOptions, EdgeListener, WebServerName } from "@hostelry/adapter-ssh";
import { unwrap } from "@hostelry/core";
import type { Command, ParsedArguments } from "../command-line/command.ts";
import { requiredText } from "../command-line/parse-arguments.ts";
import { UsageError } from "../command-line/usage-error.ts";

/** What edge nodes need besides published files. */
export const edge: Command = {
  name: "edge",
  summary: "print the web-server configuration of an edge node",
  usage: ["config nginx --root DIR [--listen ADDRESS:PORT,…]", "config caddy --root DIR [--listen ADDRESS:PORT,…]"],
  options: {
    root: { type: "string", value: "DIR", help: "root of the node, the directory that sites are published to" },
    listen: {
      type: "string",
      value: "PLACES",
      help: "ports, or addresses with ports, separated by commas (default 80)",
    },
    certificate: { type: "string", value: "FILE", help: "PEM file on the node: speak TLS at all places; with --key" },
    key: { type: "string", value: "FILE", help: "the certificate's key, a PEM file on the node" },
    tls: {
      type: "string",
      value: "PLACES",
      help: "more places, which speak TLS with the certificates that are delivered to the node (nginx)",
    },
    "on-demand": {
      type: "string",
      value: "PLACES",
      help: "more places, which speak TLS with certificates that Caddy gets by itself (caddy)",
    },
    "site-labels": { type: "string", value: "NAME", help: "sites also answer at SITE-ID.NAME" },
    previews: {
      type: "string",
      value: "NAME",
      help: "previews answer at PREVIEW-ID--SITE-ID.NAME; with --gate or --open",
    },
    gate: { type: "string", value: "URL", help: "ask there whether a visitor may see a preview" },
    open: { type: "boolean", help: "previews are for whoever has their address" },
    "missing-path": { type: "string", value: "WHAT", help: "not-found (default), index or marked" },
    php: { type: "string", value: "PLACE", help: "where PHP listens: unix:/a/socket or ADDRESS:PORT" },
    "retry-after": { type: "string", value: "SECONDS", help: "how long to wait in maintenance (default 120)" },
    compress: { type: "string", value: "HOW", help: "on-request (default), prepared or never" },
  },
  details: [
    "It names no site: hosts, releases, previews and markers are looked up for each request, so it is installed once.",
    "nginx: a file of the http context, e.g. /etc/nginx/conf.d/hostelry.conf. Caddy: a Caddyfile, or a part to import.",
    "With --on-demand, the Caddyfile that imports it says who is asked whether a name may have a certificate, first of all:\n  { on_demand_tls { ask URL } }, on lines of their own. Without it Caddy would get one for any name that leads there.",
  ],
  async run({ args, output }) {
    const [word, server, ...rest] = args.positionals;
    if (word !== "config" || rest.length > 0) throw new UsageError('Say "edge config nginx" or "edge config caddy".');
    if (server !== "nginx" && server !== "caddy") {
      throw new UsageError(
        `There are configurations for nginx and caddy${server === undefined ? "" : `, not for "${server}"`}.`,
      );
    }
    const text = await configFor(server, optionsFrom(args));
    output.result({ server, config: text }, text.trimEnd());
    return 0;
  },
};

/** Loaded when it is asked for: other commands need no SSH. */
async function configFor(server: WebServerName, options: EdgeConfigOptions): Promise<string> {
  const { edgeConfig } = await import("@hostelry/adapter-ssh");
  return unwrap(edgeConfig(server, options));
}

function optionsFrom(args: ParsedArguments): EdgeConfigOptions {
  const retryAfter = args.text("retry-after");
  const php = args.text("php");
  return {
    root: requiredText(args, "root"),
    listen: listenFrom(args),
    siteLabels: args.text("site-labels"),
    previews: previewsFrom(args),
    // The configuration checks what may be chosen, and says so.
    missingPath: args.text("missing-path") as EdgeConfigOptions["missingPath"],
    php: php === undefined ? undefined : { listensAt: php },
    retryAfterSeconds: retryAfter === undefined ? undefined : Number(retryAfter),
    compress: args.text("compress") as EdgeConfigOptions["compress"],
  };
}

function listenFrom(args: ParsedArguments): readonly EdgeListener[] | undefined {
  const [certificateFile, keyFile] = [args.text("certificate"), args.text("key")];
  if ((certificateFile === undefined) !== (keyFile === undefined)) {
    throw new UsageError("--certificate and --key go together.");
  }
  const tls = certificateFile === undefined || keyFile === undefined ? undefined : { certificateFile, keyFile };
  const places = args.text("listen");
  const sealed = [...listeners(args.text("tls"), "delivered"), ...listeners(args.text("on-demand"), "on-demand")];
  if (places !== undefined) return [...listeners(places, tls), ...sealed];
  if (tls !== undefined) return [{ port: 443, tls }, ...sealed];
  return sealed.length === 0 ? undefined : [{ port: 80 }, ...sealed];
}

function listeners(places: string | undefined, tls: EdgeListener["tls"]): readonly EdgeListener[] {
  return (places === undefined ? [] : places.split(",")).map((place) => {
    const [, address, port = ""] = /^(?:(.+):)?(\d+)$/.exec(place.trim()) ?? [];
    if (port === "") throw new UsageError(`"${place}" is neither PORT nor ADDRESS:PORT.`);
    return { address, port: Number(port), tls };
  });
}

function previewsFrom(args: ParsedArguments): EdgeConfigOptions["previews"] {
  const [below, askAt, open] = [args.text("previews"), args.text("gate"), args.flag("open")];
  if (below === undefined) {
    if (askAt !== undefined || open) throw new UsageError("--gate and --open belong to --previews.");
    return undefined;
  }
  if ((askAt === undefined) !== open) throw new UsageError("--previews needs one of --gate and --open.");
  return { below, access: askAt === undefined ? "anyone-with-the-address" : { askAt } };
}
