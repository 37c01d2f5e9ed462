import { generateKeyPairSync, verify } from "node:crypto";
import { createServer } from "node:net";
import ssh2 from "ssh2";
import { describe, expect, it } from "vitest";
import { ecdsaCertificate, ed25519Certificate, ed25519PublicKey } from "../fixtures/user-certificates.ts";
import { takesCertificates } from "./certificate-auth.ts";
import { signatureOf } from "./certificate-signature.ts";
import { readUserCertificate } from "./user-certificate.ts";

const now = new Date("2026-03-01T12:00:00Z");

/** The numbers that follow each other in a signature, each as SSH writes it. */
function numbersIn(signature: Buffer): readonly Buffer[] {
  const numbers: Buffer[] = [];
  for (let at = 0; at < signature.length; ) {
    const length = signature.readUInt32BE(at);
    numbers.push(signature.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return numbers;
}

describe("a signature for a certificate", () => {
  it("is two numbers without needless zeros and never negative, when an elliptic curve makes it", () => {
    const pair = generateKeyPairSync("ec", { namedCurve: "secp384r1" });
    const key = ssh2.utils.parseKey(pair.privateKey.export({ type: "sec1", format: "pem" }));
    if (key instanceof Error) throw key;
    const certificate = readUserCertificate(ecdsaCertificate, now)._unsafeUnwrap();
    const lengths = new Set<number>();
    const bytes = Buffer.from("what is signed");
    // About half of the numbers need a zero before them, and one in 256 is a byte shorter.
    for (let round = 0; round < 16 || lengths.size < 2; round += 1) {
      const numbers = numbersIn(signatureOf(key, certificate, bytes));
      expect(numbers).toHaveLength(2);
      for (const number of numbers) {
        lengths.add(number.length);
        expect(number[0]).toBeLessThan(128);
        if (number[0] === 0) expect(number[1]).toBeGreaterThan(127);
      }
      const halves = numbers.map((number) => {
        const half = Buffer.alloc(48);
        const digits = number.subarray(number[0] === 0 ? 1 : 0);
        digits.copy(half, 48 - digits.length);
        return half;
      });
      const options = { key: pair.publicKey, dsaEncoding: "ieee-p1363" } as const;
      expect(verify("sha384", bytes, options, Buffer.concat(halves))).toBe(true);
    }
  });

  it("fails for a key that can't sign", () => {
    const key = ssh2.utils.parseKey(ed25519PublicKey);
    if (key instanceof Error) throw key;
    const certificate = readUserCertificate(ed25519Certificate, now)._unsafeUnwrap();
    expect(() => signatureOf(key, certificate, Buffer.from("x"))).toThrow();
  });
});

describe("the protocol library", () => {
  it("is looked at before it is relied on", async () => {
    const server = createServer((socket) => socket.on("error", () => undefined));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { readonly port: number };
    const client = new ssh2.Client();
    client.on("error", () => undefined);
    expect(takesCertificates(client)).toBe(false);
    client.connect({ host: "127.0.0.1", port, username: "deploy" });
    expect(takesCertificates(client)).toBe(true);
    client.destroy();
    server.close();
  });
});
