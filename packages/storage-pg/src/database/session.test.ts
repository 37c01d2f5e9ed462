import { describe, expect, it } from "vitest";
import { quotedSchema } from "../migrations/schema-name.ts";
import type { PgDatabase } from "./pg-database.ts";
import { type Session, session } from "./session.ts";

const schema = quotedSchema()._unsafeUnwrap();
const thrown = (code: string): Error => Object.assign(new Error(code), { code });
const one = (): string => "select 1";

/** A database that answers each statement with the next of `answers`: rows, or what to throw. */
function scripted(...answers: readonly (Error | readonly unknown[])[]): PgDatabase & { readonly sent: string[] } {
  const sent: string[] = [];
  return {
    sent,
    query: async (text) => {
      const answer = answers[sent.length];
      sent.push(text);
      if (answer === undefined) throw new Error("nothing more was expected");
      if (answer instanceof Error) throw answer;
      return { rows: answer };
    },
  };
}

function over(database: PgDatabase): Session {
  return session({ database, schema, name: "postgresql" });
}

/** A database whose one statement ends when told. */
function held(): { readonly database: PgDatabase; answer(): void; readonly sent: Promise<void> } {
  let answer = (): void => undefined;
  let tellSent = (): void => undefined;
  const sent = new Promise<void>((resolve) => {
    tellSent = resolve;
  });
  const answered = new Promise<{ rows: unknown[] }>((resolve) => {
    answer = () => resolve({ rows: [{ done: "true" }] });
  });
  const database: PgDatabase = {
    query: () => {
      tellSent();
      return answered;
    },
  };
  return { database, answer: () => answer(), sent };
}

describe("a session", () => {
  it.each(["40001", "40P01"])("sends a statement again that lost against others (%s)", async (code) => {
    const database = scripted(thrown(code), thrown(code), [{ id: "a" }]);
    expect((await over(database).write("createSite", one, undefined))._unsafeUnwrap()).toEqual([{ id: "a" }]);
    expect(database.sent).toHaveLength(3);
  });

  it("gives up after ten repetitions, with the last answer", async () => {
    const database = scripted(...Array.from({ length: 20 }, () => thrown("40001")));
    const error = (await over(database).write("createSite", one, undefined))._unsafeUnwrapErr();
    expect(error).toMatchObject({ code: "ADAPTER_FAILED", details: { state: "unchanged" } });
    expect(database.sent).toHaveLength(11);
  });

  it("does not send anything else again", async () => {
    const database = scripted(thrown("ECONNRESET"), []);
    const error = (await over(database).write("createSite", one, undefined))._unsafeUnwrapErr();
    expect(error).toMatchObject({ code: "ADAPTER_FAILED", details: { state: "unknown" } });
    expect(database.sent).toHaveLength(1);
  });

  it("tells what broke the host's transaction, not that it is broken", async () => {
    const deadlock = thrown("40P01");
    const error = (
      await over(scripted(deadlock, thrown("25P02"))).write("createSite", one, undefined)
    )._unsafeUnwrapErr();
    expect(error.cause).toBe(deadlock);
  });

  it("sends nothing once the signal has fired", async () => {
    const database = scripted([]);
    const error = (await over(database).read("getSite", one, { signal: AbortSignal.abort() }))._unsafeUnwrapErr();
    expect(error.code).toBe("ABORTED");
    expect(database.sent).toEqual([]);
  });

  it("does not wait for a lock after the signal has fired", async () => {
    const { database, sent } = held();
    const caller = new AbortController();
    const call = over(database).write("createSite", one, { signal: caller.signal });
    await sent;
    caller.abort();
    expect((await call)._unsafeUnwrapErr().code).toBe("ABORTED");
  });

  it("gives the answer that arrives just after the signal: it says more than ABORTED", async () => {
    const { database, sent, answer } = held();
    const caller = new AbortController();
    const call = over(database).write("createSite", one, { signal: caller.signal });
    await sent;
    caller.abort();
    answer();
    expect((await call)._unsafeUnwrap()).toEqual([{ done: "true" }]);
  });

  it("waits at its end for what is under way, and refuses what comes later", async () => {
    const { database, sent, answer } = held();
    const opened = over(database);
    const call = opened.write("createSite", one, undefined);
    await sent;
    let ended = false;
    const end = opened.end().then(() => {
      ended = true;
    });
    const late = await opened.read("getSite", one, undefined);
    expect(late._unsafeUnwrapErr()).toMatchObject({ code: "ADAPTER_FAILED", retryable: false });
    expect(ended).toBe(false);
    answer();
    await end;
    expect((await call).isOk()).toBe(true);
  });

  it("sends no statement with a value that can't be stored", async () => {
    const database = scripted([]);
    const error = (
      await over(database).write("createSite", (bind) => bind.text("\0", "site.name"), undefined)
    )._unsafeUnwrapErr();
    expect(error).toMatchObject({ code: "INVALID_INPUT", details: { field: "site.name" } });
    expect(database.sent).toEqual([]);
  });
});
