// Does what it likes to twenty sites, writes down what it was told, and says so at the end.
import { once } from "node:events";
import { type Result, type RevisionId, type SiteId, type StoreError, unwrap } from "@hostelry/core/adapter";
import { pgStorage } from "@hostelry/storage-pg";
import { seededRandom } from "@hostelry/testing";
import pg from "pg";
import type { HistoryEvent, Span } from "../history/history.ts";
import { at, draftOf, slotChangeOf, uploadOf } from "../scene/site-scene.ts";

const [connection = "{}", schema = "", client = "", sites = "0", count = "0"] = process.argv.slice(2);
const pool = new pg.Pool({ ...(JSON.parse(connection) as pg.PoolConfig), max: 4 });
const store = await unwrap(pgStorage(pool, { schema, migrate: false }));
const random = seededRandom(Number(client));
const pick = (limit: number): number => (random.bytes(1)[0] ?? 0) % limit;
const events: HistoryEvent[] = [];
const tokens = new Map<SiteId, number>();
const seen = { version: new Map<SiteId, number>(), slot: new Map<SiteId, number>() };

async function timed<T>(work: PromiseLike<T>): Promise<{ readonly span: Span; readonly answer: T }> {
  const begin = Number(process.hrtime.bigint());
  const answer = await work;
  return { answer, span: { begin, end: Number(process.hrtime.bigint()), endedAtMs: Date.now() } };
}

/** The error's facts, if it is the one expected; what nobody expects ends the experiment. */
function expected<T, E extends StoreError | { readonly code: string }>(
  answer: Result<T, E>,
  ...codes: readonly string[]
): { readonly code: string; readonly details: Readonly<Record<string, unknown>> } | undefined {
  if (answer.isOk()) return undefined;
  if (!codes.includes(answer.error.code)) throw answer.error;
  return answer.error as unknown as { code: string; details: Readonly<Record<string, unknown>> };
}

const numberIn = (text: unknown): number => Number(/\d+$/.exec(String(text))?.[0] ?? 0);

const acts: readonly ((siteId: SiteId, step: number) => Promise<void>)[] = [
  async (siteId, step) => {
    const id = `rev-${client}-${step}`;
    const upload = uploadOf(siteId, id);
    const { span, answer } = await timed(store.appendRevision(upload));
    events.push({ ...span, client, site: siteId, kind: "append", id, number: (await unwrap(answer)).number });
  },
  async (siteId) => {
    const from = seen.version.get(siteId) ?? 1;
    const audit = draftOf(siteId, "site.renamed", String(from + 1));
    const request = { siteId, expectVersion: from, change: { name: client }, audit } as const;
    const { span, answer } = await timed(store.updateSite(request));
    const refused = expected(answer, "STORE_CONFLICT");
    const now = refused === undefined ? from + 1 : numberIn(refused.details["actual"]);
    seen.version.set(siteId, now);
    events.push({
      ...span,
      client,
      site: siteId,
      kind: "rename",
      from,
      to: from + 1,
      seen: refused === undefined ? null : now,
    });
  },
  async (siteId) => {
    const { span, answer } = await timed(store.getSite(siteId));
    const { version } = await unwrap(answer);
    seen.version.set(siteId, version);
    events.push({ ...span, client, site: siteId, kind: "read-site", seen: version });
  },
  async (siteId) => {
    const { span, answer } = await timed(store.listSlots(siteId));
    const publication = (await unwrap(answer))[0]?.publication ?? 0;
    seen.slot.set(siteId, publication);
    events.push({ ...span, client, site: siteId, kind: "read-slot", seen: publication });
  },
  async (siteId) => {
    const ttlMs = 20 + pick(200);
    const { span, answer } = await timed(store.acquireLease({ siteId, holder: client, ttlMs }));
    const refused = expected(answer, "LEASE_HELD");
    if (refused !== undefined) {
      const { holder, expiresAt } = refused.details;
      const expiresAtMs = Date.parse(String(expiresAt));
      events.push({ ...span, client, site: siteId, kind: "held", holder: String(holder), expiresAtMs });
      return;
    }
    const { fencingToken: token, expiresAt } = await unwrap(answer);
    tokens.set(siteId, token);
    events.push({ ...span, client, site: siteId, kind: "acquire", token, ttlMs, expiresAtMs: expiresAt.getTime() });
  },
  async (siteId) => {
    const token = tokens.get(siteId);
    if (token === undefined) return;
    const ttlMs = 20 + pick(200);
    const { span, answer } = await timed(store.renewLease({ siteId, fencingToken: token, ttlMs }));
    if (expected(answer, "LEASE_LOST") !== undefined) {
      events.push({ ...span, client, site: siteId, kind: "lost", token });
      return;
    }
    const { expiresAt } = await unwrap(answer);
    events.push({ ...span, client, site: siteId, kind: "renew", token, ttlMs, expiresAtMs: expiresAt.getTime() });
  },
  async (siteId) => {
    const token = tokens.get(siteId);
    if (token === undefined) return;
    const { span, answer } = await timed(store.releaseLease({ siteId, fencingToken: token }));
    events.push({ ...span, client, site: siteId, kind: "release", token, ...(await unwrap(answer)) });
  },
  async (siteId) => {
    const token = tokens.get(siteId);
    const from = seen.slot.get(siteId) ?? 0;
    if (token === undefined || token === from) return;
    const change = slotChangeOf(siteId, `rev-scene-${siteId}` as RevisionId, token, from === 0 ? null : from);
    // Of the scene's revision, and without a publication: the slot alone is what is looked at.
    const { span, answer } = await timed(store.compareAndSetSlot({ ...change, publication: undefined }));
    const refused = expected(answer, "STORE_CONFLICT", "LEASE_LOST");
    if (refused?.code === "LEASE_LOST") {
      events.push({ ...span, client, site: siteId, kind: "slot-refused", token });
      return;
    }
    const now = refused === undefined ? token : numberIn(refused.details["actual"]);
    seen.slot.set(siteId, now);
    const told = { from, to: token, seen: refused === undefined ? null : now };
    events.push({ ...span, client, site: siteId, kind: "set-slot", ...told });
  },
  async (siteId) => {
    const tokenHash = `${siteId}-${pick(10)}`.padEnd(64, "t");
    const { span, answer } = await timed(store.consumePreviewToken({ tokenHash, now: at }));
    const opened = expected(answer, "PREVIEW_TOKEN_USED") === undefined;
    events.push({ ...span, client, site: siteId, kind: "consume", tokenHash, opened });
  },
];

console.log("ready");
await once(process.stdin, "data");
for (let step = 0; events.length < Number(count); step += 1) {
  const siteId = `site-${1 + pick(Number(sites))}` as SiteId;
  const act = acts[pick(acts.length)];
  if (act !== undefined) await act(siteId, step);
}
console.log(JSON.stringify(events));
await unwrap(store.close());
await pool.end();
process.stdin.destroy();
