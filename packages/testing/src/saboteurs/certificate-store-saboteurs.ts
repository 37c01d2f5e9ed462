import {
  type CertificateRecord,
  type CertificateStore,
  coversName,
  err,
  errAsync,
  flow,
  hasCode,
  ok,
  okAsync,
} from "@hostelry/core/adapter";
import { certificateStoreConformance } from "../conformance/certificate-store/certificate-store-conformance.ts";
import type { MemoryCertificateStore } from "../memory/certificate-store/memory-certificate-store.ts";
import { memoryCertificateStoreHarness } from "../memory/certificate-store/memory-certificate-store-harness.ts";
import { copyOf } from "../memory/certificate-store/memory-certificates.ts";
import { afterTurn, nextTurn } from "../memory/turn.ts";
import type { Saboteur } from "./saboteur.ts";

/** A certificate store that breaks one promise: `spoil` gives the methods that replace those of a good one. */
function certificateStoreSaboteur(draft: {
  readonly name: string;
  /** Case ids without the port. */
  readonly caughtBy: readonly string[];
  readonly spoil: (store: MemoryCertificateStore) => Partial<CertificateStore>;
}): Saboteur {
  const { name, caughtBy, spoil } = draft;
  const harness = memoryCertificateStoreHarness((store) => ({ ...store, ...spoil(store) }));
  const port = "certificate-store";
  const cases = () => certificateStoreConformance(harness);
  return { name, port, caughtBy: caughtBy.map((id) => `${port}/${id}`), cases };
}

/** Writes a record as it is told, behind the store's back. */
function put({ certificates }: MemoryCertificateStore, record: CertificateRecord): CertificateRecord {
  certificates.records.set(record.id, copyOf(record));
  certificates.due.note(record);
  return record;
}

/** Certificate stores that break one promise each. */
export const certificateStoreSaboteurs: readonly Saboteur[] = [
  certificateStoreSaboteur({
    name: "begins a record for everybody who asks",
    caughtBy: ["begin/raced", "begin/repeated"],
    spoil: (store) => ({
      beginCertificate: (request, call) =>
        flow(async function* () {
          const answer = yield* store.beginCertificate(request, call);
          if (answer.created) return ok(answer);
          const { names, tenantId, createdAt } = answer.certificate;
          const rest = { past: [], presented: [], deliveries: [], failures: 0, version: 1, fencingToken: 0 };
          const anew = { id: request.id, names, tenantId, createdAt, state: "ordering", ...rest } as const;
          return ok({ certificate: put(store, anew), created: true });
        }),
    }),
  }),
  certificateStoreSaboteur({
    name: "has one record for a set of names, whosever they are",
    caughtBy: ["begin/apart"],
    spoil: (store) => ({
      beginCertificate: (request, call) => {
        const names = request.names.join();
        const known = [...store.certificates.records.values()].find((each) => each.names.join() === names);
        return known === undefined || known.names.length === 100
          ? store.beginCertificate(request, call)
          : store.beginCertificate({ ...request, tenantId: known.tenantId }, call);
      },
    }),
  }),
  certificateStoreSaboteur({
    name: "looks whether a lease is free, and takes it a turn later",
    caughtBy: ["lease/raced"],
    spoil: (store) => ({
      leaseCertificate: (request, call) => {
        const before = store.certificates.records.get(request.certificateId);
        const isFree = before?.lease === undefined || before.lease.expiresAt <= request.now;
        return afterTurn(() => store.leaseCertificate(request, call)).orElse((error) =>
          isFree && hasCode(error, "CERTIFICATE_BUSY") ? store.getCertificate(request.certificateId) : errAsync(error),
        );
      },
    }),
  }),
  certificateStoreSaboteur({
    name: "lets a holder lease again what it has",
    caughtBy: ["lease/busy"],
    spoil: (store) => ({
      leaseCertificate: (request, call) =>
        store.leaseCertificate(request, call).orElse((error) => {
          const record = store.certificates.records.get(request.certificateId);
          const isOwn = hasCode(error, "CERTIFICATE_BUSY") && record?.lease?.holder === request.holder;
          return isOwn && record !== undefined ? okAsync(copyOf(record)) : errAsync(error);
        }),
    }),
  }),
  certificateStoreSaboteur({
    name: "keeps a lease until its end, whatever its holder says",
    caughtBy: ["change/released", "due/order"],
    spoil: (store) => ({
      changeCertificate: (request, call) => store.changeCertificate({ ...request, release: false }, call),
    }),
  }),
  certificateStoreSaboteur({
    name: "takes changes by whatever token",
    caughtBy: ["change/fenced", "change/nobody", "change/released"],
    spoil: (store) => ({
      changeCertificate: (request, call) =>
        store.changeCertificate(request, call).orElse((error) => {
          const record = store.certificates.records.get(request.certificateId);
          if (!hasCode(error, "STORE_CONFLICT") || record === undefined) return errAsync(error);
          if (record.fencingToken > 0) {
            return store.changeCertificate({ ...request, fencingToken: record.fencingToken }, call);
          }
          return okAsync(put(store, { ...record, version: record.version + 1 }));
        }),
    }),
  }),
  certificateStoreSaboteur({
    name: "takes 0 for a token while nobody has one",
    caughtBy: ["change/nobody"],
    spoil: (store) => ({
      changeCertificate: (request, call) =>
        store.changeCertificate(request, call).orElse((error) => {
          const record = store.certificates.records.get(request.certificateId);
          const isFirst = record?.fencingToken === 0 && request.fencingToken === 0;
          return isFirst && record !== undefined
            ? okAsync(put(store, { ...record, version: record.version + 1 }))
            : errAsync(error);
        }),
    }),
  }),
  certificateStoreSaboteur({
    name: "takes away by whatever token",
    caughtBy: ["change/fenced", "change/nobody"],
    spoil: (store) => ({
      removeCertificate: ({ certificateId }, call) =>
        flow(async function* () {
          yield* store.getCertificate(certificateId, call);
          store.certificates.records.delete(certificateId);
          store.certificates.byNames.clear();
          return ok(undefined);
        }),
    }),
  }),
  certificateStoreSaboteur({
    name: "forgets milliseconds",
    caughtBy: ["change/exact"],
    spoil: (store) => ({
      changeCertificate: (request, call) =>
        store.changeCertificate(request, call).map((record) => {
          const { issued } = record;
          if (issued === undefined) return record;
          const renewAt = new Date(Math.floor(issued.renewAt.getTime() / 1000) * 1000);
          return put(store, { ...record, issued: { ...issued, renewAt } });
        }),
    }),
  }),
  certificateStoreSaboteur({
    name: "takes away what is left out of a change",
    caughtBy: ["change/partial"],
    spoil: (store) => ({
      changeCertificate: (request, call) =>
        store.changeCertificate({ ...request, change: { failures: 0, profile: null, ...request.change } }, call),
    }),
  }),
  certificateStoreSaboteur({
    name: "lists what is due in any order",
    caughtBy: ["due/order"],
    spoil: (store) => ({
      listDueCertificates: (request, call) => store.listDueCertificates(request, call).map((due) => [...due].reverse()),
    }),
  }),
  certificateStoreSaboteur({
    name: "lists as due what is worked on",
    caughtBy: ["due/order"],
    spoil: (store) => ({
      listDueCertificates: ({ now, limit }, call) =>
        store.listDueCertificates({ now, limit }, call).map((due) => {
          const busy = [...store.certificates.records.values()].filter(({ dueAt, lease }) => {
            return dueAt !== undefined && dueAt <= now && lease !== undefined && lease.expiresAt > now;
          });
          return [...busy.map(copyOf), ...due].slice(0, limit);
        }),
    }),
  }),
  certificateStoreSaboteur({
    name: "finds by a name whatever it covers at any depth",
    caughtBy: ["list/by-name"],
    spoil: (store) => ({
      listCertificates: ({ name, ...request } = {}, call) =>
        store.listCertificates(request, call).map((page) => ({
          ...page,
          items: page.items.filter(
            ({ names }) =>
              name === undefined ||
              names.some((own) => coversName(own, name) || (own.startsWith("*.") && name.endsWith(own.slice(1)))),
          ),
        })),
    }),
  }),
  certificateStoreSaboteur({
    name: "keeps the last account that it is given",
    caughtBy: ["account/kept", "account/raced"],
    spoil: (store) => ({
      keepAccount: (account, call) =>
        store.keepAccount(account, call).map(({ created }) => {
          store.certificates.accounts.set(account.authority, account);
          return { account, created };
        }),
    }),
  }),
  certificateStoreSaboteur({
    name: "writes uses of limits whatever they were",
    caughtBy: ["rates/compared", "rates/raced"],
    spoil: (store) => ({
      spendRateUses: (request, call) =>
        store.spendRateUses(request, call).map(() => {
          for (const [key, use] of request.uses) store.certificates.rateUses.set(key, use);
          return { spent: true };
        }),
    }),
  }),
  certificateStoreSaboteur({
    name: "compares only the uses that it writes",
    caughtBy: ["rates/compared"],
    spoil: (store) => ({
      spendRateUses: ({ expected, uses }, call) => {
        const written = [...expected].filter(([key]) => uses.has(key));
        if (written.length === 0 || [...uses.keys()].some((key) => !expected.has(key))) {
          return store.spendRateUses({ expected, uses }, call);
        }
        return store.spendRateUses({ expected: new Map(written), uses }, call);
      },
    }),
  }),
  certificateStoreSaboteur({
    name: "compares uses in one act, and writes them in another",
    caughtBy: ["rates/raced"],
    spoil: (store) => ({
      spendRateUses: (request, call) =>
        flow(async function* () {
          const checked = await store.spendRateUses({ ...request, uses: new Map() }, call);
          if (checked.isErr()) return err(checked.error);
          if (!checked.value.spent) return ok(checked.value);
          if ([...request.uses.keys()].some((key) => !request.expected.has(key))) {
            return store.spendRateUses(request, call);
          }
          await nextTurn();
          for (const [key, use] of request.uses) store.certificates.rateUses.set(key, use);
          return ok({ spent: true });
        }),
    }),
  }),
  certificateStoreSaboteur({
    name: "gives out answers after their end",
    caughtBy: ["answer/found"],
    spoil: (store) => ({
      findChallengeAnswer: (request, call) => store.findChallengeAnswer({ ...request, now: new Date(0) }, call),
    }),
  }),
  certificateStoreSaboteur({
    name: "gives out an answer under every name",
    caughtBy: ["answer/found"],
    spoil: (store) => ({
      findChallengeAnswer: (request, call) =>
        store.findChallengeAnswer(request, call).map((content) => {
          const others = [...store.certificates.answers.values()];
          return content ?? others.find(({ token }) => token === request.token && others.length === 1)?.content ?? null;
        }),
    }),
  }),
  certificateStoreSaboteur({
    name: "removes uses that still count",
    caughtBy: ["stale/uses"],
    spoil: (store) => ({
      removeStale: (request, call) =>
        store.removeStale(request, call).map((answer) => {
          store.certificates.rateUses.clear();
          return answer;
        }),
    }),
  }),
];
