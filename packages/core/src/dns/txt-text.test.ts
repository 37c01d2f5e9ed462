import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesOfText, parseQuotedTxt, quotedTxt, textOfBytes, txtStrings } from "./txt-text.ts";

const bytes = fc.uint8Array({ maxLength: 900 });

describe("texts of TXT records", () => {
  it("keep every byte, also those that are not UTF-8", () => {
    fc.assert(
      fc.property(bytes, (some) => {
        expect(Buffer.from(bytesOfText(textOfBytes(some)))).toEqual(Buffer.from(some));
      }),
    );
  });

  it("come back from a zone file as they went in, whatever is in them", () => {
    fc.assert(
      fc.property(bytes, (some) => {
        const text = textOfBytes(some);
        expect(parseQuotedTxt(quotedTxt(text))).toBe(text);
      }),
    );
  });

  it("are divided into strings of at most 255 bytes, also within a letter, and an empty one is one string", () => {
    expect(txtStrings("ü".repeat(200)).map((string) => string.length)).toEqual([255, 145]);
    expect(txtStrings("").map((string) => string.length)).toEqual([0]);
  });

  it.each([
    ['"a" "b"', "ab"],
    ['  "a b"   "c"  ', "a bc"],
    ["bare words", "barewords"],
    ['"\\195\\188"', "ü"],
    ['"say \\"hi\\" \\\\ \\;"', 'say "hi" \\ ;'],
    ['""', ""],
    ['"ü"', "ü"],
  ])("are read from %s", (source, text) => {
    expect(parseQuotedTxt(source)).toBe(text);
  });

  it.each(["", '"open', '"a" "', '"\\256"', '"\\'])("are not read from %j", (source) => {
    expect(parseQuotedTxt(source)).toBeUndefined();
  });

  it("keep what is UTF-8 as it reads", () => {
    expect(textOfBytes(Buffer.from([0x67, 0xc3, 0xbc, 0xff, 0x61]))).toBe("gü\udcffa");
  });
});
