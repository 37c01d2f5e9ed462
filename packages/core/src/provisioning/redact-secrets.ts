import type { JsonValue } from "../audit/audit-entry.ts";
import type { HostingError } from "../errors/index.ts";
import type { ResourceSecrets } from "../ports/resource-provider.ts";
import type { OperationReason } from "./operation.ts";
import type { ResourceFacts } from "./resource.ts";

const mark = "[secret]";
/** Shorter ones are no secrets, and would make holes everywhere. */
const shortest = 4;
const longestMessage = 1000;

/** A text without the secrets: the last net, below that of the providers, before something is stored or told. */
export function redactText(text: string, secrets: ResourceSecrets): string {
  let redacted = text;
  for (const secret of Object.values(secrets)) {
    if (secret.length >= shortest) redacted = redacted.replaceAll(secret, mark);
  }
  return redacted;
}

/** Facts without the secrets. */
export function redactFacts(facts: ResourceFacts, secrets: ResourceSecrets): ResourceFacts {
  const redact = (value: JsonValue): JsonValue => {
    if (typeof value === "string") return redactText(value, secrets);
    if (Array.isArray(value)) return value.map(redact);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, redact(inner)]));
  };
  return redact(facts) as ResourceFacts;
}

/** What is stored of an error. */
export function reasonOf(error: HostingError, secrets: ResourceSecrets, step?: string): OperationReason {
  const message = redactText(error.message, secrets).slice(0, longestMessage);
  return { code: error.code, message, ...(step === undefined ? {} : { step }) };
}
