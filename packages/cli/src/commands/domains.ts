import { nodeResolver } from "@hostelry/adapter-dns";
import {
  createDomains,
  type Domain,
  type Domains,
  hostingError,
  isHeld,
  isTenantId,
  parseHostname,
  type Resolver,
  type TenantId,
  unwrap,
} from "@hostelry/core";
import { hostProbe } from "@hostelry/serve";
import { type Command, type CommandContext, stateOptions } from "../command-line/command.ts";
import type { ExitCode } from "../command-line/exit-code.ts";
import { requiredText } from "../command-line/parse-arguments.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { domainLine, domainObject, domainRow, instructionsText, pointingText } from "../report/domain-text.ts";
import { everyItem } from "../state/every-item.ts";
import { findSite } from "../state/find-site.ts";
import { type OpenState, withHosting, withRecords } from "../state/with-hosting.ts";
import { count } from "../terminal/format.ts";
import { table } from "../terminal/table.ts";
import { bindingOptions, bindingWords, withBindings } from "./domain-bindings.ts";

/** Whose names are meant where nobody else is named: there is one operator at a command line. */
const defaultTenant = "operator";

/** What a word of the command works with. */
interface Scene extends OpenState {
  readonly context: CommandContext;
  readonly domains: Domains;
  readonly tenantId: TenantId;
}

type Word = (scene: Scene, name: string) => Promise<ExitCode>;

/** Claims customers' names, proves them, and routes them. */
export const domains: Command = {
  name: "domains",
  summary: "give sites names of their own: claim, prove, bind, unbind",
  usage: [
    "[list]",
    "claim NAME --site SITE [--method dns|http]",
    "verify NAME",
    "check NAME --address ADDRESS…",
    "activate NAME --address ADDRESS… | --before-pointing",
    "primary NAME",
    "bind NAME [--address ADDRESS… | --before-pointing] [--provider …] [--nodes FILE] [--authority URL …]",
    "unbind NAME",
    "status NAME",
    "reconcile NAME",
    "release NAME",
    "sweep --address ADDRESS…",
  ],
  options: {
    ...stateOptions,
    site: { type: "string", value: "SITE", help: "the site, by name or id" },
    method: { type: "string", value: "METHOD", help: "how to prove the name: dns (default) or http" },
    tenant: { type: "string", value: "ID", help: `whose name it is (default ${defaultTenant})` },
    address: {
      type: "string",
      value: "ADDRESS",
      multiple: true,
      help: "address of the edge, where names have to lead",
    },
    resolver: { type: "string", value: "SERVER", multiple: true, help: "DNS server to ask (default: this machine's)" },
    root: { type: "string", value: "NAME", multiple: true, help: "hand out names one label below this one" },
    "before-pointing": { type: "boolean", help: "activate, or bind, before the name leads here" },
    ...bindingOptions,
  },
  details: [
    "A name is proven by a TXT record that claim shows, or by a text under the name. Say verify when it is there: nothing looks\nbefore, for a server that is asked too early remembers that there was nothing.",
    "sweep looks at proven names again, warns and detaches those that neither prove themselves nor lead here any more, and\nforgets what is over. Run it every few minutes.",
    "bind does all that is ours to do for a proven name: its records, where --provider has the zone; the record of its state; and\nits route on the nodes of the nodes file, or in www/ here, and in HAProxy where --haproxy says so; and its certificate,\nwhere --authority (or HOSTELRY_ACME_DIRECTORY) says who gives one: see certs --help. It may be repeated. unbind undoes it,\nthe route first and the name last. reconcile makes of a name what the records say.",
  ],
  async run(context) {
    const [word = "list", name, ...rest] = context.args.positionals;
    if (rest.length > 0) throw new UsageError(`"${rest[0]}" is too much.`);
    if (word === "list" && name === undefined) return withDomains(context, list);
    if (word === "sweep" && name === undefined) {
      requiredAddresses(context);
      return withDomains(context, sweep);
    }
    if (name !== undefined && Object.hasOwn(bindingWords, word)) {
      const bindingWord = bindingWords[word as keyof typeof bindingWords];
      return withDomains(context, (scene) => withBindings(scene, name, bindingWord), withHosting);
    }
    const act = Object.hasOwn(words, word) ? words[word] : undefined;
    const isKnown = act !== undefined || Object.hasOwn(bindingWords, word);
    if (!isKnown) {
      const known = ["list", ...Object.keys(words), ...Object.keys(bindingWords), "sweep"].join(", ");
      throw new UsageError(`There is no "domains ${word}"; there are ${known}.`);
    }
    if (act === undefined || name === undefined) throw new UsageError(`Say which name: domains ${word} NAME.`);
    return withDomains(context, (scene) => act(scene, name));
  },
};

const words: Readonly<Record<string, Word>> = {
  claim: async ({ context, domains, hosting, acting, tenantId }, hostname) => {
    const { args, output, signal } = context;
    const method = args.text("method") ?? "dns";
    if (method !== "dns" && method !== "http") throw new UsageError("--method is dns or http.");
    const site = await findSite(hosting, requiredText(args, "site"), signal);
    const claimed = await unwrap(domains.claim({ tenantId, siteId: site.id, hostname, method }, acting));
    const { domain, instructions } = claimed;
    const warning = claimed.hostname.mixedScripts ? "\n  Careful: it mixes alphabets that look alike." : "";
    const text = `${domainLine(domain, output.paint)}${warning}\n${instructionsText(domain, instructions)}`;
    output.result({ ...domainObject(domain), instructions }, text);
    return 0;
  },
  verify: async (scene, name) => {
    const { id } = await findDomain(scene, name);
    return report(scene, await unwrap(scene.domains.verify(id, scene.acting)));
  },
  check: async (scene, name) => {
    requiredAddresses(scene.context);
    const { id } = await findDomain(scene, name);
    const pointing = await unwrap(scene.domains.checkPointing(id, scene.acting));
    scene.context.output.result({ ...pointing }, pointingText(pointing));
    return pointing.finding === "here" || pointing.finding === "here-by-proxy" ? 0 : 1;
  },
  activate: async (scene, name) => {
    const beforePointing = scene.context.args.flag("before-pointing");
    if (!beforePointing) requiredAddresses(scene.context);
    const { id } = await findDomain(scene, name);
    return report(scene, await unwrap(scene.domains.activate(id, { ...scene.acting, beforePointing })));
  },
  primary: async (scene, name) => {
    const { id } = await findDomain(scene, name);
    return report(scene, await unwrap(scene.domains.setPrimary(id, scene.acting)));
  },
  release: async (scene, name) => {
    const domain = await findDomain(scene, name);
    const released = await unwrap(scene.domains.release(domain.id, scene.acting));
    if (released !== undefined) return report(scene, released);
    const { output } = scene.context;
    output.result(
      { hostname: domain.hostname, state: "gone" },
      `${output.paint.good("✓")} ${domain.hostname} is given up`,
    );
    return 0;
  },
};

async function list({ context: { args, output, signal }, domains, hosting }: Scene): Promise<ExitCode> {
  const meant = args.text("site");
  const siteId = meant === undefined ? undefined : (await findSite(hosting, meant, signal)).id;
  const rows: string[][] = [];
  for await (const domain of everyItem((after) => domains.list({ siteId, after }, { signal }))) {
    if (output.json) output.result(domainObject(domain), "");
    else rows.push(domainRow(domain));
  }
  if (output.json) return 0;
  if (rows.length === 0) output.note("There are no names yet. Claim one with: hostelry domains claim NAME --site SITE");
  else output.result({}, table([["NAME", "STATE", "SINCE", "SITE", "TENANT"], ...rows]));
  return 0;
}

async function sweep({ context: { output }, domains, acting }: Scene): Promise<ExitCode> {
  const { done, skipped, failed } = await unwrap(domains.sweep(acting));
  const names = failed.map(({ domain, error }) => ({ hostname: domain.hostname, code: error.code }));
  const mark = failed.length === 0 ? output.paint.good("✓") : output.paint.bad("✗");
  const lines = failed.map(({ domain, error }) => `  ${domain.hostname}: ${error.message} [${error.code}]`);
  const text = [`${mark} ${done === 0 ? "nothing was due" : `${count(done, "name")} dealt with`}`, ...lines].join("\n");
  output.result({ done, skipped, failed: names }, text);
  return failed.length === 0 ? 0 : 1;
}

function report({ context: { output } }: Scene, domain: Domain): ExitCode {
  output.result(domainObject(domain), domainLine(domain, output.paint));
  return 0;
}

/** The tenant's domain of a name: the one that is claimed or held, else the one that was let go last. */
async function findDomain({ domains, context, tenantId }: Scene, name: string): Promise<Domain> {
  const platform = platformOf(context);
  const { ascii } = await unwrap(parseHostname(name, { platform }));
  const { items } = await unwrap(domains.list({ hostname: ascii, tenantId }, { signal: context.signal }));
  const found = items.find((each) => each.state === "claimed" || isHeld(each)) ?? items.at(-1);
  if (found !== undefined) return found;
  throw hostingError("DOMAIN_NOT_FOUND", `${ascii} is not claimed by ${tenantId}.`, { domainId: ascii });
}

function withDomains(
  context: CommandContext,
  work: (scene: Scene) => Promise<ExitCode>,
  open: typeof withHosting = withRecords,
): Promise<ExitCode> {
  const tenantId = context.args.text("tenant") ?? defaultTenant;
  if (!isTenantId(tenantId)) throw new UsageError("--tenant is 1 to 200 visible ASCII characters.");
  const resolver = resolverOf(context.args.texts("resolver"));
  return open(context, (state) => {
    const domains = createDomains({
      store: state.domainStore,
      resolver,
      probe: hostProbe(),
      addresses: context.args.texts("address"),
      platform: platformOf(context),
    });
    return work({ ...state, context, domains, tenantId });
  });
}

function resolverOf(servers: readonly string[]): Resolver {
  try {
    return nodeResolver(servers.length === 0 ? {} : { servers });
  } catch (cause) {
    if (cause instanceof TypeError) throw new UsageError(`--resolver: ${cause.message}`);
    throw cause;
  }
}

function platformOf({ args }: CommandContext): { readonly roots: readonly string[] } {
  return { roots: args.texts("root").map((root) => root.toLowerCase()) };
}

function requiredAddresses({ args }: CommandContext): void {
  if (args.texts("address").length === 0) throw new UsageError("Say where names have to lead: --address ADDRESS.");
}
