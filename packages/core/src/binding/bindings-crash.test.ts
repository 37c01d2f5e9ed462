import { describe, expect, it } from "vitest";
import { isRouted } from "../domain/domain.ts";
import type { Hostname } from "../domain/hostname.ts";
import { type Result, ResultAsync, unwrap } from "../result/index.ts";
import type { SiteId } from "../site/site.ts";
import type { Bindings } from "./create-bindings.ts";
import { type BindingWorld, bindingWorld } from "./fixtures/binding-world.ts";
import { mortal } from "./fixtures/mortal.ts";

const name = "www.ours.de" as Hostname;
const isFull = process.env["HOSTELRY_ROUNDS"] === "full";

interface Scene {
  readonly world: BindingWorld;
  readonly site: SiteId;
}

async function proven(): Promise<Scene> {
  const world = bindingWorld();
  const site = await world.site("acme");
  await world.prove(name, site);
  return { world, site };
}

async function bound(): Promise<Scene> {
  const scene = await proven();
  await unwrap(scene.world.bindings.bind(name, scene.site));
  await unwrap(scene.world.bindings.bind(name, scene.site));
  return scene;
}

/** Does something in processes that die at every call, before and after it; each time something else may be done then. */
async function dieEverywhere(
  prepare: () => Promise<Scene>,
  act: (bindings: Bindings, scene: Scene) => Promise<unknown>,
  afterwards: (scene: Scene, died: string) => Promise<void>,
): Promise<number> {
  let deaths = 0;
  for (let at = 1; ; at += 1) {
    const moments = ["before", "after"] as const;
    // One of the two at each call is a death at every call; both are for the long run.
    for (const when of isFull ? moments : moments.filter((_, index) => index === at % 2)) {
      const scene = await prepare();
      const process = mortal(at, when);
      // The use-cases of certificates are no port: death in their midst is thrown through.
      await act(scene.world.composeBindings(process.around), scene).catch((thrown: unknown) => {
        if (!process.isDead) throw thrown;
      });
      if (!process.isDead) return deaths;
      deaths += 1;
      // At no moment is a visitor led to what nobody has on record.
      const onRecord = [...scene.world.store.domains.domains.values()];
      if (!onRecord.some(isRouted)) expect(scene.world.visit(name), `${when} call ${at}`).toEqual([null, null]);
      await afterwards(scene, `${when} call ${at}`);
    }
  }
}

function recordsOf({ provider }: BindingWorld): number {
  return provider.zones.get("ours.de")?.sets.size ?? 0;
}

describe("a process that dies at any call of any port", () => {
  it("while it binds is followed by one that binds completely", async () => {
    const deaths = await dieEverywhere(
      proven,
      (bindings, { site }) => Promise.resolve(bindings.bind(name, site)),
      async ({ world, site }, died) => {
        await unwrap(world.bindings.bind(name, site));
        const again = await unwrap(world.bindings.bind(name, site));
        expect([again.complete, world.visit(name), recordsOf(world), world.desk.issued.size], died).toEqual([
          true,
          [site, `nodes-of-${site}`],
          3,
          1,
        ]);
      },
    );
    expect(deaths).toBeGreaterThan(isFull ? 25 : 12);
  });

  it("while it unbinds is followed by one that leaves nothing", async () => {
    const deaths = await dieEverywhere(
      bound,
      (bindings) => Promise.resolve(bindings.unbind(name)),
      async ({ world }, died) => {
        const [domain] = [...world.store.domains.domains.values()];
        if (domain === undefined) throw new Error("the record is kept");
        const undone = await unwrap(world.bindings.unbind(domain.id));
        expect([undone.domain?.state, world.visit(name), recordsOf(world), world.desk.issued.size], died).toEqual([
          "detached",
          [null, null],
          0,
          0,
        ]);
      },
    );
    expect(deaths).toBeGreaterThan(isFull ? 25 : 12);
  });

  it("while it binds or unbinds leaves what a sweep puts right: all of it, or nothing", async () => {
    const seen = new Set<string>();
    for (const [prepare, act] of [
      [proven, (bindings: Bindings, { site }: Scene) => Promise.resolve(bindings.bind(name, site))],
      [bound, (bindings: Bindings) => Promise.resolve(bindings.unbind(name))],
    ] as const) {
      await dieEverywhere(prepare, act, async ({ world, site }, died) => {
        expect((await unwrap(world.bindings.sweep())).failed, died).toEqual([]);
        const [domain] = [...world.store.domains.domains.values()];
        const isBound = domain !== undefined && isRouted(domain);
        seen.add(isBound ? "bound" : "nothing");
        expect([world.visit(name), recordsOf(world)], died).toEqual(
          isBound ? [[site, `nodes-of-${site}`], 3] : [[null, null], 0],
        );
        expect(world.desk.issued.size, died).toBe(isBound ? 1 : 0);
      });
    }
    expect([...seen].sort()).toEqual(["bound", "nothing"]);
  });
});

describe("a bind beside an unbind", () => {
  it("ends with all of it or with nothing, whichever comes first at each step", async () => {
    for (let seed = 0; seed < 12; seed += 1) {
      const { world, site } = await bound();
      const [domain] = [...world.store.domains.domains.values()];
      if (domain === undefined) throw new Error("the record is kept");
      let turns = 0;
      /** One of the two waits a little more, at other calls each time. */
      const halting = <P extends object>(port: P): P =>
        new Proxy(port, {
          get: (target, key, receiver) => {
            const value: unknown = Reflect.get(target, key, receiver);
            if (typeof value !== "function" || typeof key === "symbol") return value;
            return (...args: readonly unknown[]): unknown => {
              turns += 1;
              const call = (): Promise<Result<unknown, unknown>> => Promise.resolve(Reflect.apply(value, target, args));
              const waits = (turns * 7 + seed) % 3 === 0;
              return new ResultAsync(waits ? new Promise((resolve) => setImmediate(resolve)).then(call) : call());
            };
          },
        });
      const other = world.composeBindings(halting);
      await Promise.all([
        Promise.resolve(other.bind(domain.id, site)),
        Promise.resolve(world.composeBindings((port) => (seed % 2 === 0 ? port : halting(port))).unbind(domain.id)),
      ]);
      await unwrap(world.bindings.sweep());
      const after = await unwrap(world.domains.get(domain.id));
      const expected = isRouted(after) ? [site, `nodes-of-${site}`] : [null, null];
      expect([world.visit(name), recordsOf(world)], `seed ${seed}`).toEqual([expected, isRouted(after) ? 3 : 0]);
    }
  });
});
