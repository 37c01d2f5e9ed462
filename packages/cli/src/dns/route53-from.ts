import type { DnsProvider } from "@hostelry/core/adapter";
import type { CommandContext } from "../command-line/command.ts";
import { UsageError } from "../command-line/usage-error.ts";

/**
 * Route 53, with the credentials that Amazon's own tools would find: in variables, profiles, or from the machine. `--server` is the
 * id of a hosted zone, for a name that has several.
 */
export async function route53From({ args, env }: CommandContext, zone: string | undefined): Promise<DnsProvider> {
  if (args.text("key-file") !== undefined) {
    throw new UsageError("--key-file is not for route53: its credentials are found as Amazon's tools find them.");
  }
  const id = args.text("server");
  if (id !== undefined && zone === undefined) throw new UsageError("Name the zone that --server is the id of.");
  const { Route53 } = await loadClient();
  const { route53Provider } = await import("@hostelry/adapter-dns/route53");
  // It is one service for the whole world; who is in another part of it says so.
  const client = new Route53({ region: env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"] ?? "us-east-1" });
  return route53Provider({ client, zoneIds: id === undefined || zone === undefined ? {} : { [zone]: id } });
}

/** The client is not a part of this package: who has no zones there needs none. */
async function loadClient(): Promise<typeof import("@aws-sdk/client-route-53")> {
  try {
    return await import("@aws-sdk/client-route-53");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw cause;
    const name = "@aws-sdk/client-route-53";
    throw new UsageError(`For route53, the package "${name}" is needed beside this one: npm install ${name}`);
  }
}
