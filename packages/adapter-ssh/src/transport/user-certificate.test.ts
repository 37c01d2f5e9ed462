import { describe, expect, it } from "vitest";
import {
  ecdsaCertificate,
  ecdsaFingerprint,
  ed25519Certificate,
  ed25519Fingerprint,
  ed25519PublicKey,
  endlessCertificate,
  hostCertificate,
  rsaCertificate,
  rsaFingerprint,
} from "../fixtures/user-certificates.ts";
import { fingerprintOf } from "./host-key/public-key.ts";
import { readUserCertificate } from "./user-certificate.ts";

const inItsTime = new Date("2026-03-01T12:00:00Z");

/** What is said of it. */
function problem(text: string | Uint8Array, now: Date = inItsTime): string {
  return readUserCertificate(text, now).match(
    () => "none",
    (said) => said,
  );
}

describe("a user's certificate", () => {
  it.each([
    ["Ed25519", ed25519Certificate, ed25519Fingerprint, "ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519"],
    ["ECDSA", ecdsaCertificate, ecdsaFingerprint, "ecdsa-sha2-nistp384-cert-v01@openssh.com", "ecdsa-sha2-nistp384"],
    ["RSA", rsaCertificate, rsaFingerprint, "rsa-sha2-512-cert-v01@openssh.com", "rsa-sha2-512"],
  ])(
    "of an %s key is that key, offered by one name and signed by another",
    (_kind, text, fingerprint, offered, signed) => {
      for (const form of [text, `${text} a comment\n`, new TextEncoder().encode(text)]) {
        const read = readUserCertificate(form, inItsTime)._unsafeUnwrap();
        expect(fingerprintOf(read.key.blob)).toBe(fingerprint);
        expect([read.offeredAs, read.signedAs]).toEqual([offered, signed]);
        expect(read.blob.toString("base64")).toBe(text.split(" ")[1]);
      }
    },
  );

  it("is good from its first second to the last, and one without an end always", () => {
    expect(problem(ed25519Certificate, new Date("2025-12-31T23:59:59.999Z"))).toBe(
      "has a certificate that is not valid before 2026-01-01T00:00:00.000Z",
    );
    expect(problem(ed25519Certificate, new Date("2026-01-01T00:00:00Z"))).toBe("none");
    expect(problem(ed25519Certificate, new Date("2026-12-31T23:59:59.999Z"))).toBe("none");
    expect(problem(ed25519Certificate, new Date("2027-01-01T00:00:00Z"))).toBe(
      "has a certificate that was valid until 2027-01-01T00:00:00.000Z",
    );
    expect(problem(endlessCertificate, new Date("2226-01-01T00:00:00Z"))).toBe("none");
  });

  it("is no host's, no key, and no secret that somebody has put there", () => {
    expect(problem(hostCertificate)).toBe("has a host's certificate in the place of a user's");
    expect(problem(ed25519PublicKey)).toMatch(/^has a key of type ssh-ed25519 in the place of a certificate/);
    for (const text of ["", "sesame", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAAsesame\n", new Uint8Array([0, 255])]) {
      expect(problem(text)).toMatch(/^has no certificate that can be read/);
    }
    const foreign = Buffer.concat([Buffer.from([0, 0, 0, 6]), Buffer.from("a\nb\nc\n"), Buffer.alloc(40)]);
    expect(problem(foreign.toString("base64"))).toMatch(/^has a key of type unknown /);
  });

  it("that was cut off anywhere in what is read of it is refused", () => {
    const [type = "", encoded = ""] = ed25519Certificate.split(" ");
    const blob = Buffer.from(encoded, "base64");
    // Name, nonce, key, number, kind, id, principals and times take 164 bytes; what follows only the machine reads.
    const needed = 4 + 32 + 4 + 32 + 4 + 32 + 8 + 4 + 4 + 2 + 4 + 10 + 8 + 8;
    for (let length = 36; length < needed; length += 1) {
      expect(problem(`${type} ${blob.subarray(0, length).toString("base64")}`), `${length} bytes`).toBe(
        "has a certificate that is cut off or damaged",
      );
    }
    expect(problem(`${type} ${blob.subarray(0, needed).toString("base64")}`)).toBe("none");
  });
});
