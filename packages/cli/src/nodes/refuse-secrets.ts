import { documentProblem, isObject } from "./document-fields.ts";

const secretName = /^(password|passphrase|passwd|secret|token|private_?key|key)$/i;
const secretText = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/;

/**
 * Refuses a document in which something is, or is called, a secret: the nodes file is copied, committed and shown around.
 * Says where it stands, and never what.
 */
export function refuseSecrets(file: string, value: unknown, at: string = ""): void {
  if (typeof value === "string" && secretText.test(value)) {
    throw documentProblem(file, at, "is a private key: keep it in a file of its own, and say its path as keyFile");
  }
  if (Array.isArray(value)) value.forEach((one, index) => void refuseSecrets(file, one, `${at}[${index}]`));
  if (!isObject(value)) return;
  for (const [name, inner] of Object.entries(value)) {
    const place = at === "" ? name : `${at}.${name}`;
    if (secretName.test(name)) {
      const instead = "name a file (keyFile) or a variable of the environment (passphraseVariable, passwordVariable)";
      throw documentProblem(file, place, `is a secret, and secrets do not belong in this file: ${instead}`);
    }
    refuseSecrets(file, inner, place);
  }
}
