import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasCode } from "@hostelry/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NodeEntry } from "./node-entry.ts";
import { readNodesFile } from "./read-nodes-file.ts";

const pin = "SHA256:pNp0Kk2hZ3Nq0kSGQx3mNB9Yw2e0gJm0o0p1m0Qm6qk";
const edge1 = {
  name: "edge-1",
  host: "edge-1.example.com",
  user: "hostelry",
  root: "/srv/hostelry",
  hostKey: pin,
  auth: { keyFile: "deploy_ed25519" },
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hostelry-nodes-file-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(document: unknown): Promise<readonly NodeEntry[]> {
  const file = join(folder, "nodes.json");
  await writeFile(file, typeof document === "string" ? document : JSON.stringify(document));
  return readNodesFile(file);
}

/** Reads a document that can't be meant; gives what is said about it. */
async function refused(document: unknown): Promise<{ readonly message: string; readonly field: string }> {
  const error: unknown = await read(document).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!hasCode(error, "INVALID_INPUT")) throw new Error(`It is not refused as it should be: ${String(error)}`);
  return { message: error.message, field: error.details.field };
}

describe("a nodes file", () => {
  it("says where nodes are, who signs in there, and how; paths in it are relative to it", async () => {
    const [node] = await read({ nodes: [edge1] });
    expect(node).toEqual({
      name: "edge-1",
      kind: "edge",
      root: "/srv/hostelry",
      webServer: undefined,
      certificates: {},
      place: {
        host: "edge-1.example.com",
        port: undefined,
        user: "hostelry",
        hostKey: { pins: [pin] },
        auth: [
          {
            kind: "key",
            file: join(folder, "deploy_ed25519"),
            passphraseVariable: undefined,
            certificateFile: undefined,
            at: "nodes[0].auth.keyFile",
          },
        ],
        jump: undefined,
      },
    });
  });

  it("has defaults, which a node overrules; a node's own key also where it is found in another way", async () => {
    const { name, host, hostKey, ...defaults } = { ...edge1, port: 2222 };
    const [first, second] = await read({
      defaults: { ...defaults, knownHosts: "known_hosts" },
      nodes: [
        { name, host },
        { name: "edge-2", host: "192.0.2.7", port: 22, kind: "sftp", hostKey, auth: { agent: true, fingerprint: pin } },
      ],
    });
    expect(first?.place).toMatchObject({ port: 2222, hostKey: { knownHostsFile: join(folder, "known_hosts") } });
    expect(second).toMatchObject({
      kind: "sftp",
      place: { host: "192.0.2.7", port: 22, hostKey: { pins: [pin] }, auth: [{ kind: "agent", fingerprint: pin }] },
    });
  });

  it("reaches a node through another machine, signs in in several ways, and knows how to ask nginx", async () => {
    const jump = {
      host: "jump.example.com",
      user: "jump",
      knownHosts: "/etc/ssh/known",
      auth: { agent: "agent.sock" },
    };
    const auth = [
      { keyFile: "/k", passphraseVariable: "PASSPHRASE" },
      { passwordVariable: "PASSWORD" },
      { keyFile: "k", certificateFile: "k-cert.pub" },
      { agent: true, certificateFile: "/k-cert.pub" },
    ];
    const webServer = { sudo: true, phpProgram: "php-fpm8.2" };
    const [node] = await read({ nodes: [{ ...edge1, jump, auth, webServer }] });
    expect(node?.place.jump).toMatchObject({
      host: "jump.example.com",
      hostKey: { knownHostsFile: "/etc/ssh/known" },
      auth: [{ kind: "agent", socket: join(folder, "agent.sock") }],
    });
    expect(node?.place.auth).toMatchObject([
      { kind: "key", file: "/k", passphraseVariable: "PASSPHRASE" },
      { kind: "password", variable: "PASSWORD" },
      { kind: "key", file: join(folder, "k"), certificateFile: join(folder, "k-cert.pub") },
      { kind: "agent", certificateFile: "/k-cert.pub" },
    ]);
    expect(node?.webServer).toMatchObject({ sudo: true, phpProgram: "php-fpm8.2" });
  });

  it("says how certificates are delivered, or that they are not; an account without a shell gets none", async () => {
    const certificates = { observeAt: "127.0.0.1:8443", group: "www-data" };
    const [own, none, box] = await read({
      defaults: { certificates },
      nodes: [edge1, { ...edge1, name: "edge-2", certificates: false }, { ...edge1, name: "box", kind: "sftp" }],
    });
    expect([own?.certificates, none?.certificates, box?.certificates]).toEqual([certificates, null, null]);
  });
});

const without = (name: keyof typeof edge1): object => ({ nodes: [{ ...edge1, [name]: undefined }] });
const with_ = (more: object): object => ({ nodes: [{ ...edge1, ...more }] });

describe("a nodes file that can't be meant", () => {
  it.each<[what: string, document: unknown, field: string, says: string]>([
    ["is no list", {}, "nodes", "at least one node"],
    ["is empty", { nodes: [] }, "nodes", "at least one node"],
    ["has a node that is none", { nodes: ["edge-1"] }, "nodes[0]", "must be an object"],
    ["leaves out a name", without("name"), "nodes[0].name", "is missing"],
    ["leaves out a host", without("host"), "nodes[0].host", "is missing"],
    ["leaves out an account", without("user"), "nodes[0].user", "is missing"],
    ["leaves out a root", without("root"), "nodes[0].root", "/srv/hostelry"],
    ["leaves out a host key", without("hostKey"), "nodes[0].hostKey", "ssh-keygen -lf"],
    ["leaves out how to sign in", without("auth"), "nodes[0].auth", "keyFile"],
    ["names two nodes alike", { nodes: [edge1, edge1] }, "nodes[1].name", "edge-1"],
    ["has a name that is none", with_({ name: "../edge" }), "nodes[0].name", "letters"],
    ["has a host that is none", with_({ host: "edge 1" }), "nodes[0].host", "neither"],
    ["has a port that is none", with_({ port: "22" }), "nodes[0].port", "1 to 65535"],
    ["has a kind that is none", with_({ kind: "ftp" }), "nodes[0].kind", '"edge" or "sftp"'],
    ["has a relative root", with_({ root: "srv" }), "nodes[0].root", "absolute"],
    ["writes a field in another case", with_({ hostkey: pin }), "nodes[0].hostkey", 'write it "hostKey"'],
    ["has a field that is none", with_({ colour: "red" }), "nodes[0].colour", "known here are"],
    ["names a key twice", with_({ knownHosts: "known_hosts" }), "nodes[0].hostKey", "exclude each other"],
    ["has a way in that is none", with_({ auth: {} }), "nodes[0].auth", "exactly one"],
    ["has two ways in one", with_({ auth: { agent: true, keyFile: "k" } }), "nodes[0].auth", "exactly one"],
    [
      "has a certificate with a password",
      with_({ auth: { passwordVariable: "P", certificateFile: "c" } }),
      "nodes[0].auth.certificateFile",
      "keyFile or agent",
    ],
    ["has no way in its list", with_({ auth: [] }), "nodes[0].auth", "no way"],
    ["asks nginx over SFTP", with_({ kind: "sftp", webServer: {} }), "nodes[0].webServer", "kind sftp"],
    ["delivers by a word", with_({ certificates: "yes" }), "nodes[0].certificates", "must be an object"],
    [
      "observes nowhere",
      with_({ certificates: { observeAt: "443" } }),
      "nodes[0].certificates.observeAt",
      "127.0.0.1:443",
    ],
    ["has a group that is none", with_({ certificates: { group: "a b" } }), "nodes[0].certificates.group", "www-data"],
    ["jumps without a key", with_({ jump: { host: "j", user: "u" } }), "nodes[0].jump.hostKey", "is missing"],
    ["has defaults that are none", { defaults: { nmae: 1 }, nodes: [edge1] }, "defaults.nmae", "known here are"],
  ])("%s: says where and what to write", async (_what, document, field, says) => {
    const said = await refused(document);
    expect(said.field).toBe(field);
    expect(said.message).toContain(join(folder, "nodes.json"));
    expect(said.message).toContain(says);
  });

  it("holds a secret: says where, and never what", async () => {
    const key = "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n";
    for (const [auth, field] of [
      [{ password: "sesame" }, "nodes[0].auth.password"],
      [{ keyFile: "k", passphrase: "sesame" }, "nodes[0].auth.passphrase"],
      [{ keyFile: key }, "nodes[0].auth.keyFile"],
      [[{ privateKey: key }], "nodes[0].auth[0].privateKey"],
      [{ passwordVariable: "sesame!" }, "nodes[0].auth.passwordVariable"],
    ] as const) {
      const said = await refused({ nodes: [{ ...edge1, auth }] });
      expect(said.field).toBe(field);
      expect(said.message).not.toMatch(/sesame|AAAA/);
    }
  });

  it("is no JSON, or is not there: says in which line, and quotes nothing of it", async () => {
    const said = await refused('{\n  "nodes": [\n    { "password": "sesame", }\n  ]\n}');
    expect(said.message).toMatch(/is no JSON( \(line 3, column \d+\))?\.$/);
    expect(said.message).not.toContain("sesame");
    await expect(readNodesFile(join(folder, "nowhere.json"))).rejects.toThrow("name the nodes file with --nodes");
  });
});
