import { access } from "node:fs/promises";
import { localTransport } from "@hostelry/adapter-local";
import {
  type BindingDns,
  type Bindings,
  createBindings,
  type Domain,
  type Domains,
  type HostRoutes,
  isHeld,
  parseHostname,
  type RoutingPlace,
  type TenantId,
  unwrap,
} from "@hostelry/core";
import type { CommandContext, CommandOptions } from "../command-line/command.ts";
import type { ExitCode } from "../command-line/exit-code.ts";
import { requiredText } from "../command-line/parse-arguments.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { dnsProviderFrom, dnsProviderOptions } from "../dns/dns-provider-from.ts";
import { nodesOption } from "../nodes/nodes-option.ts";
import { bindingObject, bindingText, stepsText } from "../report/binding-text.ts";
import { findSite } from "../state/find-site.ts";
import { stateDirectory } from "../state/state-directory.ts";
import type { OpenState } from "../state/with-hosting.ts";

/** What the words about bindings take besides. */
export const bindingOptions: CommandOptions = {
  ...nodesOption,
  ...dnsProviderOptions,
  zone: { type: "string", value: "ZONE", help: "rfc2136: the zone that the name is in" },
  alias: { type: "string", value: "NAME", help: "lead names here as aliases of this one, where they can be" },
  primary: { type: "boolean", help: "bind it as the site's primary name" },
  haproxy: { type: "string", value: "SOCKET", help: "also route the name in the HAProxy with this socket" },
  map: { type: "string", value: "FILE", help: "the map file of that HAProxy" },
  backend: { type: "string", value: "NAME", help: "where that HAProxy leads requests of our sites" },
};

/** What a word works with: as the words of `domains` do. */
interface Scene extends OpenState {
  readonly context: CommandContext;
  readonly domains: Domains;
  readonly tenantId: TenantId;
}

type Word = (scene: Scene, bindings: Bindings, domain: Domain) => Promise<ExitCode>;

/** `bind`, `unbind`, `status` and `reconcile`. */
export const bindingWords: Readonly<Record<"bind" | "reconcile" | "status" | "unbind", Word>> = {
  bind: async ({ context, hosting, acting }, bindings, domain) => {
    const { args, output, signal } = context;
    const site = await findSite(hosting, requiredText(args, "site"), signal);
    const options = { ...acting, beforePointing: args.flag("before-pointing"), primary: args.flag("primary") };
    const binding = await unwrap(bindings.bind(domain.id, site.id, options));
    output.result(bindingObject(binding), bindingText(binding, output.paint));
    return 0;
  },
  unbind: async ({ context: { output }, acting }, bindings, domain) => {
    const { domain: after, steps } = await unwrap(bindings.unbind(domain.id, acting));
    const state = after?.state ?? "gone";
    const text = [
      `${output.paint.good("✓")} ${domain.hostname} is unbound, and ${state}`,
      ...stepsText(steps, output.paint),
    ];
    output.result({ hostname: domain.hostname, state, steps }, text.join("\n"));
    return 0;
  },
  status: async ({ context: { output, signal } }, bindings, domain) => {
    const binding = await unwrap(bindings.status(domain.id, { signal }));
    output.result(bindingObject(binding), bindingText(binding, output.paint));
    return binding.complete ? 0 : 1;
  },
  reconcile: async ({ context: { output }, acting }, bindings, { hostname }) => {
    const { changed, binding, takenDown } = await unwrap(bindings.reconcile(hostname, acting));
    const what = changed ? "was not as its records say, and is put right" : "is as its records say";
    const steps = [...takenDown, ...(binding?.steps ?? [])];
    const text = [`${output.paint.good("✓")} ${hostname} ${what}`, ...stepsText(steps, output.paint)];
    output.result({ hostname, changed, steps }, text.join("\n"));
    return 0;
  },
};

/** Makes bindings of what the command line names, and does a word on a name. */
export async function withBindings(scene: Scene, name: string, word: Word): Promise<ExitCode> {
  const { context, domains, tenantId } = scene;
  const roots = context.args.texts("root").map((root) => root.toLowerCase());
  const { ascii } = await unwrap(parseHostname(name, { platform: { roots } }));
  const { items } = await unwrap(domains.list({ hostname: ascii, tenantId }, { signal: context.signal }));
  const domain = items.find((each) => each.state === "claimed" || isHeld(each)) ?? items.at(-1);
  if (domain === undefined)
    throw new UsageError(`${ascii} is not claimed by ${tenantId}: "domains claim" comes first.`);
  const bindings = createBindings({
    store: scene.domainStore,
    domains,
    routes: await placesOf(scene),
    dns: await dnsOf(context),
  });
  return word(scene, bindings, domain);
}

/** Nodes of the nodes file with a shell, or the directory that is served here; and a HAProxy of this machine. */
async function placesOf({ context, fleet }: Scene): Promise<readonly RoutingPlace[]> {
  const { edgeRoutes } = await import("@hostelry/adapter-ssh");
  const haproxy = await haproxyOf(context);
  if (fleet !== undefined) {
    const nodes = fleet.nodes.flatMap(({ entry, transport }) =>
      entry.kind === "sftp" ? [] : [{ routes: edgeRoutes(transport, entry.root, { name: entry.name }) }],
    );
    return [...nodes, ...haproxy];
  }
  const { www } = stateDirectory(context);
  const isThere = await access(www).then(
    () => true,
    () => false,
  );
  return isThere ? [{ routes: edgeRoutes(localTransport(), www, { name: "www" }) }, ...haproxy] : haproxy;
}

async function haproxyOf({ args }: CommandContext): Promise<readonly RoutingPlace[]> {
  const socketPath = args.text("haproxy");
  if (socketPath === undefined) return [];
  const [mapFile, backend] = [requiredText(args, "map"), requiredText(args, "backend")];
  const { haproxyRoutes } = await import("@hostelry/adapter-haproxy");
  const routes: HostRoutes = haproxyRoutes({ runtime: { socketPath }, mapFile });
  return [{ routes, backendOf: () => backend }];
}

async function dnsOf(context: CommandContext): Promise<BindingDns | undefined> {
  const { args } = context;
  if (args.text("provider") === undefined) return undefined;
  const [addresses, alias] = [args.texts("address"), args.text("alias")];
  if (addresses.length === 0) throw new UsageError("Say where names have to lead: --address ADDRESS.");
  return { provider: await dnsProviderFrom(context, args.text("zone")), addresses, alias };
}
