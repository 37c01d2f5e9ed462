import type { JsonValue } from "../audit/audit-entry.ts";
import type { HostingErrorOf } from "../errors/index.ts";
import { type IdKind, newId } from "../identity/identity.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import { newPreviewToken } from "../preview/preview-token.ts";
import { okAsync, type ResultAsync } from "../result/index.ts";
import { derivedId, derivedToken } from "./derived-secrets.ts";

/** Errors of noting how far an attempt has come. */
export type RememberError = StoreError | HostingErrorOf<"IDEMPOTENCY_IN_PROGRESS">;

/** One attempt at a call. Attempts at the same call draw the same ids and tokens, and leave notes for each other. */
export interface Attempt {
  /** Whether an attempt before this one may have had effects. */
  readonly resumed: boolean;
  /** What an earlier attempt noted last. */
  readonly note?: JsonValue | undefined;
  id(kind: IdKind, index?: number): string;
  /** Tokens that the n-th preview may have: the first one is for making it. */
  tokens(index: number): readonly string[];
  /** Keeps a note; refused when another attempt has taken over, and then this one must stop. */
  remember(note: JsonValue): ResultAsync<void, RememberError>;
}

/** The attempt of a call without a key: there is one, everything is random, and nobody reads its notes. */
export function onlyAttempt({ random }: HostingPorts): Attempt {
  return {
    resumed: false,
    id: (kind) => newId(kind, random),
    tokens: () => [newPreviewToken(random)],
    remember: () => okAsync(undefined),
  };
}

/** An attempt of a call with a key. */
export function keyedAttempt(
  ports: HostingPorts,
  begun: { readonly seed: string; readonly resumed: boolean; readonly note?: JsonValue | undefined },
  remember: Attempt["remember"],
): Attempt {
  const { seed, resumed, note } = begun;
  return {
    resumed,
    note,
    id: (kind, index = 0) => derivedId(kind, seed, index),
    tokens: (index) => ports.idempotency.secrets.map((secret) => derivedToken(secret, seed, index)),
    remember,
  };
}
