import { access } from "node:fs/promises";
import { localTransport } from "@hostelry/adapter-local";
import {
  type Binding,
  type BindingDns,
  type Bindings,
  type Certificates,
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
import { answeringChallenges } from "../certificates/answer-challenges.ts";
import { certificateOptions, composeCertificates, namesAuthority } from "../certificates/compose-certificates.ts";
import { waitForCertificate, waitOption } from "../certificates/wait-for-certificate.ts";
import type { CommandContext, CommandOptions } from "../command-line/command.ts";
import type { ExitCode } from "../command-line/exit-code.ts";
import { requiredText } from "../command-line/parse-arguments.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { dnsProviderFrom } from "../dns/dns-provider-from.ts";
import { nodesOption } from "../nodes/nodes-option.ts";
import { bindingObject, bindingText, stepsText } from "../report/binding-text.ts";
import { findSite } from "../state/find-site.ts";
import { stateDirectory } from "../state/state-directory.ts";
import type { OpenState } from "../state/with-hosting.ts";

/** What the words about bindings take besides. */
export const bindingOptions: CommandOptions = {
  ...nodesOption,
  ...certificateOptions,
  ...waitOption,
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

/** What is composed for a word, of what the command line names. */
interface Composed {
  readonly bindings: Bindings;
  /** Where an authority is named. */
  readonly certificates: Certificates | undefined;
}

type Word = (scene: Scene, composed: Composed, domain: Domain) => Promise<ExitCode>;

/** `bind`, `unbind`, `status` and `reconcile`. */
export const bindingWords: Readonly<Record<"bind" | "reconcile" | "status" | "unbind", Word>> = {
  bind: async (scene, composed, domain) => {
    const { context, hosting, acting } = scene;
    const { args, output, signal } = context;
    const meant = args.text("site");
    const siteId = meant === undefined ? domain.siteId : (await findSite(hosting, meant, signal)).id;
    const options = { ...acting, beforePointing: args.flag("before-pointing"), primary: args.flag("primary") };
    const bound = await unwrap(composed.bindings.bind(domain.id, siteId, options));
    const binding = await withCertificate(scene, composed, bound);
    output.result(bindingObject(binding), bindingText(binding, output.paint));
    return binding.complete ? 0 : 1;
  },
  unbind: async ({ context: { output, signal }, acting, certificateStore }, { bindings, certificates }, domain) => {
    const { domain: after, steps } = await unwrap(bindings.unbind(domain.id, acting));
    const state = after?.state ?? "gone";
    const text = [
      `${output.paint.good("✓")} ${domain.hostname} is unbound, and ${state}`,
      ...stepsText(steps, output.paint),
    ];
    output.result({ hostname: domain.hostname, state, steps }, text.join("\n"));
    if (certificates !== undefined) return 0;
    const { hostname } = domain;
    const { items } = await unwrap(certificateStore.listCertificates({ name: hostname }, { signal }));
    if (items.some(({ names, state: of }) => names.join() === hostname && of !== "released"))
      output.note(`Its certificate is still there. Let it go with: hostelry certs release ${hostname}`);
    return 0;
  },
  status: async ({ context: { output, signal } }, { bindings }, domain) => {
    const binding = await unwrap(bindings.status(domain.id, { signal }));
    output.result(bindingObject(binding), bindingText(binding, output.paint));
    return binding.complete ? 0 : 1;
  },
  reconcile: async ({ context: { output }, acting }, { bindings }, { hostname }) => {
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
  const zone = context.args.text("zone") ?? ascii.replace(/^\*\./, "");
  const certificates = namesAuthority(context)
    ? await composeCertificates(context, scene, zone, scene.fleet)
    : undefined;
  const bindings = createBindings({
    store: scene.domainStore,
    domains,
    routes: await placesOf(scene),
    dns: await dnsOf(context),
    certificates,
  });
  return answeringChallenges(context.args.text("listen"), scene.certificateStore, () =>
    word(scene, { bindings, certificates }, domain),
  );
}

/** The binding when its certificate is served, or when waiting for it has no point any more. */
async function withCertificate(scene: Scene, composed: Composed, binding: Binding): Promise<Binding> {
  const { bindings, certificates } = composed;
  const { hostname, tenantId, id } = binding.domain;
  const isPending = binding.steps.some(({ part, state }) => part === "certificate" && state === "pending");
  if (certificates === undefined || !isPending) return binding;
  const begun = await unwrap(certificates.ensure({ names: [hostname], tenantId }, scene.acting));
  await waitForCertificate({ ...scene, certificates }, begun);
  return unwrap(bindings.status(id, { signal: scene.context.signal }));
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
