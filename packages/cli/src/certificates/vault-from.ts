import { readFile } from "node:fs/promises";
import { aesKeyVault } from "@hostelry/core";
import type { KeyVault } from "@hostelry/core/adapter";
import type { CommandContext } from "../command-line/command.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { readProblem } from "../dns/wanted-file.ts";

const variable = "HOSTELRY_VAULT_KEY";
const keyLength = 32;

/**
 * The vault that private keys are sealed by. Its key is in a file or in the environment, never on the command line: `ID:BASE64`, or several by commas, of
 * which the first one seals and the others still open.
 */
export async function vaultFrom({ args, env }: Pick<CommandContext, "args" | "env">): Promise<KeyVault> {
  const file = args.text("vault-key-file");
  const text = file === undefined ? (env[variable] ?? "") : await readText(file);
  const place = file ?? variable;
  const entries = text
    .split(/[\s,]+/)
    .filter((part) => part !== "")
    .map((part) => entryOf(part, place));
  const [first] = entries;
  if (first === undefined)
    throw new UsageError(
      `Private keys are sealed by a key of yours: name its --vault-key-file, or set ${variable}. It is ID:KEY, e.g. 2026:KEY, where KEY is made by "openssl rand -base64 32".`,
    );
  try {
    return aesKeyVault({ keys: Object.fromEntries(entries), current: first[0] });
  } catch (cause) {
    if (cause instanceof TypeError) throw new UsageError(`${place}: ${cause.message}`);
    throw cause;
  }
}

/** What is wrong is said without the text: it may be most of a key. */
function entryOf(part: string, place: string): readonly [string, Uint8Array] {
  const [, id, base64] = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/]{43}=)$/.exec(part) ?? [];
  const key = Buffer.from(base64 ?? "", "base64");
  if (id !== undefined && key.length === keyLength) return [id, new Uint8Array(key)];
  throw new UsageError(`${place} does not hold keys as ID:KEY, where KEY is 32 bytes in base64.`);
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new UsageError(`${file} can't be read (${readProblem(cause)}).`);
  }
}
