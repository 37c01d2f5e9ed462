import { describe, expect, it } from "vitest";
import { signMessage, type TsigKey } from "./tsig.ts";
import { lastRecordOffset, typeNumber, wireMessage, wireRecord } from "./wire.ts";

const key: TsigKey = { name: "Full-Key", secret: Buffer.from("a secret of thirty-two bytes ...").toString("base64") };
const at = new Date("2026-01-01T00:00:00Z");
const message = (): Buffer => wireMessage({ id: 7, opcode: 5, question: { name: "zone.test", type: typeNumber.SOA } });

/** A server that signs what it was sent, as if it were its answer. */
function answered(
  signer: TsigKey,
  when = at,
): { readonly verify: (answer: Buffer) => unknown; readonly answer: Buffer } {
  const { verify } = signMessage(message(), key, () => at);
  return { verify, answer: signMessage(message(), signer, () => when).request };
}

describe("signMessage", () => {
  it("puts the signature at the end, as one more record, under the key's name in lower case", () => {
    const { request } = signMessage(message(), key, () => at);
    const offset = lastRecordOffset(request) ?? 0;
    expect(request.readUInt16BE(10)).toBe(1);
    expect(request.subarray(offset + 1, offset + 9).toString()).toBe("full-key");
    expect(
      request
        .subarray(0, offset)
        .equals(Buffer.concat([message().subarray(0, 10), Buffer.from([0, 1]), message().subarray(12)])),
    ).toBe(true);
  });

  it("gives the same bytes for the same message, key and second, and other bytes for any other", () => {
    const sign = (signer: TsigKey, when: Date): string =>
      signMessage(message(), signer, () => when).request.toString("hex");
    const first = sign(key, at);
    expect(sign(key, new Date(at.getTime() + 999))).toBe(first);
    const secret = Buffer.from("another secret of 32 bytes .....").toString("base64");
    const others = [
      sign({ ...key, secret }, at),
      sign(key, new Date(at.getTime() + 1000)),
      sign({ ...key, algorithm: "hmac-sha512" }, at),
    ];
    expect(new Set([first, ...others]).size).toBe(4);
  });

  it("does not take an answer for signed that was signed for another request, and says when there is no signature", () => {
    const { verify, answer } = answered(key);
    expect(verify(answer)).toEqual({ signed: "invalid", reason: "its signature is wrong" });
    expect(verify(message())).toEqual({ signed: "missing" });
  });

  it("reads why a server refuses it", () => {
    const { verify } = answered(key);
    const refusal = (error: number): Buffer => {
      const fields = Buffer.concat([
        Buffer.from("\u0009hmac-sha2\u0000"),
        Buffer.alloc(6),
        Buffer.from([1, 44, 0, 0, 0, 7, 0, error, 0, 0]),
      ]);
      const record = wireRecord({ name: "full-key", type: typeNumber.TSIG, class: 255, data: fields });
      const bare = message();
      bare.writeUInt16BE(1, 10);
      return Buffer.concat([bare, record]);
    };
    expect([16, 17, 18, 22].map((error) => verify(refusal(error)))).toEqual(
      ["bad-signature", "bad-key", "bad-time", "other"].map((problem) => ({ signed: "refused", problem })),
    );
  });

  it("throws a RangeError for messages that are cut, and never reads beyond them", () => {
    const { request, verify } = signMessage(message(), key, () => at);
    for (let length = 12; length < request.length; length += 1)
      expect(() => verify(request.subarray(0, length))).toThrow(RangeError);
  });

  it.each(["", "short", "not base64!", "YWJj"])("refuses the secret %j without repeating it", (secret) => {
    expect(() => signMessage(message(), { ...key, secret }, () => at)).toThrow("is not base64 of 8 bytes or more");
  });
});
