import {
  type CallOptions,
  checkDomainClaim,
  checkDomainLimit,
  checkDomainWait,
  type Domain,
  type DomainId,
  type DomainState,
  type DomainStore,
  domainNotFound,
  domainTaken,
  domainTransitionInvalid,
  err,
  flow,
  type HostingErrorOf,
  type Hostname,
  isDomainMove,
  ok,
  type Result,
  type ResultAsync,
  type StoreCapabilities,
  type StoreError,
} from "@hostelry/core/adapter";
import { flag, optionalTime, type Row, selectList, text } from "../database/columns.ts";
import { type Listing, listPage } from "../database/listing.ts";
import type { Session } from "../database/session.ts";
import { domainColumns, readDomain, readTaken, takenPrefix } from "./domain-row.ts";
import { conflict, onlyRow, siteNotFound, unknownOutcome } from "./outcome.ts";

const oldestFirst: Listing<Domain> = {
  name: "listDomains",
  table: "domain",
  columns: domainColumns,
  order: ["created_at", "position"],
  direction: "asc",
  item: readDomain,
};

const states: readonly DomainState[] = ["claimed", "verified", "active", "suspect", "grace", "detached", "tombstone"];

/** Without a ring, one who waits looks this often. */
const pollMs = 1000;
const topic = "domains";

/** Who may use which name, in a schema. */
export function domainRecords(session: Session, name: string, capabilities: StoreCapabilities): DomainStore {
  const { schema } = session;
  const result = selectList(domainColumns, "(f.result)");
  const columns = selectList(domainColumns, "domain");
  const taken = selectList(domainColumns, "(f.taken)").replaceAll(" as ", ` as ${takenPrefix}`);

  return {
    spec: "domain-store/1",
    name,
    capabilities,

    claimDomain: ({ domain, audit }, options) =>
      flow(async function* () {
        yield* checkDomainClaim(domain);
        const { id, hostname, tenantId, siteId, challenge } = domain;
        const rows = yield* session.write(
          "claimDomain",
          (bind) => `select f.outcome, ${result} from ${schema}.claim_domain(
            ${bind.text(id, "domain.id")}, ${bind.text(hostname, "domain.hostname")}, ${bind.text(tenantId, "domain.tenantId")},
            ${bind.text(siteId, "domain.siteId")}, ${bind.time(domain.stateSince, "domain.stateSince")},
            ${bind.text(challenge.method, "challenge.method")}, ${bind.text(challenge.token, "challenge.token")},
            ${bind.time(challenge.issuedAt, "challenge.issuedAt")}, ${bind.time(challenge.expiresAt, "challenge.expiresAt")},
            ${bind.time(domain.dueAt, "domain.dueAt")}, ${bind.text(domain.redirect, "domain.redirect")},
            ${bind.time(domain.createdAt, "domain.createdAt")}, ${bind.audit(audit)}) f`,
          options,
        );
        const row = onlyRow(rows);
        const outcome = text(row, "outcome");
        if (outcome === "site_not_found") return err(siteNotFound(siteId));
        if (outcome === "conflict") return err(conflict(`domain ${id}`, "absent", "present"));
        if (outcome !== "done" && outcome !== "known") throw unknownOutcome(outcome);
        session.bell.ring(topic);
        return ok({ domain: readDomain(row), claimed: outcome === "done" });
      }),

    verifyDomain: ({ domainId, expectVersion, above, now, dueAt, audit }, options) =>
      flow(async function* () {
        const rows = yield* session.write(
          "verifyDomain",
          (
            bind,
          ) => `select f.outcome, ${selectList({ until: "time" }, "f")}, ${result}, ${taken} from ${schema}.verify_domain(
            ${bind.text(domainId, "domainId")}, ${bind.integer(expectVersion, "expectVersion")},
            array(select json_array_elements_text(${bind.json(above)})), ${bind.time(now, "now")},
            ${bind.time(dueAt, "dueAt")}, ${bind.audit(audit)}) f`,
          options,
        );
        const row = onlyRow(rows);
        const outcome = text(row, "outcome");
        if (outcome === "held" || outcome === "nested" || outcome === "tombstone") {
          return err(domainTaken(text(row, "hostname") as Hostname, outcome, optionalTime(row, "until")));
        }
        if (outcome === "state") return err(conflict(`domain ${domainId}`, "claimed", text(row, "state")));
        const domain = yield* changed(row, domainId, expectVersion);
        session.bell.ring(topic);
        return ok({ domain, ...readTaken(row) });
      }),

    changeDomain: ({ domainId, expectVersion, change, now, audit }, options) =>
      flow(async function* () {
        const { state, challenge, nextLookAt, dueAt } = change;
        const allowed = states.filter((from) => state !== undefined && isDomainMove(from, state));
        const rows = yield* session.write(
          "changeDomain",
          (bind) => `select f.outcome, ${result} from ${schema}.change_domain(
            ${bind.text(domainId, "domainId")}, ${bind.integer(expectVersion, "expectVersion")}, ${bind.time(now, "now")},
            ${bind.text(state, "change.state")}, array(select json_array_elements_text(${bind.json(allowed)})),
            ${bind.text(challenge?.method, "challenge.method")}, ${bind.text(challenge?.token, "challenge.token")},
            ${bind.time(challenge?.issuedAt, "challenge.issuedAt")}, ${bind.time(challenge?.expiresAt, "challenge.expiresAt")},
            ${bind.time(change.confirmedAt, "change.confirmedAt")}, ${bind.integer(change.failures, "change.failures")},
            ${bind.integer(change.attempts, "change.attempts")},
            ${bind.flag(nextLookAt !== undefined)}, ${bind.time(nextLookAt, "change.nextLookAt")},
            ${bind.flag(dueAt !== undefined)}, ${bind.time(dueAt, "change.dueAt")},
            ${bind.text(change.redirect, "change.redirect")}, ${bind.audit(audit)}) f`,
          options,
        );
        const row = onlyRow(rows);
        if (text(row, "outcome") === "transition") {
          return err(domainTransitionInvalid(domainId, text(row, "state"), state ?? "change"));
        }
        const domain = yield* changed(row, domainId, expectVersion);
        session.bell.ring(topic);
        return ok(domain);
      }),

    setPrimaryDomain: ({ domainId, audit }, options) =>
      flow(async function* () {
        const rows = yield* session.write(
          "setPrimaryDomain",
          (bind) => `select f.outcome, ${result} from ${schema}.set_primary_domain(
            ${bind.text(domainId, "domainId")}, ${bind.audit(audit)}) f`,
          options,
        );
        const row = onlyRow(rows);
        const outcome = text(row, "outcome");
        if (outcome === "domain_not_found") return err(domainNotFound(domainId));
        if (outcome === "transition") return err(domainTransitionInvalid(domainId, text(row, "state"), "set_primary"));
        if (outcome !== "done") throw unknownOutcome(outcome);
        session.bell.ring(topic);
        return ok(readDomain(row));
      }),

    removeDomain: ({ domainId, expectVersion, audit }, options) =>
      flow(async function* () {
        const rows = yield* session.write(
          "removeDomain",
          (bind) => `select f.outcome, ${result} from ${schema}.remove_domain(
            ${bind.text(domainId, "domainId")}, ${bind.integer(expectVersion, "expectVersion")}, ${bind.audit(audit)}) f`,
          options,
        );
        const row = onlyRow(rows);
        if (text(row, "outcome") === "transition") {
          return err(domainTransitionInvalid(domainId, text(row, "state"), "forget"));
        }
        yield* changed(row, domainId, expectVersion);
        return ok(undefined);
      }),

    getDomain: (domainId, options) =>
      flow(async function* () {
        const [row] = yield* session.read(
          "getDomain",
          (bind) => `select ${columns} from ${schema}.domain where domain.id = ${bind.text(domainId, "domainId")}`,
          options,
        );
        return row === undefined ? err(domainNotFound(domainId)) : ok(readDomain(row));
      }),

    listDomains: (request = {}, options) =>
      listPage(
        session,
        oldestFirst,
        request,
        (bind) => [
          ...(request.siteId === undefined ? [] : [`domain.site_id = ${bind.text(request.siteId, "siteId")}`]),
          ...(request.tenantId === undefined ? [] : [`domain.tenant_id = ${bind.text(request.tenantId, "tenantId")}`]),
          ...(request.hostname === undefined ? [] : [`domain.hostname = ${bind.text(request.hostname, "hostname")}`]),
        ],
        options,
      ),

    listDueDomains: ({ now, limit }, options) =>
      flow(async function* () {
        yield* checkDomainLimit(limit);
        const rows = yield* session.read(
          "listDueDomains",
          (bind) => `select ${columns} from ${schema}.domain where domain.due_at <= ${bind.time(now, "now")}
            order by domain.due_at, domain.position limit ${bind.integer(limit, "limit")}`,
          options,
        );
        return ok(rows.map(readDomain));
      }),

    listDomainChanges: ({ after, limit }, options) =>
      flow(async function* () {
        yield* checkDomainLimit(limit);
        const rows = yield* session.read(
          "listDomainChanges",
          (bind) => `select ${columns} from ${schema}.domain where domain.change > ${bind.integer(after, "after")}
            order by domain.change limit ${bind.integer(limit, "limit")}`,
          options,
        );
        return ok(rows.map(readDomain));
      }),

    awaitDomainChange: ({ after, waitMs }, options) =>
      flow(async function* () {
        yield* checkDomainWait(waitMs);
        const overAt = performance.now() + waitMs;
        // Begun before the first look: what is written after it rings.
        const waiting = session.bell.wait(topic);
        try {
          for (;;) {
            const more = yield* look(session, after, options);
            const leftMs = overAt - performance.now();
            if (more || leftMs <= 0) return ok({ more });
            await waiting.rungWithin(Math.min(leftMs, pollMs), options?.signal);
          }
        } finally {
          waiting.leave();
        }
      }),
  };
}

function look(session: Session, after: number, options: CallOptions | undefined): ResultAsync<boolean, StoreError> {
  return session
    .read(
      "awaitDomainChange",
      (bind) => `select exists (select from ${session.schema}.domain
        where domain.change > ${bind.integer(after, "after")})::text as more`,
      options,
    )
    .map((rows) => flag(onlyRow(rows), "more"));
}

/** The outcomes that all changes of a domain have. */
function changed(
  row: Row,
  domainId: DomainId,
  expectVersion: number,
): Result<Domain, HostingErrorOf<"DOMAIN_NOT_FOUND"> | HostingErrorOf<"STORE_CONFLICT">> {
  const outcome = text(row, "outcome");
  if (outcome === "domain_not_found") return err(domainNotFound(domainId));
  if (outcome === "version") {
    return err(conflict(`domain ${domainId}`, `at version ${expectVersion}`, `at version ${text(row, "version")}`));
  }
  if (outcome !== "done") throw unknownOutcome(outcome);
  return ok(readDomain(row));
}
