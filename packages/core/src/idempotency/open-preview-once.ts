import { hostingError } from "../errors/index.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import {
  type OpenedPreview,
  type OpenPreviewError,
  type OpenPreviewOptions,
  openPreview,
} from "../preview/open-preview.ts";
import type { Preview } from "../preview/preview.ts";
import { hashPreviewToken } from "../preview/preview-token.ts";
import { errAsync, type ResultAsync } from "../result/index.ts";
import type { RevisionId } from "../revision/revision.ts";
import type { Attempt } from "./attempt.ts";
import { optional } from "./call-identity.ts";
import type { IdempotentOptions } from "./idempotency-policy.ts";
import { type IdempotencyError, once } from "./once.ts";

/** More attempts at one preview than this are nobody's doing. */
const mostDraws = 1000;

/**
 * `previews.open`, once for an idempotency key. The token is not stored, neither here: it is derived again from a secret
 * of the host's, and must have the hash that the preview's record has.
 */
export function openPreviewOnce(
  ports: HostingPorts,
  revisionId: RevisionId,
  options: OpenPreviewOptions & IdempotentOptions = {},
): ResultAsync<OpenedPreview, OpenPreviewError | IdempotencyError> {
  if (options.idempotencyKey !== undefined && ports.idempotency.secrets.length === 0) {
    const problem = "needs createHosting({ idempotency: { secrets } }) to open a preview";
    const details = { field: "idempotencyKey", problem };
    return errAsync(hostingError("INVALID_INPUT", `An idempotency key ${problem}.`, details));
  }
  const { ttlMs, singleUse = false } = options;
  const input = [revisionId, optional(ttlMs), singleUse];
  const call = {
    operation: "previews.open",
    input,
    options,
    kept: ({ preview }: OpenedPreview): Preview => preview,
    restored: (kept: unknown, attempt: Pick<Attempt, "id" | "tokens">) => withToken(kept as Preview, attempt),
  };
  return once(ports, call, (attempt) => openPreview(ports, revisionId, options, attempt));
}

function withToken(preview: Preview, { id, tokens }: Pick<Attempt, "id" | "tokens">): OpenedPreview | undefined {
  for (let index = 0; index < mostDraws; index += 1) {
    if (id("preview", index) !== preview.id) continue;
    const token = tokens(index).find((each) => hashPreviewToken(each) === preview.tokenHash);
    return token === undefined ? undefined : { preview, token };
  }
  return undefined;
}
