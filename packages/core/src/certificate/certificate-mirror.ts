import { type HostingError, hasCode } from "../errors/index.ts";
import type { CallOptions } from "../ports/call-options.ts";
import type { CertificateStore } from "../ports/certificate-store.ts";
import type { CertificateTarget } from "../ports/certificate-target.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import { guardCertificateStore, guardCertificateTarget, guardKeyVault } from "../ports/index.ts";
import type { KeyVault } from "../ports/key-vault.ts";
import type { StoreError } from "../ports/store/index.ts";
import { err, flow, ok, type ResultAsync } from "../result/index.ts";
import { type CertificateId, type CertificateRecord, certificateKeyContext } from "./certificate.ts";

/** What {@link certificateMirror} works with. */
export interface CertificateMirrorOptions {
  readonly store: CertificateStore;
  readonly vault: KeyVault;
  /** A place of this process alone, as `tlsContexts()` of `@hostelry/serve`. It is not among the targets of `createCertificates`. */
  readonly target: CertificateTarget;
  /** Default: the machine's clock. */
  readonly clock?: Clock | undefined;
}

/** What a refresh has done. */
export interface MirroredCertificates {
  readonly delivered: number;
  readonly removed: number;
  /** Those that could not be brought; they are tried again by the next refresh. */
  readonly failed: readonly { readonly certificateId: CertificateId; readonly error: HostingError }[];
}

/** Keeps a place of this process as the records are. */
export interface CertificateMirror {
  /** Brings what is new, and takes away what is not wanted any more. To be called when the process starts, and every minute or so. */
  refresh(options?: CallOptions): ResultAsync<MirroredCertificates, StoreError>;
}

/**
 * Fills a place that forgets everything when its process ends, and that every process has its own of: certificates in memory. It reads the records and changes nothing
 * there; what `createCertificates` delivers to and writes down are places that outlive the process.
 */
export function certificateMirror(options: CertificateMirrorOptions): CertificateMirror {
  const { clock = systemClock } = options;
  const store = guardCertificateStore(options.store);
  const vault = guardKeyVault(options.vault);
  const target = guardCertificateTarget(options.target);
  /** What is there: SHA-256 by id. */
  const there = new Map<CertificateId, string>();

  const bring = ({ id, names, issued }: CertificateRecord, call: CallOptions): ResultAsync<boolean, HostingError> =>
    flow(async function* () {
      if (issued === undefined || there.get(id) === issued.sha256) return ok(false);
      const { bytes } = yield* vault.open(issued.privateKey, certificateKeyContext(id), call);
      const { number, chainPem, sha256 } = issued;
      const privateKeyPem = new TextDecoder().decode(bytes);
      const request = { certificateId: id, number, names, chainPem, sha256, privateKeyPem };
      const { seen } = yield* target.deliver(request, call);
      there.set(id, seen.sha256);
      return ok(true);
    });

  return {
    refresh: (call = {}) =>
      flow(async function* () {
        const wanted = new Set<CertificateId>();
        const failed: { readonly certificateId: CertificateId; readonly error: HostingError }[] = [];
        let [delivered, removed] = [0, 0];
        let after: string | undefined;
        do {
          const page = yield* store.listCertificates({ state: "issued", after, limit: 1000 }, call);
          for (const record of page.items) {
            const isOver = record.issued === undefined || record.issued.notAfter <= clock.now();
            if (isOver) continue;
            wanted.add(record.id);
            const brought = await bring(record, call);
            if (brought.isOk()) delivered += brought.value ? 1 : 0;
            else if (hasCode(brought.error, "ABORTED")) return err(brought.error);
            else failed.push({ certificateId: record.id, error: brought.error });
          }
          after = page.next;
        } while (after !== undefined);
        for (const certificateId of [...there.keys()].filter((id) => !wanted.has(id))) {
          const gone = await target.remove(certificateId, call);
          if (gone.isErr()) {
            if (hasCode(gone.error, "ABORTED")) return err(gone.error);
            failed.push({ certificateId, error: gone.error });
            continue;
          }
          there.delete(certificateId);
          removed += 1;
        }
        return ok({ delivered, removed, failed });
      }),
  };
}
