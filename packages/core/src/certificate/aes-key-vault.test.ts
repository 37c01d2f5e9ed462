import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Sealed } from "../ports/key-vault.ts";
import { unwrap } from "../result/index.ts";
import { aesKeyVault } from "./aes-key-vault.ts";

const keys = { a: randomBytes(32), b: randomBytes(32) };
const vault = aesKeyVault({ keys, current: "a" });
const secret = new TextEncoder().encode("-----BEGIN PRIVATE KEY-----");

describe("what a vault has sealed", () => {
  it("opens to the same bytes, and is another text each time", async () => {
    const [one, two] = await Promise.all([1, 2].map(() => unwrap(vault.seal(secret, "certificate-key x"))));
    expect(one).not.toBe(two);
    expect(one).toMatch(/^v1\.a\.[A-Za-z0-9_-]+$/);
    for (const sealed of [one, two]) {
      const opened = await unwrap(vault.open(sealed as Sealed, "certificate-key x"));
      expect(opened).toEqual({ bytes: secret, stale: false });
    }
  });

  it("does not open for another context, another key under the same id, or with a single character changed", async () => {
    const sealed = await unwrap(vault.seal(secret, "certificate-key x"));
    const damaged = { code: "SEALED_UNREADABLE", details: { vault: "aes", keyId: "a", reason: "damaged" } };
    expect((await vault.open(sealed, "certificate-key y"))._unsafeUnwrapErr()).toMatchObject(damaged);
    const other = aesKeyVault({ keys: { a: keys.b }, current: "a" });
    expect((await other.open(sealed, "certificate-key x"))._unsafeUnwrapErr()).toMatchObject(damaged);
    const renamed = aesKeyVault({ keys: { b: keys.a }, current: "b" });
    const moved = sealed.replace("v1.a.", "v1.b.") as Sealed;
    expect((await renamed.open(moved, "certificate-key x"))._unsafeUnwrapErr()).toMatchObject({
      details: { keyId: "b", reason: "damaged" },
    });
    for (let index = 0; index < sealed.length; index += 1) {
      const letter = sealed[index] === "A" ? "B" : "A";
      const changed = `${sealed.slice(0, index)}${letter}${sealed.slice(index + 1)}` as Sealed;
      const opened = await vault.open(changed, "certificate-key x");
      expect(opened.isErr(), `character ${index}`).toBe(true);
      expect(JSON.stringify(opened._unsafeUnwrapErr())).not.toContain("PRIVATE");
    }
  });

  it("still opens after the key was rotated, and says that it is stale", async () => {
    const sealed = await unwrap(vault.seal(secret, "x"));
    const rotated = aesKeyVault({ keys, current: "b" });
    expect(await unwrap(rotated.open(sealed, "x"))).toEqual({ bytes: secret, stale: true });
    const anew = await unwrap(rotated.seal(secret, "x"));
    expect((await vault.open(anew, "x"))._unsafeUnwrap().stale).toBe(true);
    const without = aesKeyVault({ keys: { b: keys.b }, current: "b" });
    expect((await without.open(sealed, "x"))._unsafeUnwrapErr()).toMatchObject({
      details: { keyId: "a", reason: "unknown-key" },
    });
  });

  it("is told from what was never sealed", async () => {
    for (const text of ["", "v1.a.", "v2.a.AAAA", "v1.a.AAAA", "v1.a.!!!!", "plain"]) {
      const opened = await vault.open(text as Sealed, "x");
      expect(opened._unsafeUnwrapErr(), text).toMatchObject({ details: { reason: "malformed" } });
    }
  });
});

describe("a vault", () => {
  it("refuses nothing, too much, and a context that is none", async () => {
    for (const [bytes, context] of [
      [new Uint8Array(0), "x"],
      [new Uint8Array(32_769), "x"],
      [secret, ""],
      [secret, "x".repeat(501)],
    ] as const)
      expect((await vault.seal(bytes, context))._unsafeUnwrapErr()).toMatchObject({ code: "INVALID_INPUT" });
  });

  it("is not made of keys that are too short, or without the current one", () => {
    expect(() => aesKeyVault({ keys: { a: new Uint8Array(16) }, current: "a" })).toThrow(TypeError);
    expect(() => aesKeyVault({ keys, current: "c" })).toThrow(TypeError);
    expect(() => aesKeyVault({ keys: { "a b": keys.a }, current: "a b" })).toThrow(TypeError);
  });
});
