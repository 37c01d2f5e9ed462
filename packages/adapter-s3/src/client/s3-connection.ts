import type { Agent as HttpAgent } from "node:http";
import type { Agent as HttpsAgent } from "node:https";

/** What a store knows its client by. */
export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Goes with credentials that were lent for a while. */
  readonly sessionToken?: string | undefined;
}

/** Credentials, or where to get those that are good now: asked before every request, so keep what is still good. */
export type S3CredentialsSource =
  | S3Credentials
  | ((options: { signal: AbortSignal | undefined }) => S3Credentials | PromiseLike<S3Credentials>);

/** Where a bucket is, and how to speak with it. */
export interface S3Connection {
  /** Name of the bucket. It has to be there. */
  readonly bucket: string;
  /** Region that requests are signed for: `us-east-1`, `auto` for Cloudflare R2, `garage` as Garage is configured. */
  readonly region: string;
  readonly credentials: S3CredentialsSource;
  /** URL of the store, `http:` or `https:`, with a path when it has one. Default: Amazon's of the region. */
  readonly endpoint?: string | undefined;
  /** `path`: the bucket is the first part of the path. `host`: of the host name. Default: `host` at Amazon, `path` elsewhere. */
  readonly addressing?: "path" | "host" | undefined;
  /** Certificates (PEM) to trust for this store instead of the system's. */
  readonly certificateAuthority?: string | readonly string[] | undefined;
  /** Your own agent, for proxies and client certificates; `certificateAuthority` is left alone then. Default: one that keeps connections. */
  readonly agent?: HttpAgent | HttpsAgent | undefined;
  /** Requests side by side. Default 64. */
  readonly maxRequests?: number | undefined;
  /** Bytes of bodies that are held in memory to be sent, all uploads together. Default 64 MiB. */
  readonly maxBufferedBytes?: number | undefined;
  /** Bytes of one part of an upload in parts; at least 5 MiB, smaller bodies are sent in one request. Default 8 MiB. */
  readonly partBytes?: number | undefined;
  /** For how long a connection may be silent before an attempt is given up, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** How often, and with which pauses, what may be repeated is repeated. */
  readonly retries?: RetryOptions | undefined;
}

/** Repetitions of a request that was throttled, failed in the store, or got no answer. */
export interface RetryOptions {
  /** Attempts in all. Default 5; 1 turns repetition off. */
  readonly attempts?: number | undefined;
  /** Longest pause before the second attempt; doubled for each further one, and a random part of it is waited. Default 100. */
  readonly firstPauseMs?: number | undefined;
  /** No pause is longer. A store that asks for a longer one gets the call ended with `ADAPTER_THROTTLED`. Default 5,000. */
  readonly longestPauseMs?: number | undefined;
}

/** The parts of a connection that every request is made of. */
export interface StoreAddress {
  readonly secure: boolean;
  readonly hostname: string;
  readonly port: number | undefined;
  /** As the `Host` header says it. */
  readonly host: string;
  /** What comes before a key in the path, ending with `/`. */
  readonly basePath: string;
  /** Which bucket of which place: without secrets, equal for equal buckets. */
  readonly place: string;
}

/** @throws TypeError when what is given is not an address: a bug of the caller. */
export function storeAddress({ bucket, region, endpoint, addressing }: S3Connection): StoreAddress {
  // A name that is no bucket's would become another path or another host.
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/.test(bucket))
    throw new TypeError(`Not the name of a bucket: ${JSON.stringify(bucket)}`);
  if (!/^[A-Za-z0-9-]+$/.test(region)) throw new TypeError(`Not a region: ${JSON.stringify(region)}`);
  const url = new URL(endpoint ?? `https://s3.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new TypeError(`Not an address of a store: ${url.protocol}`);
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    throw new TypeError("The address of a store has no user, query or fragment.");
  }
  const byHost = (addressing ?? (endpoint === undefined ? "host" : "path")) === "host";
  const hostname = byHost ? `${bucket}.${url.hostname}` : url.hostname;
  const folder = url.pathname.endsWith("/") ? url.pathname : `${url.pathname}/`;
  return {
    secure: url.protocol === "https:",
    hostname: hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? undefined : Number(url.port),
    host: url.port === "" ? hostname : `${hostname}:${url.port}`,
    basePath: byHost ? folder : `${folder}${bucket}/`,
    place: `${url.protocol}//${url.host}${folder}${bucket}`,
  };
}
