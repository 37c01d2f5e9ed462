import { createHash, timingSafeEqual } from "node:crypto";
import type { PreviewGuard } from "@hostelry/core/adapter";
import { encodePath, type RequestTarget } from "../answer/request-target.ts";
import { headerOf, type SiteRequest } from "../answer/site-request.ts";
import { previewCookie, readPreviewCookie } from "./preview-cookie.ts";

/** The query parameter that brings a token to a preview, once. */
export const tokenParameter = "preview_token";

/** What the gate decides. `enter`: the token was in the query; it moves into a cookie and out of the address. */
export type GateDecision =
  | { readonly kind: "open" }
  | { readonly kind: "enter"; readonly location: string; readonly cookie: string }
  | { readonly kind: "token-required" }
  | { readonly kind: "forbidden" }
  | { readonly kind: "expired" };

/**
 * Guards a preview by what the target stores beside its pointer, without the control plane. Says "expired" only to those
 * who hold the token. Tokens are compared by their hashes, in constant time.
 */
export function guardPreview(
  request: SiteRequest,
  target: RequestTarget,
  guard: PreviewGuard,
  options: { readonly now: Date; readonly https: boolean },
): GateDecision {
  const parameters = new URLSearchParams(target.query);
  const fromQuery = parameters.get(tokenParameter);
  const token = fromQuery ?? readPreviewCookie(headerOf(request, "cookie"));
  if (token === undefined || token === "") return { kind: "token-required" };
  if (guard.tokenHash === null || !hasHash(token, guard.tokenHash)) return { kind: "forbidden" };
  if (options.now >= guard.expiresAt) return { kind: "expired" };
  if (fromQuery === null) return { kind: "open" };
  const cookie = previewCookie(token, { expiresAt: guard.expiresAt, secure: options.https });
  return { kind: "enter", location: encodePath(target.path) + withoutToken(target.query), cookie };
}

function hasHash(token: string, tokenHash: string): boolean {
  const actual = createHash("sha256").update(token).digest();
  const expected = Buffer.from(tokenHash, "hex");
  return expected.byteLength === actual.byteLength && timingSafeEqual(actual, expected);
}

/** The other parameters exactly as they were written: parsing and printing them again would change some. */
function withoutToken(query: string): string {
  const kept = query
    .slice(1)
    .split("&")
    .filter((pair) => !new URLSearchParams(pair).has(tokenParameter));
  return kept.length === 0 ? "" : `?${kept.join("&")}`;
}
