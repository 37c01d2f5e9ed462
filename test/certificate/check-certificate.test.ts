import { type CertificateToCheck, certificateFacts, checkCertificate } from "@hostelry/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type CertificateWish,
  type MadeCertificate,
  type OpensslAuthority,
  opensslAuthority,
} from "../servers/openssl-authority.ts";
import { serverAvailable } from "../servers/server-binary.ts";

const isAuthority = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"];
const forServers = ["basicConstraints=CA:FALSE", "extendedKeyUsage=serverAuth"];
const day = 86_400_000;

describe.skipIf(!serverAvailable("openssl"))("a certificate that somebody brings", () => {
  let authority: OpensslAuthority;
  let root: MadeCertificate;
  let intermediate: MadeCertificate;
  let leaf: MadeCertificate;

  const make = (
    name: string,
    wish: Partial<CertificateWish> & { readonly names: readonly string[] },
  ): Promise<MadeCertificate> => {
    const names = `subjectAltName=${wish.names.map((each) => `DNS:${each}`).join(",")}`;
    return authority.make(name, {
      issuer: intermediate,
      ...wish,
      extensions: wish.extensions ?? [...forServers, names],
    });
  };
  const asked = (certificate: MadeCertificate, changed: Partial<CertificateToCheck> = {}): CertificateToCheck => ({
    chainPem: certificate.certificatePem + intermediate.certificatePem,
    privateKeyPem: certificate.privateKeyPem,
    names: ["example.com"],
    now: new Date(),
    trustedRoots: [root.certificatePem],
    ...changed,
  });
  const findings = (certificate: MadeCertificate, changed: Partial<CertificateToCheck> = {}): readonly string[] =>
    checkCertificate(asked(certificate, changed)).match(
      () => [],
      ({ details }) => details.findings.map(({ code }) => code),
    );

  beforeAll(async () => {
    authority = await opensslAuthority();
    root = await authority.make("Root", { extensions: isAuthority });
    intermediate = await authority.make("Intermediate", { extensions: isAuthority, issuer: root });
    leaf = await make("leaf", { names: ["example.com", "*.Apps.example.com", "www.example.com"] });
  });
  afterAll(() => authority.remove());

  it("is fit when everything is right, and its facts are read", () => {
    const names = ["example.com", "*.apps.example.com", "shop.apps.example.com"];
    const checked = checkCertificate(asked(leaf, { names }))._unsafeUnwrap();
    expect(checked.facts.names).toEqual(["*.apps.example.com", "example.com", "www.example.com"]);
    expect(checked.facts.issuer).toBe("CN=Intermediate");
    expect(checked.facts.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(Math.abs(checked.facts.notAfter.getTime() - Date.now() - day)).toBeLessThan(day / 2);
    expect(certificateFacts(checked.chainPem)).toEqual(checked.facts);
  });

  it("is served without its root, and without what stands between its blocks", () => {
    const chainPem = `a note\n${leaf.certificatePem}another\r\n${intermediate.certificatePem}${root.certificatePem}`;
    const checked = checkCertificate(asked(leaf, { chainPem }))._unsafeUnwrap();
    expect(checked.chainPem).toBe(leaf.certificatePem + intermediate.certificatePem);
  });

  it("needs the key that it was made for", async () => {
    const other = await make("other", { names: ["example.com"] });
    expect(findings(leaf, { privateKeyPem: other.privateKeyPem })).toEqual(["key-mismatch"]);
    expect(findings(leaf, { privateKeyPem: "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----" })).toEqual([
      "key-unreadable",
    ]);
    expect(findings(leaf, { privateKeyPem: leaf.certificatePem })).toEqual(["key-unreadable"]);
  });

  it("never shows its key in an error", () => {
    const secret = leaf.privateKeyPem.split("\n")[1] ?? "";
    const error = checkCertificate(
      asked(leaf, { privateKeyPem: `${leaf.privateKeyPem}\nbroken`.replace("BEGIN", "BEGUN") }),
    )._unsafeUnwrapErr();
    expect(secret.length).toBeGreaterThan(40);
    expect(JSON.stringify(error) + String(error.stack) + String(error.cause)).not.toContain(secret.slice(0, 20));
  });

  it("needs a key that browsers take", async () => {
    const short = await make("short", {
      names: ["example.com"],
      key: ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"],
    });
    expect(findings(short)).toEqual(["key-weak"]);
    const exotic = await make("exotic", {
      names: ["example.com"],
      key: ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:secp256k1"],
    });
    expect(findings(exotic)).toEqual(["key-weak"]);
  });

  it("needs to be for all names, by itself and not by its common name", async () => {
    const error = checkCertificate(
      asked(leaf, { names: ["example.com", "example.org", "a.b.apps.example.com"] }),
    )._unsafeUnwrapErr();
    expect(error.details.findings.map(({ message }) => message)).toEqual([
      "it is not for example.org, a.b.apps.example.com",
    ]);
    const named = await authority.make("example.com", { issuer: intermediate, extensions: forServers });
    expect(findings(named)).toEqual(["names-missing"]);
  });

  it("is not taken in by a name with another one inside", async () => {
    const alternatives = [
      "subjectAltName=@alternatives",
      "[alternatives]",
      "DNS.1 = evil.test\\, DNS:example.com\\, x",
    ];
    const tricky = await make("tricky", { names: [], extensions: [...forServers, ...alternatives] });
    expect(findings(tricky)).toEqual(["names-missing"]);
  });

  it("needs to be valid now", async () => {
    const old = await make("old", {
      names: ["example.com"],
      from: new Date(Date.now() - 3 * day),
      until: new Date(Date.now() - day),
    });
    expect(findings(old)).toEqual(["expired"]);
    expect(findings(leaf, { now: new Date(Date.now() - 2 * day) })).toEqual(["not-yet-valid", "chain-expired"]);
  });

  it("needs its chain in order, and whole", async () => {
    expect(findings(leaf, { chainPem: leaf.certificatePem })).toEqual(["chain-untrusted"]);
    expect(findings(leaf, { chainPem: leaf.certificatePem, trustedRoots: undefined })).toEqual([]);
    expect(findings(leaf, { chainPem: leaf.certificatePem + root.certificatePem })).toEqual(["chain-order"]);
    const upsideDown = intermediate.certificatePem + leaf.certificatePem;
    expect(findings(leaf, { chainPem: upsideDown })).toContain("chain-order");
    expect(findings(leaf, { chainPem: upsideDown })).toContain("not-for-servers");
    // The same name, another key: only the signature tells.
    const impostor = await authority.make("Intermediate", { extensions: isAuthority, issuer: root });
    expect(findings(leaf, { chainPem: leaf.certificatePem + impostor.certificatePem })).toEqual(["chain-order"]);
    // A web site's certificate signs nothing, though it can.
    const below = await make("below", { names: ["example.com"], issuer: leaf });
    expect(findings(below, { chainPem: below.certificatePem + leaf.certificatePem, trustedRoots: undefined })).toEqual([
      "chain-order",
    ]);
  });

  it("needs issuers that are valid now, though it is", async () => {
    const over = await authority.make("Over", {
      extensions: isAuthority,
      issuer: root,
      from: new Date(Date.now() - 2 * day),
      until: new Date(Date.now() - day),
    });
    const late = await make("late", { names: ["example.com"], issuer: over });
    expect(findings(late, { chainPem: late.certificatePem + over.certificatePem })).toEqual(["chain-expired"]);
  });

  it("needs to be for servers", async () => {
    const extensions = ["basicConstraints=CA:FALSE", "extendedKeyUsage=clientAuth", "subjectAltName=DNS:example.com"];
    expect(findings(await make("client", { names: [], extensions }))).toEqual(["not-for-servers"]);
  });

  it("is judged as a whole: all that is wrong is said at once", async () => {
    const wrong = findings(leaf, {
      names: ["example.org"],
      privateKeyPem: root.privateKeyPem,
      chainPem: leaf.certificatePem,
      now: new Date(Date.now() + 2 * day),
    });
    expect(wrong).toEqual(["key-mismatch", "names-missing", "expired", "chain-untrusted"]);
  });

  it("is refused when it is something else", () => {
    const huge = `${leaf.certificatePem}${" ".repeat(300_000)}`;
    expect(findings(leaf, { chainPem: huge })).toEqual(["too-large"]);
    for (const chainPem of [
      "",
      "hello",
      leaf.privateKeyPem,
      leaf.certificatePem.replace(/[A-Z]{3}/, "!!!"),
      leaf.certificatePem.slice(0, 300),
    ]) {
      expect(findings(leaf, { chainPem })).toEqual(["unreadable"]);
    }
    const many = leaf.certificatePem + intermediate.certificatePem.repeat(10);
    expect(findings(leaf, { chainPem: many })).toContain("chain-order");
  });
});
