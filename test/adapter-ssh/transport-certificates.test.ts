// Signing in with OpenSSH certificates of users, which the protocol library does not know by itself: against real servers.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect, promisify } from "node:util";
import { type SshAuthentication, type SshTransportOptions, sshTransport } from "@hostelry/adapter-ssh";
import { type HostingError, systemClock } from "@hostelry/core/adapter";
import ssh2 from "ssh2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requireServer } from "../servers/server-binary.ts";
import {
  newestOpensshAvailable,
  type SshNode,
  type SshNodes,
  sshNodesAvailable,
  startSshNodes,
} from "../servers/ssh-nodes.ts";
import { optionsFor } from "./transport-harness.ts";

const run = promisify(execFile);
const keygen = (...words: readonly string[]): Promise<unknown> => run(requireServer("ssh-keygen"), ["-q", ...words]);

/** What is asked of the authority. */
interface CertificateWish {
  /** For `ssh-keygen`. Default an Ed25519 key. */
  readonly key?: readonly string[] | undefined;
  readonly passphrase?: string | undefined;
  /** Default: the node's account. */
  readonly principal?: string | undefined;
  /** Default: from a minute ago on for an hour. */
  readonly validity?: string | undefined;
  /** Private key of another authority. */
  readonly authority?: string | undefined;
  /** More words for `ssh-keygen -s`, e.g. `-h`. */
  readonly more?: readonly string[] | undefined;
}

type Certified = Extract<SshAuthentication, { readonly kind: "certificate" }> & { readonly file: string };

describe.skipIf(!sshNodesAvailable("gnu"))("a certificate instead of a known key", () => {
  const newest = newestOpensshAvailable();
  const kinds = newest ? (["gnu", "newest"] as const) : (["gnu"] as const);
  let nodes: SshNodes;

  beforeAll(async () => {
    // Two refused tries end a connection, so whatever takes two for one certificate is found out.
    const sshdSettings = ["MaxAuthTries 2"];
    nodes = await startSshNodes({ gnu: 1, newest: newest ? 1 : 0, web: false, userAuthority: true, sshdSettings });
  });
  afterAll(() => nodes.stop());

  /** A key of its own with a certificate. */
  async function certified(node: SshNode, wish: CertificateWish = {}): Promise<Certified> {
    const { key = ["-t", "ed25519"], passphrase = "", principal = node.user, validity = "-1m:+1h", more = [] } = wish;
    const file = join(await mkdtemp(join(nodes.directory, "certified-")), "id");
    await keygen(...key, "-N", passphrase, "-f", file);
    const authority = wish.authority ?? nodes.userAuthorityFile;
    await keygen("-s", authority, "-I", "publisher", "-n", principal, "-V", validity, ...more, `${file}.pub`);
    const [privateKey, certificate] = await Promise.all([readFile(file, "utf8"), readFile(`${file}-cert.pub`, "utf8")]);
    return { kind: "certificate", privateKey, certificate, file };
  }

  /** What signing in comes to: `in`, or the error; and what the server wrote about it. */
  async function signIn(
    node: SshNode,
    auth: SshTransportOptions["auth"],
    more: Partial<SshTransportOptions> = {},
  ): Promise<{ readonly outcome: "in" | HostingError; readonly log: string }> {
    const before = node.sshdLog().length;
    const transport = sshTransport({ ...optionsFor(nodes, node), ...more, auth } as SshTransportOptions);
    try {
      const outcome = await transport.run({ argv: ["true"] }).match(
        ({ exitCode }) => (exitCode === 0 ? ("in" as const) : expect.fail(`exit code ${exitCode}`)),
        (error) => error,
      );
      return { outcome, log: node.sshdLog().slice(before) };
    } finally {
      await transport.close();
    }
  }

  const failures = (log: string): number => log.match(/^Failed publickey/gm)?.length ?? 0;
  /** A good key behind a certificate that is refused, so that the server need not be annoyed. */
  const goodKey = (): SshAuthentication => ({ kind: "key", privateKey: nodes.clientKey });

  describe.each(kinds)("with sshd (%s)", (kind) => {
    it.each<[string, readonly string[], RegExp]>([
      ["Ed25519", ["-t", "ed25519"], /ED25519-CERT/],
      ["ECDSA on P-256", ["-t", "ecdsa", "-b", "256"], /ECDSA-CERT/],
      ["ECDSA on P-521", ["-t", "ecdsa", "-b", "521"], /ECDSA-CERT/],
      ["RSA", ["-t", "rsa", "-b", "2048"], /RSA-CERT/],
    ])("lets in whoever the authority vouches for: %s", async (_name, key, shown) => {
      const node = nodes.one(kind);
      const { outcome, log } = await signIn(node, await certified(node, { key }));
      expect(outcome).toBe("in");
      expect(log).toMatch(/Accepted publickey .*-CERT .*ID publisher/);
      expect(log).toMatch(shown);
      expect(failures(log)).toBe(0);
    });

    it.each<[string, CertificateWish, RegExp]>([
      ["is for another account", { principal: "somebody" }, /Certificate invalid: name is not a listed principal/],
      ["has expired by the server's clock", { validity: "-2d:-1d" }, /Certificate invalid: expired/],
    ])("refuses one that %s, as one failure, and the next way is tried", async (_what, wish, said) => {
      const node = nodes.one(kind);
      // A clock that is a day and a half behind: otherwise it would not be shown at all.
      const clock = { ...systemClock, now: () => new Date(Date.now() - 36 * 3_600_000) };
      const refused = await certified(node, { validity: "-2d:+1h", ...wish });
      const { outcome, log } = await signIn(node, [refused, goodKey()], { clock });
      expect(outcome).toBe("in");
      expect(log).toMatch(said);
      expect(log).not.toMatch(/maximum authentication attempts|Too many/);
    });
  });

  it("of an authority that nobody trusts is refused like a key that nobody knows", async () => {
    const node = nodes.one("gnu");
    const authority = join(nodes.directory, "other_authority");
    await keygen("-t", "ed25519", "-N", "", "-f", authority);
    const { outcome, log } = await signIn(node, await certified(node, { authority }));
    expect(outcome).toMatchObject({ code: "TRANSPORT_AUTH_FAILED", details: { methods: ["publickey"] } });
    expect(log).not.toMatch(/maximum authentication attempts|Too many/);
    const both = await signIn(node, [await certified(node, { authority }), await certified(node)]);
    expect(both.outcome).toBe("in");
    expect(failures(both.log)).toBe(1);
  });

  it("is fetched for each connection by a function, and its key may have a passphrase", async () => {
    const node = nodes.one("gnu");
    const { file } = await certified(node, { key: ["-t", "ed25519", "-a", "1"], passphrase: "the passphrase" });
    let fetched = 0;
    const auth = async (): Promise<SshAuthentication> => {
      fetched += 1;
      const [privateKey, certificate] = await Promise.all([readFile(file), readFile(`${file}-cert.pub`)]);
      return { kind: "certificate", privateKey, certificate, passphrase: "the passphrase" };
    };
    expect((await signIn(node, auth)).outcome).toBe("in");
    expect((await signIn(node, auth)).outcome).toBe("in");
    expect(fetched).toBe(2);
    const { outcome } = await signIn(
      node,
      async () => ({ ...(await auth()), passphrase: "another" }) as SshAuthentication,
    );
    expect(outcome).toMatchObject({ code: "INVALID_INPUT", details: { field: "auth" } });
    expect(inspect(outcome, { depth: 10 })).not.toMatch(/the passphrase|another/);
  });

  it("may be of a key that an agent holds", async () => {
    const node = nodes.one("gnu");
    const socket = join(nodes.directory, "agent");
    const agent: ChildProcess = spawn(requireServer("ssh-agent"), ["-D", "-a", socket], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    try {
      if (agent.stdout === null) throw new Error("the agent has no output");
      await once(agent.stdout, "data");
      const stranger = await certified(node);
      for (const key of [
        ["-t", "ed25519"],
        ["-t", "rsa", "-b", "2048"],
        ["-t", "ecdsa"],
      ]) {
        const { file } = await certified(node, { key });
        // Under another name: `ssh-add` takes a certificate that lies beside the key along.
        await copyFile(file, `${file}-alone`);
        await run(join(requireServer("ssh-agent"), "../ssh-add"), ["-q", `${file}-alone`], {
          env: { SSH_AUTH_SOCK: socket },
        });
        const certificate = await readFile(`${file}-cert.pub`, "utf8");
        const { outcome, log } = await signIn(node, { kind: "agent", socket, certificate });
        expect(outcome).toBe("in");
        expect(log).toMatch(/Accepted publickey .*-CERT/);
      }
      const { certificate } = stranger;
      const absent = await signIn(node, { kind: "agent", socket, certificate });
      expect(absent.outcome).toMatchObject({ code: "TRANSPORT_AUTH_FAILED" });
      const fingerprint = `SHA256:${"A".repeat(43)}`;
      const other = await signIn(node, { kind: "agent", socket, certificate, fingerprint });
      expect(other.outcome).toMatchObject({ code: "INVALID_INPUT" });
    } finally {
      const ended = once(agent, "exit");
      agent.kill();
      await ended;
    }
  });

  it("that can't be meant is told before anybody is asked", async () => {
    const node = nodes.one("gnu");
    const good = await certified(node);
    const another = await certified(node);
    const host = await certified(node, { more: ["-h"] });
    const old = await certified(node, { validity: "-2d:-1d" });
    const early = await certified(node, { validity: "+1d:+2d" });
    const said = async (auth: object): Promise<unknown> => {
      // Nobody listens there: whoever asks is told so.
      const { outcome } = await signIn(node, { ...good, ...auth } as SshAuthentication, { port: 1 });
      return outcome === "in" ? outcome : [outcome.code, outcome.message];
    };
    const { certificate } = another;
    expect(await said({})).toMatchObject(["TRANSPORT_UNREACHABLE", {}]);
    for (const [auth, message] of [
      [{ certificate }, /a certificate of another key/],
      [host, /a host's certificate/],
      [old, /was valid until 20/],
      [early, /not valid before 20/],
      [{ certificate: "ssh-ed25519" }, /no certificate that can be read/],
    ] as const) {
      expect(await said(auth)).toEqual(["INVALID_INPUT", expect.stringMatching(message)]);
    }
  });

  it("can't be shown by another version of the protocol library, which is said", async () => {
    const node = nodes.one("gnu");
    const auth = await certified(node);
    Object.defineProperty(ssh2.Client.prototype, "_protocol", {
      configurable: true,
      get: () => undefined,
      set: () => undefined,
    });
    try {
      const { outcome } = await signIn(node, auth);
      expect(outcome).toMatchObject({ code: "ADAPTER_INCOMPATIBLE", details: { expected: "ssh2 1.17" } });
    } finally {
      Reflect.deleteProperty(ssh2.Client.prototype, "_protocol");
    }
    expect((await signIn(node, auth)).outcome).toBe("in");
  });

  it("of a host is not understood: a known_hosts file with nothing else says what to do", async () => {
    const node = nodes.one("gnu");
    const authority = (await readFile(`${nodes.userAuthorityFile}.pub`, "utf8")).trim();
    const knownHosts = join(nodes.directory, "authorities");
    await writeFile(knownHosts, `@cert-authority * ${authority}\n`);
    const more = { hostKey: undefined, knownHosts } as Partial<SshTransportOptions>;
    const { outcome } = await signIn(node, goodKey(), more);
    expect(outcome).toMatchObject({
      code: "HOST_KEY_UNKNOWN",
      message: expect.stringMatching(/Only a certificate authority .*@cert-authority.* the host's own key/),
    });
    await writeFile(knownHosts, `@cert-authority * ${authority}\n[127.0.0.1]:${node.sshPort} ${node.hostKey}\n`);
    expect((await signIn(node, goodKey(), more)).outcome).toBe("in");
  });
});
