import { describe, expect, it } from "vitest";
import type { CertificateState } from "./certificate.ts";
import { certificateHappenings, certificateTransitions, nextCertificateState } from "./certificate-machine.ts";

describe("the states of a certificate", () => {
  it("lead from ordering to every state, and from everywhere back to a certificate or out", () => {
    const reached = (from: CertificateState): ReadonlySet<CertificateState> => {
      const found = new Set<CertificateState>([from]);
      for (const state of found) {
        for (const happening of certificateHappenings) {
          const next = nextCertificateState(state, happening);
          if (next !== undefined) found.add(next);
        }
      }
      return found;
    };
    for (const state of Object.keys(certificateTransitions) as CertificateState[]) {
      expect(reached(state).has("issued"), state).toBe(true);
      expect(reached(state).has("released"), state).toBe(true);
    }
    expect(reached("ordering").size).toBe(4);
  });

  it("never call one revoked that was not issued, nor restore one that was not released", () => {
    expect(nextCertificateState("ordering", "revoke")).toBeUndefined();
    expect(nextCertificateState("released", "revoke")).toBeUndefined();
    for (const state of ["ordering", "issued", "revoked"] as const)
      expect(nextCertificateState(state, "restore"), state).toBeUndefined();
  });
});
