import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { lookUpKnownHost } from "./known-hosts.ts";
import { fingerprintOf, parsePublicKey } from "./public-key.ts";

/** A key of the form that matters here: its type, and something. */
function key(something: string, type: string = "ssh-ed25519"): string {
  const part = (text: string): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(text));
    return Buffer.concat([length, Buffer.from(text)]);
  };
  return `${type} ${Buffer.concat([part(type), part(something)]).toString("base64")}`;
}

function found(text: string, host: string, port: number = 22): { keys: readonly string[]; revoked: readonly string[] } {
  const { keys, revoked } = lookUpKnownHost(text, host, port);
  const shown = (blobs: readonly { readonly blob: Buffer }[]): readonly string[] =>
    blobs.map(({ blob }) => blob.toString("latin1").slice(-1));
  return { keys: shown(keys), revoked: shown(revoked) };
}

describe("a known_hosts file", () => {
  it("names hosts one by one, in lists, by patterns, with exceptions, in any case", () => {
    const text = [
      "# a comment",
      "",
      `edge-1.example.com ${key("a")} comment of several words`,
      `edge-2,EDGE-3.example.com,192.0.2.7 ${key("b")}`,
      `*.cdn.example.com,!bad.cdn.example.com ${key("c")}`,
      `edge-? ${key("d")}`,
    ].join("\n");
    expect(found(text, "edge-1.example.com").keys).toEqual(["a"]);
    expect(found(text, "Edge-3.Example.Com").keys).toEqual(["b"]);
    expect(found(text, "192.0.2.7").keys).toEqual(["b"]);
    expect(found(text, "x.cdn.example.com").keys).toEqual(["c"]);
    expect(found(text, "bad.cdn.example.com").keys).toEqual([]);
    expect(found(text, "edge-2").keys).toEqual(["b", "d"]);
    expect(found(text, "edge-1xexample.com").keys).toEqual([]);
  });

  it("keeps ports apart", () => {
    const text = `edge ${key("a")}\n[edge]:2222 ${key("b")}\n`;
    expect(found(text, "edge").keys).toEqual(["a"]);
    expect(found(text, "edge", 2222).keys).toEqual(["b"]);
    expect(found(text, "edge", 2223).keys).toEqual([]);
  });

  it("may hide names behind hashes", () => {
    const salt = Buffer.from("twenty bytes of salt");
    const hash = createHmac("sha1", salt).update("[edge]:2222").digest("base64");
    const text = `|1|${salt.toString("base64")}|${hash} ${key("h")}\n|2|x|y ${key("i")}\n|1|broken ${key("j")}\n`;
    expect(found(text, "edge", 2222).keys).toEqual(["h"]);
    expect(found(text, "edge").keys).toEqual([]);
  });

  it("revokes keys, and gives authorities no say", () => {
    const text = `edge ${key("a")}\n@revoked * ${key("r")}\n@cert-authority * ${key("c")}\n@other * ${key("o")}\n`;
    expect(found(text, "edge")).toEqual({ keys: ["a"], revoked: ["r"] });
  });

  it("is read as far as it can be read", () => {
    const wrongType = `edge ssh-rsa ${key("x").split(" ")[1]}`;
    const text = `edge\nedge ssh-ed25519\nedge ssh-ed25519 AAAA\nedge 1024 35 12345\n${wrongType}\nedge ${key("a")}\r\n`;
    expect(found(text, "edge").keys).toEqual(["a"]);
  });
});

describe("a fingerprint", () => {
  it("is what ssh-keygen prints", () => {
    const line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl github";
    const parsed = parsePublicKey(line);
    expect(parsed?.type).toBe("ssh-ed25519");
    expect(fingerprintOf(parsed?.blob ?? Buffer.alloc(0))).toBe("SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU");
  });
});
