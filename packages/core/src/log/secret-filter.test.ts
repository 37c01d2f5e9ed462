import { describe, expect, it } from "vitest";
import { secretFilter } from "./secret-filter.ts";

/** What a filter gives for a text that is cut at these places. */
function filtered(secrets: readonly string[], text: string, cuts: readonly number[] = []): string {
  const filter = secretFilter(secrets);
  let out = "";
  let from = 0;
  for (const cut of [...cuts, text.length]) {
    out += filter.feed(text.slice(from, cut));
    from = cut;
  }
  return out + filter.end();
}

const secret = "s3cr3t-T0ken/ü+🏨=";
const bytes = Buffer.from(secret);

describe("a secret filter", () => {
  it("hides a secret wherever the text is cut, once or twice", () => {
    const text = `a ${secret} b ${secret}${secret} c`;
    for (let one = 0; one <= text.length; one += 1) {
      for (let other = one; other <= text.length; other += 1) {
        expect(filtered([secret], text, [one, other])).toBe("a *** b ****** c");
      }
    }
  });

  it("gives the same for every way to cut a text, whatever the secrets have in common", () => {
    // Few characters, so that there is much to confuse; every text of ten.
    const secrets = ["ab", "aba", "bbab", "cc"];
    const letters = "abc";
    const whole = (text: string): string => filtered(secrets, text);
    for (let number = 0; number < 3 ** 7; number += 1) {
      const text = Array.from({ length: 7 }, (_, at) => letters[Math.floor(number / 3 ** at) % 3]).join("");
      const expected = whole(text);
      expect(filtered(secrets, text, [1, 2, 3, 4, 5, 6])).toBe(expected);
      expect(filtered(secrets, text, [3])).toBe(expected);
      expect(expected).toBe(covered(secrets, text));
    }
  });

  it("hides all of secrets that overlap, and marks them once", () => {
    expect(filtered(["abcdef", "defghi"], "-abcdefghi-")).toBe("-***-");
    expect(filtered(["aaaa"], `b${"a".repeat(10_000)}b`, [1, 2, 5000])).toBe("b***b");
  });

  it("gives at once what can't be part of a secret", () => {
    const filter = secretFilter(["secret-value"]);
    expect(filter.feed("plain text, se")).toBe("plain text, ");
    expect(filter.feed("cure")).toBe("secure");
    expect(filter.end()).toBe("");
  });

  it("hides the beginning of a secret that its writer did not finish, unless it is too short to tell", () => {
    expect(filtered(["secret-value"], "say secre")).toBe("say ***");
    expect(filtered(["secret-value"], "say sec")).toBe("say sec");
  });

  it.each([
    ["in an address", `?token=${encodeURIComponent(secret)}&x`, "?token=***&x"],
    ["in JSON", JSON.stringify({ token: 'q"uo\\te\n-long' }), '{"token":"***"}'],
    ["in hex", `0x${bytes.toString("hex")}!`, "0x***!"],
    ["in upper-case hex", bytes.toString("hex").toUpperCase(), "***"],
    ["with the other line ends", "-----BEGIN\r\nline one of key\r\nline two of key\r\n.", "***\r\n."],
    ["line by line", "> line one of key\n> line two of key", "> ***\n> ***"],
    ["without its line end", "hunter22hunter22.", "***."],
  ])("hides a secret %s", (_, text, expected) => {
    const secrets = [secret, 'q"uo\\te\n-long', "-----BEGIN\nline one of key\nline two of key\n", "hunter22hunter22\n"];
    expect(filtered(secrets, text)).toBe(expected);
  });

  it.each(["", "u", "us", "user:", "x".repeat(61)])("hides a secret in base64 behind %j", (before) => {
    for (const after of ["", "a", "ab", ":password"]) {
      for (const alphabet of ["base64", "base64url"] as const) {
        const text = Buffer.from(before + secret + after).toString(alphabet);
        const shown = filtered([secret], text);
        expect(shown).toContain("***");
        // What is left has no three bytes of it.
        const rest = Buffer.from(shown.replace("***", "").replace(/=/g, ""), "base64").toString("latin1");
        for (let at = 0; at + 3 <= bytes.length; at += 1) {
          expect(rest).not.toContain(bytes.subarray(at, at + 3).toString("latin1"));
        }
      }
    }
  });

  it("looks for a short secret as it is only, and for an empty one not at all", () => {
    expect(filtered(["pw", ""], `pw ${Buffer.from("pw").toString("hex")}`)).toBe("*** 7077");
  });

  it("holds back no more than the longest secret has", () => {
    const filter = secretFilter(["x".repeat(100)]);
    let given = 0;
    for (let fed = 1; fed <= 99; fed += 1) given += filter.feed("x").length;
    expect(given).toBe(0);
    expect(filter.feed("y")).toBe(`${"x".repeat(99)}y`);
  });
});

/** By definition: each character that is in an occurrence of a secret is hidden, and overlapping ones have one mark. */
function covered(secrets: readonly string[], text: string): string {
  const parts: [number, number][] = [];
  for (const secret of secrets) {
    for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1))
      parts.push([at, at + secret.length]);
  }
  parts.sort(([one], [other]) => one - other);
  let out = "";
  let to = 0;
  for (const [start, end] of parts) {
    if (start >= to) out += `${text.slice(to, start)}***`;
    to = Math.max(to, end);
  }
  return out + text.slice(to);
}
