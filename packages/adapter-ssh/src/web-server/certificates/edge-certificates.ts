import { X509Certificate } from "node:crypto";
import {
  type CallOptions,
  type CertificateId,
  type CertificateSeen,
  type CertificateTarget,
  type CertificateTargetError,
  checkCertificateDelivery,
  err,
  flow,
  type HostingErrorOf,
  hostingError,
  isCertificateId,
  ok,
  type ResultAsync,
  type Transport,
} from "@hostelry/core/adapter";
import { pathProblem } from "../edge-config-options.ts";
import { certificateScript } from "./certificate-script.ts";

/** Options of {@link edgeCertificates}. */
export interface EdgeCertificatesOptions {
  /** The edge root that the configuration was made for (`edgeConfig`, with a listener whose `tls` is `delivered`). */
  readonly root: string;
  /** Unique among the targets of a host. Default: the transport's name. */
  readonly name?: string | undefined;
  /** Where nginx speaks TLS, as the node itself reaches it: `address:port`. Default `127.0.0.1:443`. */
  readonly observeAt?: string | undefined;
  /**
   * The group that nginx's workers belong to, e.g. `www-data`: they read keys at each handshake, so keys are `0640` and this group's. The account of the
   * transport has to be in it, or root. Default: keys are `0600`, for workers of the very account.
   */
  readonly group?: string | undefined;
  /** Of nginx. Default `/etc/nginx/nginx.conf`. */
  readonly mainFile?: string | undefined;
  /** Default `nginx`, by the node's `PATH`. */
  readonly program?: string | undefined;
  /** What makes nginx read its configuration anew. Default: its own way, `nginx -s reload`. */
  readonly reload?: readonly [string, ...string[]] | undefined;
  /** Run all of it with `sudo -n`. Default false. */
  readonly sudo?: boolean | undefined;
  /** Of one call. Default 60,000. */
  readonly timeoutMs?: number | undefined;
}

const steps = {
  whole: "can't use its configuration with the certificate",
  reload: "was not reloaded",
} as const;

/**
 * Certificates of an edge node that runs nginx. nginx looks certificates up by name at each handshake, so delivering one needs no reload; only what
 * changes which names a wildcard answers for does, and then the whole configuration is tested first. Every delivery is observed by
 * handshakes on the node before it counts, and what is not seen to be served is put back.
 *
 * Needs `capabilities.exec`, and awk, flock and openssl on the node. `TypeError` for a root that is no plain absolute path.
 */
export function edgeCertificates(transport: Transport, options: EdgeCertificatesOptions): CertificateTarget {
  const { root, name = transport.name, observeAt = "127.0.0.1:443", group = "", timeoutMs = 60_000 } = options;
  const { mainFile = "/etc/nginx/nginx.conf", program = "nginx", sudo = false } = options;
  const problem = pathProblem("root", root) ?? pathProblem("mainFile", mainFile);
  if (problem !== undefined) throw new TypeError(problem.message);
  if (!/^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]):\d{1,5}$/.test(observeAt))
    throw new TypeError("observeAt is address:port");
  if (!/^[A-Za-z0-9_-]{0,64}$/.test(group)) throw new TypeError("group is the name or number of a group");
  const reload = options.reload ?? [program, "-c", mainFile, "-s", "reload"];
  const words = [root, program, mainFile, observeAt, group, ...reload];

  /** What the node says last: its word, and what comes after it. */
  const run = (
    verb: "deliver" | "observe" | "remove",
    input: readonly (number | string)[],
    call: CallOptions | undefined,
  ): ResultAsync<
    { readonly word: string; readonly rest: readonly string[]; readonly said: string },
    CertificateTargetError
  > =>
    flow(async function* () {
      const shell = ["sh", "-c", certificateScript, "hostelry-certificates", verb, ...words] as const;
      const argv = sudo ? ["sudo", "-n", "--", ...shell] : [...shell];
      const bytes = new TextEncoder().encode(`${input.join("\n")}\n`);
      const request = { input: bytes, signal: call?.signal, timeoutMs, maxErrorBytes: 16_384 };
      const ended = yield* transport.run({ argv: argv as [string, ...string[]] }, request);
      const decoder = new TextDecoder();
      const said = decoder.decode(ended.stderr).trim().slice(-4000);
      const [word = "", ...rest] = decoder.decode(ended.stdout).trimEnd().split("\n").at(-1)?.split(" ") ?? [];
      if (ended.exitCode === 0 && word !== "") return ok({ word, rest, said });
      const state = verb === "observe" ? "unchanged" : "unknown";
      const message = `${name} could not ${verb} a certificate (exit code ${ended.exitCode}).`;
      const details = { adapter: name, operation: verb, state } as const;
      return err(hostingError("ADAPTER_FAILED", message, details, { cause: new Error(said) }));
    });

  const refused = (
    certificateId: CertificateId,
    expected: string,
    { rest: [step = "", shown = "none"], said }: { readonly rest: readonly string[]; readonly said: string },
  ): HostingErrorOf<"CERTIFICATE_NOT_SERVED"> | HostingErrorOf<"WEB_SERVER_REFUSED"> => {
    if (step === "whole" || step === "reload") {
      const message = `nginx on ${name} ${steps[step]}; the one before is still in place.`;
      return hostingError("WEB_SERVER_REFUSED", message, { transport: name, server: "nginx", step, output: said });
    }
    const served = shown === "none" ? null : shown;
    const what = served === null ? "no certificate" : `the certificate ${served.slice(0, 12)}`;
    const message = `nginx on ${name} takes the change and shows ${what}; the one before is still in place.`;
    return hostingError("CERTIFICATE_NOT_SERVED", message, { target: name, certificateId, expected, served });
  };

  return {
    spec: "certificate-target/1",
    name,
    capabilities: { servesAtOnce: true },

    deliver: (request, call) =>
      flow(async function* () {
        const { chainPem } = yield* checkCertificateDelivery(request);
        const { certificateId, number, sha256, names, privateKeyPem } = request;
        const begins = Date.parse(new X509Certificate(chainPem).validFrom) / 1000;
        const texts = [chainPem.trimEnd(), privateKeyPem.trimEnd()];
        const input = [certificateId, number, sha256, begins, names.join(" "), ...texts];
        const answer = yield* run("deliver", input, call);
        const seen = seenIn(answer.rest);
        if (answer.word === "refused") return err(refused(certificateId, sha256, answer));
        if (seen === undefined) return err(unreadable(name, "deliver"));
        return ok({ changed: answer.word === "changed", seen });
      }),

    observe: (certificateId, call) =>
      flow(async function* () {
        if (!isCertificateId(certificateId)) return err(invalidId());
        const answer = yield* run("observe", [certificateId, 0, "", 0, ""], call);
        if (answer.word === "absent") return ok(null);
        const seen = seenIn(answer.rest);
        return seen === undefined ? err(unreadable(name, "observe")) : ok(seen);
      }),

    remove: (certificateId, call) =>
      flow(async function* () {
        if (!isCertificateId(certificateId)) return err(invalidId());
        const answer = yield* run("remove", [certificateId, 0, "", 0, ""], call);
        if (answer.word === "refused") return err(refused(certificateId, "", answer));
        return ok({ changed: answer.word === "changed" });
      }),
  };
}

function seenIn([number, sha256 = "", ...names]: readonly string[]): CertificateSeen | undefined {
  const isWhole = Number.isSafeInteger(Number(number)) && /^[0-9a-f]{64}$/.test(sha256) && names.length > 0;
  return isWhole ? { number: Number(number), sha256, names } : undefined;
}

function unreadable(adapter: string, operation: string): HostingErrorOf<"ADAPTER_FAILED"> {
  const details = { adapter, operation, state: "unknown" } as const;
  return hostingError(
    "ADAPTER_FAILED",
    `${adapter} could not ${operation}: the node's answer makes no sense.`,
    details,
  );
}

function invalidId(): HostingErrorOf<"INVALID_INPUT"> {
  const problem = "is not the id of a certificate";
  return hostingError("INVALID_INPUT", `The certificate's id ${problem}.`, { field: "certificateId", problem });
}
