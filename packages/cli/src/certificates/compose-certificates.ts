import { readFile } from "node:fs/promises";
import { nodeResolver } from "@hostelry/adapter-dns";
import {
  type CertificateStore,
  type Certificates,
  type CertificateTarget,
  type ChallengeSolver,
  certificateAccountKey,
  createCertificates,
  dnsChallenges,
  httpChallenges,
  letsEncryptRateLimits,
  type Resolver,
  unwrap,
  verifiedNames,
} from "@hostelry/core";
import { hostProbe } from "@hostelry/serve";
import type { CommandContext, CommandOptions } from "../command-line/command.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { dnsProviderFrom, dnsProviderOptions } from "../dns/dns-provider-from.ts";
import { readProblem } from "../dns/wanted-file.ts";
import type { OpenNodes } from "../nodes/open-nodes.ts";
import type { OpenState } from "../state/with-hosting.ts";
import { vaultFrom } from "./vault-from.ts";

/** Options of the work with an authority. The vault's key is none of them: every user of a machine sees its processes. */
export const certificateOptions: CommandOptions = {
  authority: {
    type: "string",
    value: "URL",
    help: "ACME directory of the authority (else HOSTELRY_ACME_DIRECTORY)",
  },
  "authority-root": { type: "string", value: "FILE", help: "PEM that the authority's own server is trusted by" },
  email: { type: "string", value: "ADDRESS", multiple: true, help: "where the authority may write to" },
  "agree-terms": { type: "boolean", help: "agree to the authority's terms, to register an account" },
  "vault-key-file": {
    type: "string",
    value: "FILE",
    help: "key that private keys are sealed by, ID:BASE64 (else HOSTELRY_VAULT_KEY)",
  },
  listen: {
    type: "string",
    value: "PORT",
    help: "prove names over HTTP by answering here, while the command runs (default: the nodes answer)",
  },
  "without-check": { type: "boolean", help: "do not ask the names first whether they lead here" },
  resolver: { type: "string", value: "SERVER", multiple: true, help: "DNS server to ask (default: this machine's)" },
  platform: {
    type: "string",
    value: "NAME",
    multiple: true,
    help: "a name of the platform's own, which nobody has to claim, e.g. *.apps.example",
  },
  profile: { type: "string", value: "NAME", help: "kind of certificate, as the authority calls it" },
  ...dnsProviderOptions,
  zone: { type: "string", value: "ZONE", help: "the zone of the names, for rfc2136 (default: the first name)" },
};

/** Puts the use-cases of certificates together as the options say. */
export async function composeCertificates(
  context: CommandContext,
  { certificateStore: store, domainStore, acting }: OpenState,
  zone: string | undefined,
  nodes: OpenNodes | undefined,
): Promise<Certificates> {
  const { args } = context;
  const { acmeAuthority, newSigningRequest } = await import("@hostelry/adapter-acme");
  const directory = directoryOf(context);
  const vault = await vaultFrom(context);
  const name = authorityName(directory);
  const accountKey = await unwrap(certificateAccountKey({ store, vault, authority: name }, acting));
  const resolver = resolverOf(args.texts("resolver"));
  const root = args.text("authority-root");
  const account = { emails: args.texts("email"), termsOfServiceAgreed: true };
  return createCertificates({
    store,
    vault,
    newSigningRequest,
    resolver,
    authority: {
      name,
      authority: acmeAuthority({
        directoryUrl: directory.href,
        accountKey,
        trustedRoots: root === undefined ? undefined : [await readText(root)],
      }),
      limits: directory.hostname.endsWith(".letsencrypt.org") ? letsEncryptRateLimits : undefined,
      account: args.flag("agree-terms") ? account : undefined,
    },
    solvers: await solversOf(context, { store, resolver, zone, nodes }),
    targets: await targetsOf(nodes),
    permission: verifiedNames({ store: domainStore, platform: args.texts("platform") }),
    policy: { profile: args.text("profile") },
  });
}

async function solversOf(
  context: CommandContext,
  place: {
    readonly store: CertificateStore;
    readonly resolver: Resolver;
    readonly zone: string | undefined;
    readonly nodes: OpenNodes | undefined;
  },
): Promise<readonly ChallengeSolver[]> {
  const { args } = context;
  const { store, resolver, zone, nodes } = place;
  const solvers: ChallengeSolver[] = [];
  const probe = args.flag("without-check") ? undefined : hostProbe();
  if (args.text("listen") !== undefined) solvers.push(httpChallenges({ store, probe }));
  else if (nodes !== undefined) {
    const { edgeChallenges } = await import("@hostelry/adapter-ssh");
    const places = nodes.nodes.map(({ entry: { root }, transport }) => ({ transport, root }));
    solvers.push(edgeChallenges(places, { probe }));
  }
  if (args.text("provider") !== undefined)
    solvers.push(dnsChallenges({ provider: await dnsProviderFrom(context, zone), resolver }));
  return solvers;
}

/** nginx on each node of the nodes file that certificates are delivered to. */
async function targetsOf(nodes: OpenNodes | undefined): Promise<readonly CertificateTarget[]> {
  if (nodes === undefined) return [];
  const { edgeCertificates } = await import("@hostelry/adapter-ssh");
  return nodes.nodes.flatMap(({ entry: { name, root, webServer, certificates }, transport }) => {
    if (certificates === null) return [];
    const { program, mainFile } = webServer ?? {};
    return [edgeCertificates(transport, { ...certificates, name, root, program, mainFile })];
  });
}

/** Whether an authority is named at all. */
export function namesAuthority(context: CommandContext): boolean {
  return directoryText(context) !== "";
}

function directoryText({ args, env }: CommandContext): string {
  return args.text("authority") ?? env["HOSTELRY_ACME_DIRECTORY"] ?? "";
}

function directoryOf(context: CommandContext): URL {
  const text = directoryText(context);
  if (text === "") throw new UsageError("Name the authority: --authority URL, or HOSTELRY_ACME_DIRECTORY.");
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text);
  throw new UsageError(`--authority is the address of an ACME directory, not "${text}".`);
}

/** The same for all who name the same authority: its records are kept under it. */
function authorityName({ host }: URL): string {
  return host
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, "-")
    .slice(0, 50);
}

function resolverOf(servers: readonly string[]): Resolver {
  try {
    return nodeResolver(servers.length === 0 ? {} : { servers });
  } catch (cause) {
    if (cause instanceof TypeError) throw new UsageError(`--resolver: ${cause.message}`);
    throw cause;
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new UsageError(`${file} can't be read (${readProblem(cause)}).`);
  }
}
