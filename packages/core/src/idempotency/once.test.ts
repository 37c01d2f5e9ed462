import {
  err,
  type Hosting,
  type HostingOptions,
  hostingError,
  ok,
  type PreviewId,
  type Result,
  ResultAsync,
  type Site,
  type Store,
  unwrap,
} from "@hostelry/core";
import { describe, expect, it } from "vitest";
import { newWorld, nth, siteWith, startProcess, version, visitorSees, type World, zipOf } from "../../test/scene.ts";

const secrets = [new Uint8Array(32).fill(7)];
const withSecrets = (options: HostingOptions): HostingOptions => ({ ...options, idempotency: { secrets } });
const start = (world: World, change = withSecrets): Hosting => startProcess(world, change).hosting;

const hour = 3_600_000;

async function scene(): Promise<{ readonly world: World; readonly hosting: Hosting }> {
  const world = newWorld();
  return { world, hosting: start(world) };
}

describe("a call with an idempotency key, sent again", () => {
  it("creates one site, also when the second one comes by another process, and gives it as it was", async () => {
    const { world, hosting } = await scene();
    const options = { idempotencyKey: "create-1" };
    const site = await unwrap(hosting.sites.create({ name: " Acme " }, options));
    await unwrap(hosting.sites.rename(site.id, { name: "Other" }));
    expect(await unwrap(start(world).sites.create({ name: " Acme " }, options))).toEqual(site);
    expect((await unwrap(hosting.sites.list())).items).toHaveLength(1);
    expect(world.records.audit.filter(({ action }) => action === "site.created")).toHaveLength(1);
  });

  it("appends one revision for the same archive, and refuses another one", async () => {
    const { world, hosting } = await scene();
    const site = await unwrap(hosting.sites.create({ name: "Acme" }));
    const options = { idempotencyKey: "upload-1" };
    const revision = await unwrap(hosting.revisions.upload(site.id, zipOf(version("v1")), options));
    await unwrap(hosting.revisions.validate(revision.id));
    expect(await unwrap(start(world).revisions.upload(site.id, zipOf(version("v1")), options))).toEqual(revision);
    const other = await hosting.revisions.upload(site.id, zipOf(version("v2")), options);
    expect(other._unsafeUnwrapErr()).toMatchObject({
      code: "IDEMPOTENCY_CONFLICT",
      details: { operation: "revisions.upload", usedFor: "revisions.upload" },
    });
    expect((await unwrap(hosting.revisions.list(site.id))).items).toHaveLength(1);
  });

  it("publishes once: what others published since stays", async () => {
    const { world, hosting } = await scene();
    const { site, revisions } = await siteWith(hosting, "v1", "v2");
    const options = { idempotencyKey: "publish-1" };
    const outcome = await unwrap(hosting.publish(nth(revisions, 1), options));
    await unwrap(hosting.publish(nth(revisions, 2)));
    expect(await unwrap(start(world).publish(nth(revisions, 1), options))).toEqual(outcome);
    expect(visitorSees(world, site)).toEqual(["<title>v2</title>"]);
  });

  it("rolls back once", async () => {
    const { world, hosting } = await scene();
    const { site, revisions } = await siteWith(hosting, "v1", "v2");
    for (const number of [1, 2]) await unwrap(hosting.publish(nth(revisions, number)));
    const options = { idempotencyKey: "rollback-1" };
    const outcome = await unwrap(hosting.rollback(site.id, options));
    expect(await unwrap(hosting.rollback(site.id, options))).toEqual(outcome);
    expect(visitorSees(world, site)).toEqual(["<title>v1</title>"]);
  });

  it("applies a plan once, and validates, renames, freezes, rejects and revokes once", async () => {
    const { world, hosting } = await scene();
    const { site, revisions } = await siteWith(hosting, "v1", "v2");
    const plan = await unwrap(hosting.plan(nth(revisions, 1)));
    const { preview } = await unwrap(hosting.previews.open(nth(revisions, 1)));
    const key = (idempotencyKey: string): { readonly idempotencyKey: string } => ({ idempotencyKey });
    const calls: readonly (() => ResultAsync<unknown, unknown>)[] = [
      () => hosting.apply(plan, key("apply")),
      () => hosting.revisions.validate(nth(revisions, 1), key("validate")),
      () => hosting.sites.rename(site.id, { name: "New" }, key("rename")),
      () => hosting.sites.setState(site.id, "maintenance", key("state")),
      () => hosting.sites.freeze(site.id, { reason: "a sale" }, key("freeze")),
      () => hosting.sites.unfreeze(site.id, key("unfreeze")),
      () => hosting.revisions.reject(nth(revisions, 2), { ...key("reject"), reason: "old" }),
      () => hosting.previews.revoke(preview.id, key("revoke")),
    ];
    for (const call of calls) {
      const first = await unwrap(call());
      const { length } = world.records.audit;
      expect(await unwrap(call())).toEqual(first);
      expect(world.records.audit).toHaveLength(length);
    }
  });
});

describe("a preview opened with an idempotency key", () => {
  it("is one preview, whose token is given again and stored nowhere", async () => {
    const { world, hosting } = await scene();
    const { revisions } = await siteWith(hosting, "v1");
    const options = { idempotencyKey: "open-1" };
    const opened = await unwrap(hosting.previews.open(nth(revisions, 1), options));
    const again = await unwrap(start(world).previews.open(nth(revisions, 1), options));
    expect(again).toEqual(opened);
    expect((await unwrap(hosting.previews.check({ token: again.token }))).id).toBe(opened.preview.id);
    expect(world.records.previews.size).toBe(1);
    const everything = JSON.stringify([...world.records.idempotencyKeys, ...world.records.previews]);
    expect(everything).toContain(opened.preview.tokenHash);
    expect(everything).not.toContain(opened.token);
    expect(everything).not.toContain("open-1");
  });

  it("has another token than one opened with another key, or with the same key and another secret", async () => {
    const { hosting, world } = await scene();
    const { revisions } = await siteWith(hosting, "v1");
    const open = (own: Hosting, idempotencyKey: string): Promise<{ token: string; preview: { id: PreviewId } }> =>
      unwrap(own.previews.open(nth(revisions, 1), { idempotencyKey }));
    const first = await open(hosting, "one");
    const second = await open(hosting, "two");
    expect(second.token).not.toBe(first.token);
    expect(second.preview.id).not.toBe(first.preview.id);
    const other = { secrets: [new Uint8Array(32).fill(8)] };
    const rotated = start(world, (options) => ({ ...options, idempotency: other }));
    const lost = await rotated.previews.open(nth(revisions, 1), { idempotencyKey: "one" });
    expect(lost._unsafeUnwrapErr()).toMatchObject({ code: "IDEMPOTENCY_RESULT_LOST", retryable: false });
    const both = { secrets: [...other.secrets, ...secrets] };
    const careful = start(world, (options) => ({ ...options, idempotency: both }));
    expect((await open(careful, "one")).token).toBe(first.token);
  });

  it("needs a secret of the host's, which is no short one", async () => {
    const { world } = await scene();
    const plain = start(world, (options) => options);
    const { revisions } = await siteWith(plain, "v1");
    const refused = await plain.previews.open(nth(revisions, 1), { idempotencyKey: "open" });
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code: "INVALID_INPUT", details: { field: "idempotencyKey" } });
    expect(() => start(world, (options) => ({ ...options, idempotency: { secrets: [new Uint8Array(31)] } }))).toThrow(
      TypeError,
    );
  });
});

describe("an error", () => {
  it("that is the record's answer is the result, also when the record would answer otherwise by now", async () => {
    const { world, hosting } = await scene();
    const { site, revisions } = await siteWith(hosting, "v1", "v2");
    await unwrap(hosting.publish(nth(revisions, 1)));
    const options = { idempotencyKey: "rollback", actor: "ada" };
    const first = (await hosting.rollback(site.id, options))._unsafeUnwrapErr();
    expect(first.code).toBe("NOTHING_TO_ROLL_BACK");
    await unwrap(hosting.publish(nth(revisions, 2)));
    const again = (await start(world).rollback(site.id, options))._unsafeUnwrapErr();
    expect(again.toJSON()).toEqual(first.toJSON());
  });

  it("that can pass is not recorded: the same call is done when it can be", async () => {
    const world = newWorld();
    let broken = true;
    const flaky = start(world, (options) => ({ ...options, store: failing(options.store, () => broken) }));
    const options = { idempotencyKey: "create" };
    expect((await flaky.sites.create({ name: "Acme" }, options))._unsafeUnwrapErr().code).toBe("ADAPTER_FAILED");
    const other = await flaky.sites.create({ name: "Other" }, options);
    expect(other._unsafeUnwrapErr().code).toBe("IDEMPOTENCY_CONFLICT");
    broken = false;
    await unwrap(flaky.sites.create({ name: "Acme" }, options));
    expect(world.records.sites.size).toBe(1);
  });

  it("of a key that can't be one names the field", async () => {
    const { hosting } = await scene();
    for (const idempotencyKey of ["", "with space", "é", "x".repeat(256)]) {
      const refused = await hosting.sites.create({ name: "Acme" }, { idempotencyKey });
      expect(refused._unsafeUnwrapErr()).toMatchObject({ code: "INVALID_INPUT", details: { field: "idempotencyKey" } });
    }
    expect((await unwrap(hosting.sites.list())).items).toEqual([]);
  });
});

describe("a key", () => {
  it("belongs to the actor who sent it", async () => {
    const { hosting } = await scene();
    const create = (actor: string): Promise<Site> =>
      unwrap(hosting.sites.create({ name: "Acme" }, { actor, idempotencyKey: "same" }));
    const [ada, eve] = [await create("ada"), await create("eve")];
    expect(eve.id).not.toBe(ada.id);
    expect((await create("ada")).id).toBe(ada.id);
  });

  it("is refused for another operation, and for other input of the same one", async () => {
    const { hosting } = await scene();
    const { site, revisions } = await siteWith(hosting, "v1");
    const options = { idempotencyKey: "same" };
    await unwrap(hosting.publish(nth(revisions, 1), options));
    for (const refused of [
      await hosting.rollback(site.id, options),
      await hosting.publish(nth(revisions, 1), { ...options, force: true }),
      await hosting.publish(nth(revisions, 1), { ...options, expectCurrent: null }),
    ])
      expect(refused._unsafeUnwrapErr().code).toBe("IDEMPOTENCY_CONFLICT");
  });

  it("is free again when its time is up", async () => {
    const { world, hosting } = await scene();
    const options = { idempotencyKey: "create" };
    const first = await unwrap(hosting.sites.create({ name: "Acme" }, options));
    await world.clock.advance(24 * hour - 1);
    expect((await unwrap(hosting.sites.create({ name: "Acme" }, options))).id).toBe(first.id);
    await world.clock.advance(1);
    expect((await unwrap(hosting.sites.create({ name: "Another" }, options))).id).not.toBe(first.id);
  });

  it("that is being worked on is told as such, and kept for as long as the work takes", async () => {
    const { world, hosting } = await scene();
    const { revisions } = await siteWith(hosting, "v1");
    const { reached, open, passThrough } = gate();
    const slow = start(world, (options) => ({
      ...options,
      holder: "slow:1",
      blobs: { ...options.blobs, put: (input, call) => passThrough(() => options.blobs.put(input, call)) },
    }));
    const options = { idempotencyKey: "publish" };
    const publishing = slow.publish(nth(revisions, 1), options);
    await reached;
    // Far longer than the lease: a heartbeat keeps it.
    for (let beats = 0; beats < 12; beats += 1) await world.clock.advance(10_000);
    const busy = await hosting.publish(nth(revisions, 1), options);
    expect(busy._unsafeUnwrapErr()).toMatchObject({
      code: "IDEMPOTENCY_IN_PROGRESS",
      retryable: true,
      details: { operation: "publish", holder: "slow:1" },
    });
    open();
    const outcome = await unwrap(publishing);
    expect(await unwrap(hosting.publish(nth(revisions, 1), options))).toEqual(outcome);
  });
});

/** Creates sites, and loses the answer while it is broken. */
function failing(store: Store, broken: () => boolean): Store {
  return {
    ...store,
    createSite: (request, options) =>
      store.createSite(request, options).andThen((site) => {
        const details = { adapter: "memory", operation: "createSite", state: "unknown" } as const;
        return broken() ? err(hostingError("ADAPTER_FAILED", "The answer was lost.", details)) : ok(site);
      }),
  };
}

/** A place where a call waits until it is told to go on. */
function gate(): {
  readonly reached: Promise<void>;
  open(): void;
  passThrough<T, E>(call: () => ResultAsync<T, E>): ResultAsync<T, E>;
} {
  let reach = (): void => undefined;
  let open = (): void => undefined;
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const wait = async <T, E>(call: () => ResultAsync<T, E>): Promise<Result<T, E>> => {
    reach();
    await opened;
    return call();
  };
  return { reached, open: () => open(), passThrough: (call) => new ResultAsync(wait(call)) };
}
