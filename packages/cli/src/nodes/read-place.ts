import { dirname, resolve } from "node:path";
import { type DocumentFields, documentFields, documentProblem } from "./document-fields.ts";
import type { AuthEntry, PlaceEntry } from "./node-entry.ts";

/** The fields that say where a machine is and how to sign in there. */
export const placeFields = ["host", "port", "user", "hostKey", "knownHosts", "auth", "jump"] as const;

const hostForm = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:.]+)$/;
const variableForm = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Reads where a machine is. Paths in it are relative to the file. */
export function readPlace(fields: DocumentFields, file: string): PlaceEntry {
  const host = fields.text("host", "the node's name or address");
  if (!hostForm.test(host)) throw fields.problem("host", "is neither a host name nor an address");
  const user = fields.text("user", "the account that owns the sites on the node");
  return {
    host,
    port: readPort(fields),
    user,
    hostKey: readHostKey(fields, file),
    auth: readAuth(fields, file),
    jump: fields.has("jump") ? readJump(fields, file) : undefined,
  };
}

function readJump(fields: DocumentFields, file: string): PlaceEntry {
  const at = fields.at("jump");
  return readPlace(documentFields(fields.value("jump"), { file, at }, placeFields), file);
}

function readPort(fields: DocumentFields): number | undefined {
  const port = fields.value("port");
  if (port === undefined) return undefined;
  if (typeof port === "number" && Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw fields.problem("port", "must be a number from 1 to 65535");
}

function readHostKey(fields: DocumentFields, file: string): PlaceEntry["hostKey"] {
  if (fields.has("hostKey") && fields.has("knownHosts")) {
    throw fields.problem("hostKey", "and knownHosts exclude each other; keep one");
  }
  const knownHosts = fields.optionalText("knownHosts");
  if (knownHosts !== undefined) return { knownHostsFile: resolve(dirname(file), knownHosts) };
  const hostKey = fields.value("hostKey");
  if (hostKey === undefined) {
    const how =
      "print it on the node with: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub (or name a knownHosts file)";
    throw fields.problem("hostKey", `is missing: ${how}`);
  }
  const pins: readonly unknown[] = Array.isArray(hostKey) ? hostKey : [hostKey];
  const texts = pins.filter((pin): pin is string => typeof pin === "string" && pin.trim() !== "");
  if (texts.length > 0 && texts.length === pins.length) return { pins: texts };
  throw fields.problem("hostKey", 'must be "SHA256:…" or "ssh-ed25519 AAAA…", or a list of such');
}

function readAuth(fields: DocumentFields, file: string): readonly AuthEntry[] {
  const auth = fields.value("auth");
  const at = fields.at("auth");
  if (auth === undefined) {
    throw fields.problem("auth", 'is missing: e.g. { "keyFile": "deploy_ed25519" } or { "agent": true }');
  }
  if (!Array.isArray(auth)) return [readWay(auth, at, file)];
  if (auth.length === 0) throw fields.problem("auth", "names no way to sign in");
  return auth.map((way: unknown, index) => readWay(way, `${at}[${index}]`, file));
}

function readWay(value: unknown, at: string, file: string): AuthEntry {
  const known = ["keyFile", "passphraseVariable", "certificateFile", "agent", "fingerprint", "passwordVariable"];
  const fields = documentFields(value, { file, at }, known);
  const ways = ["keyFile", "agent", "passwordVariable"].filter((name) => fields.has(name));
  if (ways.length !== 1)
    throw documentProblem(file, at, "must have exactly one of keyFile, agent and passwordVariable");
  const keyFile = fields.optionalText("keyFile");
  const certificate = fields.optionalText("certificateFile");
  const certificateFile = certificate === undefined ? undefined : resolve(dirname(file), certificate);
  if (keyFile !== undefined) {
    const passphraseVariable = readVariable(fields, "passphraseVariable");
    const path = resolve(dirname(file), keyFile);
    return { kind: "key", file: path, passphraseVariable, certificateFile, at: fields.at("keyFile") };
  }
  const variable = readVariable(fields, "passwordVariable");
  if (variable !== undefined) {
    if (certificateFile !== undefined) throw fields.problem("certificateFile", "goes with keyFile or agent");
    return { kind: "password", variable, at: fields.at("passwordVariable") };
  }
  const agent = fields.value("agent");
  if (agent !== true && typeof agent !== "string") {
    throw fields.problem("agent", "must be true (the agent of SSH_AUTH_SOCK) or a socket's path");
  }
  const socket = agent === true ? undefined : resolve(dirname(file), agent);
  return {
    kind: "agent",
    socket,
    fingerprint: fields.optionalText("fingerprint"),
    certificateFile,
    at: fields.at("agent"),
  };
}

function readVariable(fields: DocumentFields, name: string): string | undefined {
  const variable = fields.optionalText(name);
  // A password in the place of a variable's name must not be printed either.
  if (variable === undefined || variableForm.test(variable)) return variable;
  throw fields.problem(name, "must be the name of a variable of the environment: letters, digits and _");
}
