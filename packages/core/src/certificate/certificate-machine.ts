import type { CertificateState } from "./certificate.ts";

/** What happens to a certificate's record. */
export type CertificateHappening = "issue" | "order" | "release" | "restore" | "revoke";

/** All of them, for tests over all paths. */
export const certificateHappenings: readonly CertificateHappening[] = [
  "issue",
  "order",
  "release",
  "restore",
  "revoke",
];

/**
 * Where each leads. `issue`: there is one now, ordered or brought. `order`: one is wanted, and there is none. `restore`: wanted again
 * before it was taken away. What is not here does not happen.
 */
export const certificateTransitions: {
  readonly [S in CertificateState]: Readonly<Partial<Record<CertificateHappening, CertificateState>>>;
} = {
  ordering: { issue: "issued", release: "released" },
  issued: { issue: "issued", revoke: "revoked", release: "released" },
  revoked: { issue: "issued", order: "ordering", release: "released" },
  released: { issue: "issued", order: "ordering", restore: "issued" },
};

/** The state after that; `undefined` when it can't happen. */
export function nextCertificateState(
  state: CertificateState,
  happening: CertificateHappening,
): CertificateState | undefined {
  return certificateTransitions[state][happening];
}
