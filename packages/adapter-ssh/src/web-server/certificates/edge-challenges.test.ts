import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localTransport } from "@hostelry/adapter-local";
import { type HostProbe, okAsync, type Transport, unwrap } from "@hostelry/core/adapter";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { edgeChallenges } from "./edge-challenges.ts";

const challenge = { name: "acme.test", key: "token-1_A", content: "token-1_A.thumbprint" };

describe("answers to challenges on edge nodes", () => {
  let folder = "";
  let transport: Transport;
  let roots: readonly string[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "hostelry-challenges-"));
    roots = [join(folder, "north"), join(folder, "south")];
    for (const root of roots) await mkdir(root);
    transport = localTransport();
  });
  afterEach(async () => {
    await transport.close();
    await rm(folder, { recursive: true, force: true });
  });
  const nodes = () => roots.map((root) => ({ transport, root }));
  const laidOut = (): Promise<readonly string[][]> =>
    Promise.all(roots.map((root) => readdir(join(root, "acme")).catch(() => ["no folder"])));

  it("are laid out on every one, beside others, and taken away alone; both may be repeated", async () => {
    const solver = edgeChallenges(nodes());
    const other = { ...challenge, key: "token-2" };
    for (const each of [challenge, challenge, other]) await unwrap(solver.present(each));
    expect(await laidOut()).toEqual([
      ["token-1_A", "token-2"],
      ["token-1_A", "token-2"],
    ]);
    expect(await readFile(join(roots[1] ?? "", "acme", challenge.key), "utf8")).toBe(challenge.content);
    expect(await unwrap(solver.isVisible(challenge))).toBe(true);
    for (let time = 0; time < 2; time += 1) await unwrap(solver.withdraw(challenge));
    expect(await laidOut()).toEqual([["token-2"], ["token-2"]]);
  });

  it("are not told to be there while one node can't take them, and are laid out on the others", async () => {
    await rm(roots[0] ?? "", { recursive: true });
    const solver = edgeChallenges(nodes());
    expect((await solver.present(challenge))._unsafeUnwrapErr().code).toBe("REMOTE_FILE_NOT_FOUND");
    expect(await laidOut()).toEqual([["no folder"], ["token-1_A"]]);
    await unwrap(solver.withdraw(challenge));
    expect(await laidOut()).toEqual([["no folder"], []]);
  });

  it("are files of that folder and of no other", async () => {
    await writeFile(join(roots[0] ?? "", "keep"), "kept");
    const solver = edgeChallenges(nodes());
    for (const key of ["../keep", "", "a/b", ".hidden", "a b", "a".repeat(201)]) {
      for (const call of [solver.present({ ...challenge, key }), solver.withdraw({ ...challenge, key })]) {
        expect((await call)._unsafeUnwrapErr()).toMatchObject({ code: "INVALID_INPUT", details: { field: "key" } });
      }
    }
    expect(await readFile(join(roots[0] ?? "", "keep"), "utf8")).toBe("kept");
  });

  it("are tried out before an order, with a text of their own, of which nothing is left", async () => {
    const probe = (root: string | undefined): HostProbe => ({
      spec: "host-probe/1",
      name: "test",
      capabilities: {},
      ask: ({ path }) => {
        const file = join(root ?? "", "acme", path.replace("/.well-known/acme-challenge/", ""));
        const found = readFile(file, "utf8").catch(() => undefined);
        return okAsync(undefined).map(async () => {
          const text = await found;
          return { reached: true, status: text === undefined ? 404 : 200, text: text ?? "" };
        });
      },
    });
    expect(await unwrap(edgeChallenges(nodes(), { probe: probe(roots[1]) }).check("acme.test"))).toBeNull();
    const elsewhere = edgeChallenges(nodes(), { probe: probe(undefined) });
    expect(await unwrap(elsewhere.check("acme.test"))).toMatchObject({ type: "unauthorized", name: "acme.test" });
    expect(await laidOut()).toEqual([[], []]);
  });

  it("need a node, and a root that is a path", () => {
    expect(() => edgeChallenges([])).toThrow(TypeError);
    expect(() => edgeChallenges([{ transport, root: "srv" }])).toThrow(TypeError);
  });
});
