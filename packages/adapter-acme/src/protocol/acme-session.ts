import {
  type AdapterError,
  adapterError,
  attempt,
  type CallOptions,
  type Clock,
  err,
  flow,
  ok,
  type ResultAsync,
} from "@hostelry/core/adapter";
import { type AcmeHttp, type AcmeHttpReply, acmeName } from "../http/acme-http.ts";
import type { AccountKey } from "./account-key.ts";
import { type Fields, fieldsOf, parseFields, textOf } from "./fields.ts";
import { type AcmeRefusal, malformed, problemOf, refusalOf } from "./problem.ts";

/** Where everything is, at one authority. */
export interface AcmeDirectory {
  readonly newNonce: string;
  readonly newAccount: string;
  readonly newOrder: string;
  readonly revokeCert: string;
  /** `undefined` when it gives no advice on renewals (RFC 9773). */
  readonly renewalInfo: string | undefined;
  readonly meta: Fields;
}

/** What to send, signed. */
export interface AcmePost {
  readonly operation: string;
  readonly url: string;
  /** `undefined`: only read. */
  readonly payload?: unknown;
  /** Signed with the key itself, before the account is known. */
  readonly accountUrl: string | null;
}

/** Requests of one authority, with what has to be remembered between them: where things are, and nonces. */
export interface AcmeSession {
  directory(options: CallOptions): ResultAsync<AcmeDirectory, AcmeRefusal>;
  /** Sends a signed request; a nonce that is not taken is replaced by the one that comes with the refusal. */
  post(post: AcmePost, options: CallOptions): ResultAsync<AcmeHttpReply, AcmeRefusal>;
  /** Reads without a signature. */
  get(operation: string, url: string, options: CallOptions): ResultAsync<AcmeHttpReply, AcmeRefusal>;
  now(): Date;
}

const directoryLifeMs = 60 * 60_000;
const mostNonces = 32;
/** Servers forget nonces when they are restarted, and Pebble refuses some on purpose. So many in a row are no accident. */
const mostNonceRefusals = 20;

/** A session of one account key. */
export function acmeSession(http: AcmeHttp, key: AccountKey, directoryUrl: string, clock: Clock): AcmeSession {
  const nonces: string[] = [];
  let known: { readonly directory: AcmeDirectory; readonly readAtMs: number } | undefined;

  const keep = (reply: AcmeHttpReply): void => {
    if (reply.replayNonce !== null && nonces.length < mostNonces) nonces.push(reply.replayNonce);
  };

  const directory: AcmeSession["directory"] = ({ signal }) =>
    flow(async function* () {
      const nowMs = clock.now().getTime();
      if (known !== undefined && nowMs - known.readAtMs < directoryLifeMs) return ok(known.directory);
      const operation = "readFacts";
      const reply = yield* http({ operation, method: "GET", url: directoryUrl, signal });
      if (reply.status !== 200) return err(refusalOf(operation, reply, clock.now()));
      const read = directoryFrom(parseFields(reply.text));
      if (read === undefined) return err(malformed(operation, "directory"));
      known = { directory: read, readAtMs: nowMs };
      return ok(read);
    });

  const takeNonce = (operation: string, options: CallOptions): ResultAsync<string, AcmeRefusal> =>
    flow(async function* () {
      const held = nonces.pop();
      if (held !== undefined) return ok(held);
      const { newNonce } = yield* directory(options);
      const reply = yield* http({ operation, method: "HEAD", url: newNonce, signal: options.signal });
      if (reply.status >= 300) return err(refusalOf(operation, reply, clock.now()));
      return reply.replayNonce === null ? err(malformed(operation, "nonce")) : ok(reply.replayNonce);
    });

  return {
    directory,
    now: () => clock.now(),
    get: (operation, url, { signal }) => http({ operation, method: "GET", url, signal }),
    post: ({ operation, url, payload, accountUrl }, options) =>
      flow(async function* () {
        for (let refusals = 0; ; refusals += 1) {
          const nonce = yield* takeNonce(operation, options);
          const body = yield* attempt(
            () => key.sign({ url, nonce, accountUrl, payload }),
            (cause): AdapterError => adapterError(cause, { adapter: acmeName, operation, state: "unchanged" }),
          );
          const reply = yield* http({ operation, method: "POST", url, body, signal: options.signal });
          keep(reply);
          const isRefusedNonce = problemOf(reply)?.type === "badNonce";
          if (!isRefusedNonce || refusals === mostNonceRefusals) return ok(reply);
          // What is held is as old as the one that was refused; the one in the refusal is fresh.
          nonces.splice(0, nonces.length - (reply.replayNonce === null ? 0 : 1));
        }
      }),
  };
}

function directoryFrom(fields: Fields): AcmeDirectory | undefined {
  const [newNonce, newAccount, newOrder, revokeCert] = ["newNonce", "newAccount", "newOrder", "revokeCert"].map(
    (name) => textOf(fields[name]),
  );
  if (newNonce === undefined || newAccount === undefined || newOrder === undefined || revokeCert === undefined) return;
  const meta = fieldsOf(fields["meta"]);
  return { newNonce, newAccount, newOrder, revokeCert, renewalInfo: textOf(fields["renewalInfo"]), meta };
}
