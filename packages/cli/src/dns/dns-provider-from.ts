import { readFile } from "node:fs/promises";
import type { DnsProvider } from "@hostelry/core/adapter";
import type { CommandContext, CommandOptions } from "../command-line/command.ts";
import { requiredText } from "../command-line/parse-arguments.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { route53From } from "./route53-from.ts";
import { tsigKeyFrom } from "./tsig-key-file.ts";
import { readProblem } from "./wanted-file.ts";

/** Options of the commands that work on zones. A secret is never one of them: every user of a machine sees its processes. */
export const dnsProviderOptions: CommandOptions = {
  provider: { type: "string", value: "NAME", help: "powerdns, rfc2136, cloudflare or route53" },
  server: {
    type: "string",
    value: "PLACE",
    help: "powerdns: URL of its web server; rfc2136: HOST or HOST:PORT; route53: id of the zone, if there are several",
  },
  "key-file": {
    type: "string",
    value: "FILE",
    help: "file with the API key or token, or the TSIG key (else HOSTELRY_DNS_KEY)",
  },
};

/** The provider that the options name, for one zone. */
export async function dnsProviderFrom(context: CommandContext, zone: string | undefined): Promise<DnsProvider> {
  const { args } = context;
  const name = requiredText(args, "provider");
  switch (name) {
    case "powerdns": {
      const { powerdnsProvider } = await import("@hostelry/adapter-dns/powerdns");
      const [url, apiKey] = [requiredText(args, "server"), await keyOf(context)];
      return usable(() => powerdnsProvider({ url, apiKey }));
    }
    case "cloudflare": {
      if (args.text("server") !== undefined) throw new UsageError("--server is not for cloudflare.");
      const { cloudflareProvider } = await import("@hostelry/adapter-dns/cloudflare");
      const token = await keyOf(context);
      return usable(() => cloudflareProvider({ token }));
    }
    case "rfc2136": {
      if (zone === undefined) throw new UsageError("Name the zone: its server has no way to list them.");
      const { rfc2136Provider } = await import("@hostelry/adapter-dns/rfc2136");
      const key = tsigKeyFrom(await keyOf(context), args.text("key-file") ?? "HOSTELRY_DNS_KEY");
      const place = placeFrom(requiredText(args, "server"));
      return usable(() => rfc2136Provider({ ...place, key, zones: [zone] }));
    }
    case "route53":
      return route53From(context, zone);
    default:
      throw new UsageError(`There is no provider "${name}"; there are powerdns, rfc2136, cloudflare and route53.`);
  }
}

async function keyOf({ args, env }: CommandContext): Promise<string> {
  const file = args.text("key-file");
  if (file === undefined) {
    const key = env["HOSTELRY_DNS_KEY"]?.trim() ?? "";
    if (key === "") throw new UsageError("Name the --key-file, or set HOSTELRY_DNS_KEY.");
    return key;
  }
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (cause) {
    throw new UsageError(`${file} can't be read (${readProblem(cause)}).`);
  }
}

/** An adapter throws for options that can't be meant. */
function usable(make: () => DnsProvider): DnsProvider {
  try {
    return make();
  } catch (cause) {
    if (cause instanceof TypeError) throw new UsageError(cause.message);
    throw cause;
  }
}

function placeFrom(text: string): { readonly host: string; readonly port?: number } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) throw new UsageError(`"${text}" is neither HOST nor HOST:PORT.`);
  return port === undefined ? { host } : { host, port: Number(port) };
}
