import { isHostingError } from "./hosting-error.ts";

/**
 * One readable text for any thrown or returned thing: the sentence, the code, and the next step. Never prints `cause`
 * beyond its own message, which adapters keep free of secrets.
 */
export function describeError(error: unknown): string {
  if (isHostingError(error)) return `${error.message} [${error.code}]\n  ${error.nextStep} See ${error.help}`;
  return error instanceof Error ? error.message : String(error);
}
