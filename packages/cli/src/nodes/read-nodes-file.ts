import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type DocumentFields, documentFields, documentProblem } from "./document-fields.ts";
import type { CertificatesEntry, NodeEntry, WebServerEntry } from "./node-entry.ts";
import { placeFields, readPlace } from "./read-place.ts";
import { refuseSecrets } from "./refuse-secrets.ts";

const shared = ["kind", "root", "webServer", "certificates", ...placeFields] as const;
const nameForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/**
 * Reads a nodes file: `{ "defaults": { … }, "nodes": [{ "name": …, … }] }`. What a node leaves out is taken from `defaults`.
 *
 * @throws `INVALID_INPUT`: which file, where in it, what is wrong and what to write instead; never what stands there.
 */
export async function readNodesFile(path: string): Promise<readonly NodeEntry[]> {
  const file = resolve(path);
  const document = await readDocument(file);
  refuseSecrets(file, document);
  const fields = documentFields(document, { file, at: "" }, ["defaults", "nodes"]);
  const defaults = fields.has("defaults") ? fields.value("defaults") : {};
  // Looked at by itself, so that an error in it is told where it stands.
  documentFields(defaults, { file, at: "defaults" }, shared);
  const nodes = fields.value("nodes");
  if (!Array.isArray(nodes) || nodes.length === 0)
    throw fields.problem("nodes", "must be a list with at least one node");
  const entries = nodes.map((node: unknown, index) =>
    readNode(node, defaults as object, { file, at: `nodes[${index}]` }),
  );
  const names = entries.map(({ name }) => name);
  const twice = names.findIndex((name, index) => names.indexOf(name) < index);
  if (twice !== -1) throw documentProblem(file, `nodes[${twice}].name`, `is that of another node (${names[twice]})`);
  return entries;
}

async function readDocument(file: string): Promise<unknown> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
    const what = reason === "ENOENT" ? "is not there: name the nodes file with --nodes" : `can't be read (${reason})`;
    throw documentProblem(file, "", what, cause);
  });
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw documentProblem(file, "", `is no JSON${placeIn(text, cause)}`);
  }
}

/** Where JSON ends to be JSON. The engine's message quotes the text around it, and is therefore not passed on. */
function placeIn(text: string, cause: unknown): string {
  const position = /at position (\d+)/.exec(cause instanceof Error ? cause.message : "")?.[1];
  if (position === undefined) return "";
  const before = text.slice(0, Number(position)).split("\n");
  return ` (line ${before.length}, column ${(before.at(-1) ?? "").length + 1})`;
}

function readNode(node: unknown, defaults: object, place: { readonly file: string; readonly at: string }): NodeEntry {
  const own = documentFields(node, place, ["name", ...shared]);
  const given = node as Readonly<Record<string, unknown>>;
  // A node's own key is looked for where the node says, whatever the defaults say.
  const inherited: Record<string, unknown> = { ...defaults };
  for (const name of ["hostKey", "knownHosts"]) if (own.has("hostKey") || own.has("knownHosts")) delete inherited[name];
  const fields = documentFields({ ...inherited, ...given }, place, ["name", ...shared]);
  const name = fields.text("name", "a short name for messages and records, e.g. edge-1");
  if (!nameForm.test(name)) throw fields.problem("name", "must be letters, digits and . _ -, 63 at most");
  const kind = fields.optionalText("kind") ?? "edge";
  if (kind !== "edge" && kind !== "sftp") throw fields.problem("kind", 'must be "edge" or "sftp"');
  const root = fields.text("root", "the directory that sites are published to, e.g. /srv/hostelry");
  if (!root.startsWith("/")) throw fields.problem("root", "must be an absolute path");
  const webServer = readWebServer(fields, place.file, kind);
  const certificates = kind === "sftp" ? null : readCertificates(fields, place.file);
  return { name, kind, root, place: readPlace(fields, place.file), webServer, certificates };
}

/** An account without a shell has no server to speak to: what `defaults` says of it is not meant for that. */
function readCertificates(fields: DocumentFields, file: string): CertificatesEntry | null {
  const given = fields.value("certificates");
  if (given === undefined) return {};
  if (given === false) return null;
  const own = documentFields(given, { file, at: fields.at("certificates") }, ["observeAt", "group", "sudo"]);
  const [observeAt, group] = [own.optionalText("observeAt"), own.optionalText("group")];
  if (observeAt !== undefined && !/^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]):\d{1,5}$/.test(observeAt)) {
    throw own.problem("observeAt", 'must be an address and a port, e.g. "127.0.0.1:443"');
  }
  if (group !== undefined && !/^[A-Za-z0-9_-]{1,64}$/.test(group)) {
    throw own.problem("group", "must be the name or the number of a group on the node, e.g. www-data");
  }
  return { observeAt, group, sudo: own.optionalFlag("sudo") };
}

function readWebServer(fields: DocumentFields, file: string, kind: NodeEntry["kind"]): WebServerEntry | undefined {
  if (!fields.has("webServer")) return undefined;
  const known = ["program", "mainFile", "phpProgram", "sudo"];
  const own = documentFields(fields.value("webServer"), { file, at: fields.at("webServer") }, known);
  if (kind === "sftp") throw fields.problem("webServer", "can't be asked on a node of kind sftp; take it away");
  return {
    program: own.optionalText("program"),
    mainFile: own.optionalText("mainFile"),
    phpProgram: own.optionalText("phpProgram"),
    sudo: own.optionalFlag("sudo"),
  };
}
