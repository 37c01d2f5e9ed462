import { readFile, stat } from "node:fs/promises";
import { hostingError } from "@hostelry/core";
import type { CommandContext } from "../command-line/command.ts";

/** Reads a private key's file. Like OpenSSH it refuses one that others can read. @throws `INVALID_INPUT`. */
export async function readKeyFile(file: string, field: string): Promise<string> {
  try {
    const { mode } = await stat(file);
    const open = (mode & 0o077) !== 0;
    if (open) throw problem(field, `${file} can be read by others (mode ${(mode & 0o777).toString(8)}): chmod 600 it`);
    return await readFile(file, "utf8");
  } catch (cause) {
    throw unreadable(file, field, cause);
  }
}

/** Reads a certificate's file, which is no secret. @throws `INVALID_INPUT`. */
export async function readCertificateFile(file: string, field: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw unreadable(file, field, cause);
  }
}

/** Reads a secret out of the environment. @throws `INVALID_INPUT` when the variable is not set. */
export function readSecret(env: CommandContext["env"], variable: string, field: string): string {
  const secret = env[variable];
  if (secret !== undefined && secret !== "") return secret;
  throw problem(field, `the variable ${variable} is not set`);
}

function unreadable(file: string, field: string, cause: unknown): unknown {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (code === "ENOENT") return problem(field, `there is no file ${file}`, cause);
  if (/^E[A-Z]+$/.test(code)) return problem(field, `${file} can't be read (${code})`, cause);
  return cause;
}

function problem(field: string, what: string, cause?: unknown): Error {
  return hostingError(
    "INVALID_INPUT",
    `Can't sign in to a node: ${what} (${field}).`,
    { field, problem: what },
    { cause },
  );
}
