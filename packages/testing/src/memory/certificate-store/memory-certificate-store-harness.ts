import type { CertificateStore } from "@hostelry/core/adapter";
import type { CertificateStoreHarness } from "../../conformance/certificate-store/certificate-store-harness.ts";
import { type MemoryCertificateStore, memoryCertificateStore } from "./memory-certificate-store.ts";
import { memoryCertificates } from "./memory-certificates.ts";

/** The harness of the in-memory certificate store; `spoil` may break what it makes: that is how saboteurs are built. */
export function memoryCertificateStoreHarness(
  spoil: (store: MemoryCertificateStore) => CertificateStore = (store) => store,
): CertificateStoreHarness {
  // Certificates outlive each instance here, so both can be declared and are proven.
  const capabilities = { shared: true, durable: true };
  return {
    capabilities,
    make: async () => {
      const certificates = memoryCertificates();
      const open = (): CertificateStore => spoil(memoryCertificateStore({ certificates, capabilities }));
      return {
        subject: open(),
        dispose: async () => undefined,
        another: async () => open(),
        reopen: async () => open(),
      };
    },
  };
}
