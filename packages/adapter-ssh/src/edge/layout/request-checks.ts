import {
  type HostingErrorOf,
  hostingError,
  isPathSafeId,
  type PreviewGuard,
  type SlotName,
} from "@hostelry/core/adapter";

/** Refuses an id that is no file name. */
export function assertSiteId(siteId: string): void {
  if (!isPathSafeId(siteId)) throw invalidInput("siteId", "it must be letters, digits, hyphens and underscores");
}

/** Refuses anything but `live` and `preview/<id>`. */
export function assertSlot(slot: SlotName): void {
  if (slot === "live") return;
  if (!slot.startsWith("preview/") || !isPathSafeId(slot.slice("preview/".length)))
    throw invalidInput("slot", "it must be live or preview/<id>");
}

/** Refuses a guard whose token is no hash, or that ends at no time. */
export function assertGuard({ tokenHash, expiresAt }: PreviewGuard): void {
  if (tokenHash !== null && !/^[0-9a-f]{64}$/.test(tokenHash))
    throw invalidInput("guard", "its token's hash must be a SHA-256");
  if (Number.isNaN(expiresAt.getTime())) throw invalidInput("guard", "its end must be a time");
}

/** Refuses anything but a whole number from 1. */
export function assertToken(token: number): void {
  if (!Number.isSafeInteger(token) || token < 1) throw invalidInput("fencingToken", "it must be a whole number from 1");
}

/** The error for a caller's field. */
export function invalidInput(field: string, problem: string): HostingErrorOf<"INVALID_INPUT"> {
  return hostingError("INVALID_INPUT", `${field} can't be used: ${problem}.`, { field, problem });
}
