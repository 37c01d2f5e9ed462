import { X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContext } from "node:tls";
import {
  adapterError,
  attempt,
  type CallOptions,
  type CertificateId,
  type CertificateSeen,
  type CertificateTarget,
  type CertificateTargetError,
  type CertificateToDeliver,
  checkCertificateDelivery,
  err,
  flow,
  hostingError,
  ok,
  type Result,
  type ResultAsync,
} from "@hostelry/core/adapter";

/** Options of {@link tlsContexts}. */
export interface TlsContextsOptions {
  /** Unique among the targets of a host. Default `this-process`. */
  readonly name?: string | undefined;
  /**
   * So many certificates are kept ready for handshakes: each takes some ten kilobytes of OpenSSL's memory. The others are made ready when a visitor
   * comes, which takes a fraction of a millisecond. Default 1,000.
   */
  readonly maxReady?: number | undefined;
}

/** Certificates for the HTTPS servers of this process: a place that certificates are delivered to. */
export interface TlsContexts extends CertificateTarget {
  /**
   * For `https.createServer({ SNICallback })`: the certificate of the name that the visitor asks for. For a name without one, the
   * server's own `cert` and `key`, when it has them; otherwise the handshake is refused.
   */
  readonly SNICallback: (hostname: string, callback: (error: Error | null, context?: SecureContext) => void) => void;
  /** What visitors of a name get; `undefined` when there is none. */
  contextFor(hostname: string): SecureContext | undefined;
}

interface Held extends CertificateSeen {
  readonly certificateId: CertificateId;
  readonly chainPem: string;
  readonly privateKeyPem: string;
  readonly beginsMs: number;
}

/**
 * Keeps certificates in the memory of this process, for Node's HTTPS servers. A certificate is there for the next handshake when `deliver` ends, and
 * connections that are open stay as they are. Nothing outlives the process: whoever delivers observes `null` after a restart, and delivers again.
 */
export function tlsContexts(options: TlsContextsOptions = {}): TlsContexts {
  const { name = "this-process", maxReady = 1000 } = options;
  const held = new Map<CertificateId, Held>();
  /** By name: those that have it, the one that visitors get first. A list is replaced, never changed. */
  const byName = new Map<string, readonly Held[]>();
  /** The least recently used first. */
  const ready = new Map<Held, SecureContext>();

  const contextOf = (certificate: Held): SecureContext => {
    const context = ready.get(certificate) ?? secureContext(certificate);
    ready.delete(certificate);
    ready.set(certificate, context);
    const [oldest] = ready.keys();
    if (ready.size > maxReady && oldest !== undefined) ready.delete(oldest);
    return context;
  };
  const forNames = (certificate: Held, change: (list: readonly Held[]) => readonly Held[]): void => {
    for (const each of certificate.names) {
      const list = change(byName.get(each) ?? []);
      if (list.length === 0) byName.delete(each);
      else byName.set(each, list);
    }
  };
  const take = (certificate: Held): void => {
    held.delete(certificate.certificateId);
    ready.delete(certificate);
    forNames(certificate, (list) => list.filter((each) => each !== certificate));
  };
  const put = (certificate: Held): void => {
    held.set(certificate.certificateId, certificate);
    forNames(certificate, (list) => [...list, certificate].sort((one, other) => other.beginsMs - one.beginsMs));
  };

  const contextFor = (hostname: string): SecureContext | undefined => {
    const asked = hostname.toLowerCase();
    const [certificate] = byName.get(asked) ?? byName.get(`*${asked.slice(asked.indexOf("."))}`) ?? [];
    return certificate && contextOf(certificate);
  };
  const within = <T>(
    operation: string,
    call: CallOptions | undefined,
    act: () => Result<T, CertificateTargetError>,
  ): ResultAsync<T, CertificateTargetError> =>
    flow(async function* () {
      const { signal } = call ?? {};
      if (signal?.aborted === true) {
        return err(hostingError("ABORTED", `${operation} was ended by its caller.`, { operation }));
      }
      const context = { adapter: name, operation, state: "unchanged" } as const;
      return yield* attempt(
        async () => act(),
        (cause) => adapterError(cause, context),
      );
    });

  return {
    spec: "certificate-target/1",
    name,
    capabilities: { servesAtOnce: true },
    contextFor,
    SNICallback: (hostname, callback) => {
      let context: SecureContext | undefined;
      try {
        context = contextFor(hostname);
      } catch (cause) {
        callback(new Error(`the certificate for ${hostname} can't be used`, { cause }));
        return;
      }
      callback(null, context);
    },

    deliver: (request, call) =>
      within("deliver", call, () =>
        checkCertificateDelivery(request).map(({ chainPem }) => {
          const before = held.get(request.certificateId);
          if (before !== undefined && isAsGood(before, request)) return { changed: false, seen: seenOf(before) };
          const { certificateId, number, names, privateKeyPem, sha256 } = request;
          const beginsMs = Date.parse(new X509Certificate(chainPem).validFrom);
          const after: Held = { certificateId, number, names: [...names], chainPem, privateKeyPem, sha256, beginsMs };
          // OpenSSL says now what it has against it, and not to a visitor.
          contextOf(after);
          if (before !== undefined) take(before);
          put(after);
          return { changed: true, seen: seenOf(after) };
        }),
      ),

    observe: (certificateId, call) =>
      within("observe", call, () => {
        const certificate = held.get(certificateId);
        return ok(certificate === undefined ? null : seenOf(certificate));
      }),

    remove: (certificateId, call) =>
      within("remove", call, () => {
        const certificate = held.get(certificateId);
        if (certificate !== undefined) take(certificate);
        return ok({ changed: certificate !== undefined });
      }),
  };
}

function secureContext({ chainPem, privateKeyPem }: Held): SecureContext {
  return createSecureContext({ cert: chainPem, key: privateKeyPem });
}

/** What is there stays when it is newer, and when it is the same. */
function isAsGood(before: Held, after: CertificateToDeliver): boolean {
  return before.number > after.number || (before.number === after.number && before.sha256 === after.sha256);
}

function seenOf({ number, sha256, names }: Held): CertificateSeen {
  return { number, sha256, names: [...names] };
}
