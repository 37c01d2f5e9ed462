import { writeFile } from "node:fs/promises";
import { applyDnsPlan, canonicalDnsName, type DnsPlan, type DnsZone, planDns, unwrap } from "@hostelry/core";
import { adapterError, type DnsProvider } from "@hostelry/core/adapter";
import type { Command, CommandContext } from "../command-line/command.ts";
import type { ExitCode } from "../command-line/exit-code.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { dnsProviderFrom, dnsProviderOptions } from "../dns/dns-provider-from.ts";
import { readJson, readWantedFile } from "../dns/wanted-file.ts";
import { contentsObject, contentsText, planText, zonesText } from "../report/dns-text.ts";

/** Looks at zones and changes them by plans. */
export const dns: Command = {
  name: "dns",
  summary: "look at DNS zones, and change records by a plan",
  usage: [
    "list [ZONE] --provider NAME --server PLACE --key-file FILE",
    "plan FILE [--adopt] [--out PLAN] --provider …",
    "apply FILE [--adopt] [--force] --provider …",
    "apply --plan PLAN [--force] --provider …",
  ],
  options: {
    ...dnsProviderOptions,
    adopt: { type: "boolean", help: "records that nobody owns, in a wanted set, become the owner's" },
    force: { type: "boolean", help: "apply in spite of findings that can be forced" },
    out: { type: "string", value: "PLAN", help: "write the plan to this file, for apply --plan" },
    plan: { type: "string", value: "PLAN", help: "apply this plan; refused when the zone has changed since" },
  },
  details: [
    'FILE says what one owner wants in a zone: {"zone": "example.com", "owner": "platform", "records": [{"name":\n"www.example.com", "type": "A", "values": ["192.0.2.1"], "ttlSeconds": 300}]}. What else the owner has there goes;\nrecords of others stay.',
    "Whose a record is stands beside it, in TXT records below _hostelry. A plan that takes away much of a zone, or touches\nwhat is somebody else's, is refused.",
  ],
  async run(context) {
    const [word, ...rest] = context.args.positionals;
    if (rest.length > 1) throw new UsageError(`"${rest[1]}" is too much.`);
    switch (word) {
      case "list":
        return list(context, rest[0]);
      case "plan":
        return plan(context, rest[0]);
      case "apply":
        return apply(context, rest[0]);
      default:
        throw new UsageError('Say "dns list", "dns plan" or "dns apply".');
    }
  },
};

async function list(context: CommandContext, name: string | undefined): Promise<ExitCode> {
  const { output, signal } = context;
  const zone = name === undefined ? undefined : await unwrap(canonicalDnsName(name));
  const provider = await dnsProviderFrom(context, zone);
  if (zone === undefined) {
    const zones = await everyZone(provider, signal);
    output.result({ zones }, zonesText(zones));
    return 0;
  }
  const contents = await unwrap(provider.listRecordSets({ zone }, { signal }));
  output.result(contentsObject(contents), contentsText(contents));
  return 0;
}

async function everyZone(provider: DnsProvider, signal: AbortSignal): Promise<readonly DnsZone[]> {
  const zones: DnsZone[] = [];
  for (let after: string | undefined; ; ) {
    const page = await unwrap(provider.listZones({ after, limit: 1000, signal }));
    zones.push(...page.items);
    after = page.next;
    if (after === undefined) return zones;
  }
}

async function plan(context: CommandContext, file: string | undefined): Promise<ExitCode> {
  const { args, output } = context;
  if (file === undefined) throw new UsageError("Name the file that says what is wanted.");
  if (args.flag("force") || args.text("plan") !== undefined) throw new UsageError("--force and --plan go with apply.");
  const { made } = await planned(context, file);
  const out = args.text("out");
  if (out !== undefined) await save(out, made);
  output.result(made, planText(made, output.paint));
  return made.findings.length > 0 ? 1 : 0;
}

async function apply(context: CommandContext, file: string | undefined): Promise<ExitCode> {
  const { args, output, signal } = context;
  const planFile = args.text("plan");
  if ((file === undefined) === (planFile === undefined)) throw new UsageError("Name a file, or a plan with --plan.");
  if (args.text("out") !== undefined) throw new UsageError("--out goes with plan.");
  const { provider, made } =
    planFile === undefined ? await planned(context, file ?? "") : await saved(context, planFile);
  const outcome = await unwrap(applyDnsPlan(provider, made, { force: args.flag("force"), signal }));
  const count = made.sets.length;
  const text = outcome.changed
    ? `${output.paint.good("✓")} ${made.zone}: ${count} record ${count === 1 ? "set" : "sets"} changed`
    : `${output.paint.good("✓")} ${made.zone}: nothing to change`;
  output.result({ zone: made.zone, ...outcome, sets: made.sets }, text);
  return 0;
}

interface Planned {
  readonly provider: DnsProvider;
  readonly made: DnsPlan;
}

async function planned(context: CommandContext, file: string): Promise<Planned> {
  const { args, signal } = context;
  const { zone, owner, wanted } = await readWantedFile(file);
  const provider = await dnsProviderFrom(context, zone);
  const made = await unwrap(planDns(provider, { zone, owner, wanted, adopt: args.flag("adopt") }, { signal }));
  return { provider, made };
}

async function saved(context: CommandContext, file: string): Promise<Planned> {
  if (context.args.flag("adopt")) throw new UsageError("--adopt belongs to making the plan.");
  const made = await readJson(file);
  if (!isPlan(made)) throw new UsageError(`${file} is not a plan as "dns plan --out" writes it.`);
  const provider = await dnsProviderFrom(context, made.zone);
  if (provider.name !== made.provider) throw new UsageError(`The plan was made for ${made.provider}.`);
  return { provider, made };
}

/** Enough to tell a plan from another file; the provider checks each change, and the version guards the rest. */
function isPlan(json: unknown): json is DnsPlan {
  if (typeof json !== "object" || json === null) return false;
  const { provider, zone, version, changes, sets, findings } = json as Partial<Record<keyof DnsPlan, unknown>>;
  return (
    typeof provider === "string" &&
    typeof zone === "string" &&
    typeof version === "string" &&
    version !== "" &&
    Array.isArray(changes) &&
    changes.every(isChange) &&
    Array.isArray(sets) &&
    Array.isArray(findings)
  );
}

function isChange(json: unknown): boolean {
  if (typeof json !== "object" || json === null) return false;
  const { action, name, type, values } = json as Partial<Record<string, unknown>>;
  return [action, name, type].every((text) => typeof text === "string") && Array.isArray(values);
}

async function save(file: string, made: DnsPlan): Promise<void> {
  try {
    await writeFile(file, `${JSON.stringify(made, null, 2)}\n`);
  } catch (cause) {
    throw adapterError(cause, { adapter: "file", operation: "write", state: "unknown", path: file });
  }
}
