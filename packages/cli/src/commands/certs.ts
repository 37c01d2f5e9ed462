import { readFile } from "node:fs/promises";
import {
  type Certificate,
  type CertificateId,
  type CertificateProgress,
  type Certificates,
  certificateView,
  hostingError,
  type RevocationReason,
  unwrap,
} from "@hostelry/core";
import { answeringChallenges } from "../certificates/answer-challenges.ts";
import { certificateOptions, composeCertificates } from "../certificates/compose-certificates.ts";
import { isServed, waitForCertificate, waitOption } from "../certificates/wait-for-certificate.ts";
import { type Command, type CommandContext, stateOptions } from "../command-line/command.ts";
import type { ExitCode } from "../command-line/exit-code.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { readProblem } from "../dns/wanted-file.ts";
import { nodeOption, nodesOption } from "../nodes/nodes-option.ts";
import { certificateColumns, certificateObject, certificateRow, progressText } from "../report/certificate-text.ts";
import { everyItem } from "../state/every-item.ts";
import { type OpenState, withHosting, withRecords } from "../state/with-hosting.ts";
import { count, formatDate } from "../terminal/format.ts";
import { table } from "../terminal/table.ts";

/** What a word of the command works with. */
interface Scene extends OpenState {
  readonly context: CommandContext;
  readonly certificates: Certificates;
}

type Word = (scene: Scene, values: readonly string[]) => Promise<ExitCode>;

const reasons: readonly RevocationReason[] = [
  "unspecified",
  "key-compromise",
  "affiliation-changed",
  "superseded",
  "cessation-of-operation",
];

/** Keeps certificates for names. */
export const certs: Command = {
  name: "certs",
  summary: "get certificates for names, renew them, and bring them to nodes",
  usage: [
    "[list]",
    "ensure NAME… --authority URL --agree-terms [--nodes FILE | --listen PORT] [--provider …]",
    "renew NAME|ID --authority URL …",
    "sweep --authority URL …",
    "upload CHAIN KEY --authority URL …",
    "revoke NAME|ID [--reason REASON] --authority URL …",
    "release NAME|ID --authority URL …",
  ],
  options: {
    ...stateOptions,
    ...nodesOption,
    ...nodeOption,
    ...certificateOptions,
    reason: { type: "string", value: "REASON", help: `why it is revoked: ${reasons.join(", ")}` },
    ...waitOption,
  },
  details: [
    "Names have to be claimed, verified and activated first (domains), or to be the platform's own (--platform). A name is\nproven to the authority over HTTP, by the nodes of the nodes file or where --listen says, or by DNS, when --provider has its\nzone. A wildcard needs DNS.",
    "sweep does what is due: renewals, orders that go on, deliveries, clean-up. Run it every few minutes, with the options\nthat ensure had. Nothing else is needed to keep certificates.",
    'Private keys are sealed in the records by the vault\'s key: 32 random bytes, as "ID:BASE64" in a file or in\nHOSTELRY_VAULT_KEY. Lose it, and they are lost. To rotate it, put the new one in front of the old one, by a comma.',
  ],
  async run(context) {
    const [word = "list", ...values] = context.args.positionals;
    if (word === "list") {
      if (values.length > 0) throw new UsageError(`"${values[0]}" is too much.`);
      return withRecords(context, (state) => list(context, state));
    }
    const act = Object.hasOwn(words, word) ? words[word] : undefined;
    if (act === undefined)
      throw new UsageError(`There is no "certs ${word}"; there are list, ${Object.keys(words).join(", ")}.`);
    return withHosting(context, async (state) => {
      const zone = context.args.text("zone") ?? values[0]?.replace(/^\*\./, "");
      const certificates = await composeCertificates(context, state, zone, state.fleet);
      const listen = context.args.text("listen");
      return answeringChallenges(listen, state.certificateStore, () =>
        act({ ...state, context, certificates }, values),
      );
    });
  },
};

const words: Readonly<Record<string, Word>> = {
  ensure: async (scene, names) => {
    if (names.length === 0) throw new UsageError("Name what the certificate is for.");
    const profile = scene.context.args.text("profile");
    return waitFor(scene, await unwrap(scene.certificates.ensure({ names, profile }, scene.acting)));
  },
  renew: async (scene, values) => {
    const { id, issued } = await findCertificate(scene, values);
    const begun = await unwrap(scene.certificates.renew(id, scene.acting));
    return waitFor(scene, begun, (issued?.number ?? 0) + 1);
  },
  sweep: async ({ certificates, acting, context: { output } }, values) => {
    if (values.length > 0) throw new UsageError(`"${values[0]}" is too much.`);
    const { done, skipped, troubled, failed, nextAt } = await unwrap(certificates.sweep(acting));
    const mark = troubled.length + failed.length === 0 ? output.paint.good("✓") : output.paint.bad("✗");
    const trouble = troubled.length === 0 ? "" : `, ${troubled.length} of them with trouble`;
    const lines = [
      `${mark} ${done === 0 ? "nothing was due" : `${count(done, "certificate")} dealt with`}${trouble}`,
      ...troubled.map((progress) => progressText(progress, output.paint)),
      ...failed.map(({ certificateId, error }) => `  ${certificateId}: ${error.message} [${error.code}]`),
      ...(nextAt === null ? [] : [`  next: ${formatDate(nextAt)}`]),
    ];
    const facts = {
      done,
      skipped,
      troubled: troubled.map(({ certificate }) => certificateObject(certificate)),
      failed: failed.map(({ certificateId, error }) => ({ id: certificateId, code: error.code })),
      nextAt,
    };
    output.result(facts, lines.join("\n"));
    return failed.length === 0 && troubled.length === 0 ? 0 : 1;
  },
  upload: async (scene, [chain, key, ...rest]) => {
    if (chain === undefined || key === undefined || rest.length > 0)
      throw new UsageError("Name two files: the certificate with its chain, and its key.");
    const brought = { chainPem: await readText(chain), privateKeyPem: await readText(key) };
    return report(scene, await unwrap(scene.certificates.upload(brought, scene.acting)));
  },
  revoke: async (scene, values) => {
    const meant = scene.context.args.text("reason") ?? "unspecified";
    const reason = reasons.find((each) => each === meant);
    if (reason === undefined) throw new UsageError(`--reason is one of ${reasons.join(", ")}.`);
    const { id } = await findCertificate(scene, values);
    await unwrap(scene.certificates.revoke(id, { reason }, scene.acting));
    const { output } = scene.context;
    output.result({ id, revoked: true }, `${output.paint.good("✓")} ${id} is revoked`);
    return 0;
  },
  release: async (scene, values) => {
    const { id, names } = await findCertificate(scene, values);
    const left = await unwrap(scene.certificates.release(id, scene.acting));
    if (left !== null) return report(scene, left);
    const { output } = scene.context;
    output.result({ id, state: "gone" }, `${output.paint.good("✓")} ${names.join(", ")}: the certificate is let go`);
    return 0;
  },
};

async function list({ output, signal }: CommandContext, { certificateStore }: OpenState): Promise<ExitCode> {
  const rows: string[][] = [];
  for await (const record of everyItem((after) => certificateStore.listCertificates({ after }, { signal }))) {
    if (output.json) output.result(certificateObject(certificateView(record)), "");
    else rows.push(certificateRow(record));
  }
  if (output.json) return 0;
  if (rows.length === 0) output.note("There are no certificates yet. Get one with: hostelry certs ensure NAME");
  else output.result({}, table([[...certificateColumns], ...rows]));
  return 0;
}

async function waitFor(scene: Scene, begun: CertificateProgress, number = 1): Promise<ExitCode> {
  const progress = await waitForCertificate(scene, begun, number);
  return report(scene, progress, isServed(progress, number));
}

function report({ context: { output } }: Scene, progress: CertificateProgress, isDone = progress.served): ExitCode {
  const { certificate, next, served } = progress;
  output.result({ ...certificateObject(certificate), next, served }, progressText(progress, output.paint));
  return isDone ? 0 : 1;
}

/** The certificate of an id, or the newest of a name, exact or by wildcard. */
async function findCertificate({ certificates, acting }: Scene, values: readonly string[]): Promise<Certificate> {
  const [meant, ...rest] = values;
  if (meant === undefined || rest.length > 0) throw new UsageError("Name one certificate, by its id or a name of it.");
  if (/^cert-[a-z0-9]{20}$/.test(meant)) return unwrap(certificates.get(meant as CertificateId, acting));
  const name = meant.toLowerCase();
  const { items } = await unwrap(certificates.list({ name, limit: 1000 }, acting));
  const found = items.filter(({ names }) => names.includes(name)).at(-1) ?? items.at(-1);
  if (found !== undefined) return found;
  throw hostingError("CERTIFICATE_NOT_FOUND", `There is no certificate for ${name}.`, { certificateId: name });
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new UsageError(`${file} can't be read (${readProblem(cause)}).`);
  }
}
