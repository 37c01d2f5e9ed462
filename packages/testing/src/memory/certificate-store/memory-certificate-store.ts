import {
  type CertificateChange,
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
  coversName,
  err,
  ok,
  type Result,
  type StoreCapabilities,
} from "@hostelry/core/adapter";
import { type ListingOrder, pageOf } from "../page-of.ts";
import { conflict } from "../store/store-context.ts";
import { decide, nextTurn, type Turn } from "../turn.ts";
import { copyOf, type MemoryCertificates, memoryCertificates, recordKey } from "./memory-certificates.ts";

/** Settings of {@link memoryCertificateStore}. */
export interface MemoryCertificateStoreOptions {
  /** Records to work on. Default: new ones. Two stores on one set are two processes on one database. */
  readonly certificates?: MemoryCertificates | undefined;
  /** What to declare. Default: neither shared nor durable, for both end with the process. */
  readonly capabilities?: Partial<StoreCapabilities> | undefined;
  /** How to let others run before and after each decision. Default: one turn of the event loop. */
  readonly turn?: Turn | undefined;
}

/** A {@link memoryCertificateStore}, and the records behind it. */
export interface MemoryCertificateStore extends CertificateStore {
  readonly certificates: MemoryCertificates;
}

/** A {@link CertificateStore} in memory: every promise of the port, except that it ends with the process. */
export function memoryCertificateStore(options: MemoryCertificateStoreOptions = {}): MemoryCertificateStore {
  const { certificates = memoryCertificates(), turn = nextTurn } = options;
  const { records, byNames, accounts, rateUses, answers, due: index, positions } = certificates;
  const oldestFirst: ListingOrder<CertificateRecord> = {
    key: ({ id, createdAt }) => [createdAt.getTime(), positions.get(id) ?? 0],
    newestFirst: false,
  };
  const write = (record: CertificateRecord): CertificateRecord => {
    const kept = copyOf(record);
    records.set(kept.id, kept);
    index.note(kept);
    return copyOf(kept);
  };
  const held = (id: CertificateId, fencingToken: number): Result<CertificateRecord, CertificateChangeError> => {
    const record = records.get(id);
    if (record === undefined) return err(certificateNotFound(id));
    const isNewest = fencingToken > 0 && record.fencingToken === fencingToken;
    return isNewest ? ok(record) : err(certificateLeaseLost(id, fencingToken, record.fencingToken));
  };

  return {
    spec: "certificate-store/1",
    name: "memory",
    capabilities: { shared: false, durable: false, ...options.capabilities },
    certificates,

    beginCertificate: (request, call) =>
      decide(turn, "beginCertificate", call, () =>
        checkNewCertificate(request).andThen(() => {
          const { id, names, tenantId, profile, now } = request;
          const known = records.get(byNames.get(recordKey(request)) ?? id);
          if (known !== undefined && recordKey(known) === recordKey(request)) {
            return ok({ certificate: copyOf(known), created: false });
          }
          if (known !== undefined) return err(conflict(`certificate ${id}`, "absent", "present"));
          byNames.set(recordKey(request), id);
          positions.set(id, positions.size);
          const given = { id, names, tenantId, profile, createdAt: now, dueAt: now } as const;
          const rest = { state: "ordering", past: [], presented: [], deliveries: [], failures: 0 } as const;
          return ok({ certificate: write({ ...given, ...rest, version: 1, fencingToken: 0 }), created: true });
        }),
      ),

    getCertificate: (certificateId, call) =>
      decide(turn, "getCertificate", call, () => {
        const record = records.get(certificateId);
        return record === undefined ? err(certificateNotFound(certificateId)) : ok(copyOf(record));
      }),

    listCertificates: (request = {}, call) =>
      decide(turn, "listCertificates", call, () => {
        const { tenantId, name, state } = request;
        const listed = [...records.values()].filter(
          (each) =>
            (tenantId === undefined || each.tenantId === tenantId) &&
            (state === undefined || each.state === state) &&
            (name === undefined || each.names.some((own) => coversName(own, name))),
        );
        return pageOf(listed, oldestFirst, request);
      }),

    listDueCertificates: ({ now, limit }, call) =>
      decide(turn, "listDueCertificates", call, () =>
        checkCertificateLimit(limit).map(() => {
          const nowMs = now.getTime();
          const due: CertificateRecord[] = [];
          for (const id of index.candidates(nowMs)) {
            const record = records.get(id);
            if (record === undefined) continue;
            const { dueAt, lease } = record;
            const isFree = lease === undefined || lease.expiresAt.getTime() <= nowMs;
            if (dueAt !== undefined && dueAt.getTime() <= nowMs && isFree) due.push(record);
          }
          due.sort((one, other) => Number(one.dueAt) - Number(other.dueAt));
          return due.slice(0, limit).map(copyOf);
        }),
      ),

    leaseCertificate: ({ certificateId, holder, now, expiresAt }, call) =>
      decide(turn, "leaseCertificate", call, () =>
        checkCertificateLease({ holder, now, expiresAt }).andThen(() => {
          const record = records.get(certificateId);
          if (record === undefined) return err(certificateNotFound(certificateId));
          const { lease } = record;
          if (lease !== undefined && lease.expiresAt > now) return err(certificateBusy(certificateId, lease));
          return ok(write({ ...record, fencingToken: record.fencingToken + 1, lease: { holder, expiresAt } }));
        }),
      ),

    changeCertificate: ({ certificateId, fencingToken, change, release }, call) =>
      decide(turn, "changeCertificate", call, () =>
        held(certificateId, fencingToken).map((record) => {
          const { lease, ...rest } = changed(record, change);
          const kept = release || lease === undefined ? {} : { lease };
          return write({ ...rest, ...kept, version: record.version + 1 });
        }),
      ),

    removeCertificate: ({ certificateId, fencingToken }, call) =>
      decide(turn, "removeCertificate", call, () =>
        held(certificateId, fencingToken).map((record) => {
          records.delete(certificateId);
          index.drop(certificateId);
          byNames.delete(recordKey(record));
          return undefined;
        }),
      ),

    keepAccount: (account, call) =>
      decide(turn, "keepAccount", call, () =>
        checkCertificateAccount(account).map(() => {
          const known = accounts.get(account.authority);
          if (known !== undefined) return { account: copyOf(known), created: false };
          accounts.set(account.authority, copyOf(account));
          return { account: copyOf(account), created: true };
        }),
      ),

    findAccount: (authority, call) =>
      decide(turn, "findAccount", call, () => ok(copyOf(accounts.get(authority) ?? null))),

    readRateUses: (keys, call) =>
      decide(turn, "readRateUses", call, () =>
        checkRateKeys(keys).map(() => {
          const found = new Map<string, Date>();
          for (const key of keys) {
            const use = rateUses.get(key);
            if (use !== undefined) found.set(key, new Date(use));
          }
          return found;
        }),
      ),

    spendRateUses: (request, call) =>
      decide(turn, "spendRateUses", call, () =>
        checkSpentRates(request).map(() => {
          for (const [key, expected] of request.expected) {
            if (rateUses.get(key)?.getTime() !== expected?.getTime()) return { spent: false };
          }
          for (const [key, use] of request.uses) rateUses.set(key, new Date(use));
          return { spent: true };
        }),
      ),

    putChallengeAnswer: (answer, call) =>
      decide(turn, "putChallengeAnswer", call, () =>
        checkChallengeAnswer(answer).map(() => {
          answers.set(`${answer.hostname} ${answer.token}`, copyOf(answer));
          return undefined;
        }),
      ),

    findChallengeAnswer: ({ hostname, token, now }, call) =>
      decide(turn, "findChallengeAnswer", call, () => {
        const answer = answers.get(`${hostname} ${token}`);
        return ok(answer !== undefined && answer.expiresAt > now ? answer.content : null);
      }),

    removeChallengeAnswer: ({ hostname, token }, call) =>
      decide(turn, "removeChallengeAnswer", call, () => {
        answers.delete(`${hostname} ${token}`);
        return ok(undefined);
      }),

    removeStale: ({ now, limit }, call) =>
      decide(turn, "removeStale", call, () =>
        checkStaleLimit(limit).map(() => {
          const uses = [...rateUses].filter(([, use]) => use <= now).slice(0, limit);
          const over = [...answers].filter(([, { expiresAt }]) => expiresAt <= now).slice(0, limit);
          for (const [key] of uses) rateUses.delete(key);
          for (const [key] of over) answers.delete(key);
          return { removed: uses.length + over.length };
        }),
      ),
  };
}

/** The record after a change: what is left out stays, `null` takes away. */
function changed(record: CertificateRecord, change: CertificateChange): CertificateRecord {
  const next: Record<string, unknown> = { ...record };
  for (const [field, value] of Object.entries(change)) {
    if (value === null) delete next[field];
    else if (value !== undefined) next[field] = value;
  }
  return next as unknown as CertificateRecord;
}
