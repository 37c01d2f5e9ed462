import { createHash } from "node:crypto";
import {
  type CertificateAccountRecord,
  type CertificateChangeError,
  type CertificateId,
  type CertificateRecord,
  type CertificateStore,
  certificateBusy,
  certificateLeaseLost,
  certificateNotFound,
  checkCertificateAccount,
  checkCertificateLease,
  checkCertificateLimit,
  checkChallengeAnswer,
  checkNewCertificate,
  checkRateKeys,
  checkSpentRates,
  checkStaleLimit,
  err,
  flow,
  ok,
  type Result,
  type Sealed,
  type StoreCapabilities,
} from "@hostelry/core/adapter";
import type { Bind } from "../database/bind.ts";
import { type Columns, flag, integer, optionalText, type Row, selectList, text, time } from "../database/columns.ts";
import { type Listing, listPage } from "../database/listing.ts";
import type { Session } from "../database/session.ts";
import { certificateColumns, readCertificate, readLease } from "./certificate-row.ts";
import { conflict, onlyRow, unknownOutcome } from "./outcome.ts";

const oldestFirst: Listing<CertificateRecord> = {
  name: "listCertificates",
  table: "certificate",
  columns: certificateColumns,
  order: ["created_at", "position"],
  direction: "asc",
  item: readCertificate,
};

const accountColumns: Columns = { authority: "text", account_key: "text", created_at: "time" };

/** Certificates, in a schema. */
export function certificateRecords(session: Session, name: string, capabilities: StoreCapabilities): CertificateStore {
  const { schema } = session;
  const result = selectList(certificateColumns, "(f.result)");
  const columns = selectList(certificateColumns, "certificate");

  return {
    spec: "certificate-store/1",
    name,
    capabilities,

    beginCertificate: (request, options) =>
      flow(async function* () {
        yield* checkNewCertificate(request);
        const { id, names, tenantId, profile, now } = request;
        const rows = yield* session.write(
          "beginCertificate",
          (bind) => `select f.outcome, ${result} from ${schema}.begin_certificate(
            ${bind.text(id, "id")}, ${bind.json(names)}, ${bind.text(tenantId, "tenantId")},
            ${bind.text(profile, "profile")}, ${bind.time(now, "now")}) f`,
          options,
        );
        const row = onlyRow(rows);
        const outcome = text(row, "outcome");
        if (outcome === "conflict") return err(conflict(`certificate ${id}`, "absent", "present"));
        if (outcome !== "done" && outcome !== "known") throw unknownOutcome(outcome);
        return ok({ certificate: readCertificate(row), created: outcome === "done" });
      }),

    getCertificate: (certificateId, options) =>
      flow(async function* () {
        const [row] = yield* session.read(
          "getCertificate",
          (bind) => `select ${columns} from ${schema}.certificate
            where certificate.id = ${bind.text(certificateId, "certificateId")}`,
          options,
        );
        return row === undefined ? err(certificateNotFound(certificateId)) : ok(readCertificate(row));
      }),

    listCertificates: (request = {}, options) => {
      const { tenantId, name: wanted, state } = request;
      return listPage(
        session,
        oldestFirst,
        request,
        (bind) => [
          ...(tenantId === undefined ? [] : [`certificate.tenant_id = ${bind.text(tenantId, "tenantId")}`]),
          ...(state === undefined ? [] : [`certificate.state = ${bind.text(state, "state")}`]),
          ...(wanted === undefined ? [] : [`certificate.searched && ${textArray(bind, namesFor(wanted))}`]),
        ],
        options,
      );
    },

    listDueCertificates: ({ now, limit }, options) =>
      flow(async function* () {
        yield* checkCertificateLimit(limit);
        const rows = yield* session.read(
          "listDueCertificates",
          (bind) => `select ${columns} from ${schema}.certificate where certificate.due_at <= ${bind.time(now, "now")}
            and (certificate.lease_expires_at is null or certificate.lease_expires_at <= ${bind.time(now, "now")})
            order by certificate.due_at, certificate.position limit ${bind.integer(limit, "limit")}`,
          options,
        );
        return ok(rows.map(readCertificate));
      }),

    leaseCertificate: (request, options) =>
      flow(async function* () {
        yield* checkCertificateLease(request);
        const { certificateId, holder, now, expiresAt } = request;
        for (;;) {
          const rows = yield* session.write(
            "leaseCertificate",
            (bind) => `select f.outcome, ${result} from ${schema}.lease_certificate(
              ${bind.text(certificateId, "certificateId")}, ${bind.text(holder, "holder")}, ${bind.time(now, "now")},
              ${bind.time(expiresAt, "expiresAt")}) f`,
            options,
          );
          const row = onlyRow(rows);
          const outcome = text(row, "outcome");
          const lease = readLease(row);
          if (outcome === "done") return ok(readCertificate(row));
          if (outcome === "not_found") return err(certificateNotFound(certificateId));
          if (outcome === "busy" && lease !== undefined) return err(certificateBusy(certificateId, lease));
          // Between two looks its holder has let it go: it is to be had.
          if (outcome !== "again") throw unknownOutcome(outcome);
        }
      }),

    changeCertificate: ({ certificateId, fencingToken, change, release }, options) =>
      flow(async function* () {
        const { profile, issued, order, rehearsedAt, lookedAt, trouble, dueAt } = change;
        const sets = (bind: Bind, field: unknown): string => bind.flag(field !== undefined);
        const rows = yield* session.write(
          "changeCertificate",
          (bind) => `select f.outcome, ${result} from ${schema}.change_certificate(
            ${bind.text(certificateId, "certificateId")}, ${bind.integer(fencingToken, "fencingToken")}, ${bind.flag(release)},
            ${bind.text(change.state, "change.state")}, ${sets(bind, profile)}, ${bind.text(profile, "change.profile")},
            ${sets(bind, issued)}, ${bind.json(issued ?? undefined)}, ${bind.json(change.past)},
            ${sets(bind, order)}, ${bind.json(order ?? undefined)}, ${bind.json(change.presented)},
            ${bind.json(change.deliveries)}, ${sets(bind, rehearsedAt)}, ${bind.time(rehearsedAt, "change.rehearsedAt")},
            ${sets(bind, lookedAt)}, ${bind.time(lookedAt, "change.lookedAt")},
            ${bind.integer(change.failures, "change.failures")}, ${sets(bind, trouble)}, ${bind.json(trouble ?? undefined)},
            ${sets(bind, dueAt)}, ${bind.time(dueAt, "change.dueAt")}) f`,
          options,
        );
        const row = onlyRow(rows);
        yield* fenced(row, certificateId, fencingToken);
        return ok(readCertificate(row));
      }),

    removeCertificate: ({ certificateId, fencingToken }, options) =>
      flow(async function* () {
        const rows = yield* session.write(
          "removeCertificate",
          (bind) => `select f.outcome, ${result} from ${schema}.remove_certificate(
            ${bind.text(certificateId, "certificateId")}, ${bind.integer(fencingToken, "fencingToken")}) f`,
          options,
        );
        return fenced(onlyRow(rows), certificateId, fencingToken);
      }),

    keepAccount: (account, options) =>
      flow(async function* () {
        yield* checkCertificateAccount(account);
        const rows = yield* session.write(
          "keepAccount",
          (bind) => `select f.created::text as created, ${selectList(accountColumns, "(f.result)")}
            from ${schema}.keep_certificate_account(${bind.text(account.authority, "authority")},
            ${bind.text(account.accountKey, "accountKey")}, ${bind.time(account.createdAt, "createdAt")}) f`,
          options,
        );
        const row = onlyRow(rows);
        return ok({ account: readAccount(row), created: flag(row, "created") });
      }),

    findAccount: (authority, options) =>
      session
        .read(
          "findAccount",
          (bind) => `select ${selectList(accountColumns, "certificate_account")} from ${schema}.certificate_account
            where certificate_account.authority = ${bind.text(authority, "authority")}`,
          options,
        )
        .map(([row]) => (row === undefined ? null : readAccount(row))),

    readRateUses: (keys, options) =>
      flow(async function* () {
        yield* checkRateKeys(keys);
        const byDigest = new Map(keys.map((key) => [digestOf(key), key]));
        const rows = yield* session.read(
          "readRateUses",
          (bind) => `select encode(certificate_rate.key_digest, 'hex') as digest,
            ${selectList({ as_new_at: "time" }, "certificate_rate")} from ${schema}.certificate_rate
            where certificate_rate.key_digest in (
              select decode(digest, 'hex') from json_array_elements_text(${bind.json([...byDigest.keys()])}) digest)`,
          options,
        );
        return ok(new Map(rows.map((row) => [byDigest.get(text(row, "digest")) ?? "", time(row, "as_new_at")])));
      }),

    spendRateUses: (request, options) =>
      flow(async function* () {
        yield* checkSpentRates(request);
        const uses = [...request.expected].map(([key, expected]) => {
          return { digest: digestOf(key), expected, as_new_at: request.uses.get(key) ?? null };
        });
        const rows = yield* session.write(
          "spendRateUses",
          (bind) => `select f.spent::text as spent from ${schema}.spend_certificate_rates(${bind.json(uses)}) f(spent)`,
          options,
        );
        return ok({ spent: flag(onlyRow(rows), "spent") });
      }),

    putChallengeAnswer: (answer, options) =>
      flow(async function* () {
        yield* checkChallengeAnswer(answer);
        yield* session.write(
          "putChallengeAnswer",
          (bind) => `select from ${schema}.put_certificate_answer(${bind.text(answer.hostname, "hostname")},
            ${bind.text(answer.token, "token")}, ${bind.text(answer.content, "content")},
            ${bind.time(answer.expiresAt, "expiresAt")})`,
          options,
        );
        return ok(undefined);
      }),

    findChallengeAnswer: ({ hostname, token, now }, options) =>
      session
        .read(
          "findChallengeAnswer",
          (bind) => `select certificate_answer.content from ${schema}.certificate_answer
            where certificate_answer.hostname = ${bind.text(hostname, "hostname")}
              and certificate_answer.token = ${bind.text(token, "token")}
              and certificate_answer.expires_at > ${bind.time(now, "now")}`,
          options,
        )
        .map(([row]) => (row === undefined ? null : (optionalText(row, "content") ?? null))),

    removeChallengeAnswer: ({ hostname, token }, options) =>
      session
        .write(
          "removeChallengeAnswer",
          (bind) => `select from ${schema}.remove_certificate_answer(${bind.text(hostname, "hostname")},
            ${bind.text(token, "token")})`,
          options,
        )
        .map(() => undefined),

    removeStale: ({ now, limit }, options) =>
      flow(async function* () {
        yield* checkStaleLimit(limit);
        const rows = yield* session.write(
          "removeStale",
          (bind) => `select f.removed::text as removed from ${schema}.remove_stale_certificate_facts(
            ${bind.time(now, "now")}, ${bind.integer(limit, "limit")}) f(removed)`,
          options,
        );
        return ok({ removed: integer(onlyRow(rows), "removed") });
      }),
  };
}

/** The outcomes of an act that needs the newest token. */
function fenced(
  row: Row,
  certificateId: CertificateId,
  fencingToken: number,
): Result<undefined, CertificateChangeError> {
  const outcome = text(row, "outcome");
  if (outcome === "not_found") return err(certificateNotFound(certificateId));
  if (outcome === "fenced") {
    return err(certificateLeaseLost(certificateId, fencingToken, integer(row, "fencing_token")));
  }
  if (outcome !== "done") throw unknownOutcome(outcome);
  return ok(undefined);
}

function readAccount(row: Row): CertificateAccountRecord {
  return {
    authority: text(row, "authority"),
    accountKey: text(row, "account_key") as Sealed,
    createdAt: time(row, "created_at"),
  };
}

/** What a record may have that visitors of a name are shown: the name, and the wildcard one label above it. */
function namesFor(name: string): readonly string[] {
  const dot = name.indexOf(".");
  return dot > 0 ? [name, `*${name.slice(dot)}`] : [name];
}

function textArray(bind: Bind, values: readonly string[]): string {
  return `array(select json_array_elements_text(${bind.json(values)}))`;
}

/** Keys may be longer than an index takes, and hold any letters. */
function digestOf(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}
