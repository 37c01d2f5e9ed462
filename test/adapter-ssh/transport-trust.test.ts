// Who is trusted, how one signs in, and that nothing secret comes out again.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect, promisify } from "node:util";
import { type SshTransportOptions, sshTransport } from "@hostelry/adapter-ssh";
import { type HostingError, hasCode, type Transport } from "@hostelry/core/adapter";
import ssh2 from "ssh2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FaultProxy, faultProxy } from "../servers/fault-proxy.ts";
import { requireServer } from "../servers/server-binary.ts";
import { type SshNode, type SshNodes, sshNodesAvailable, startSshNodes } from "../servers/ssh-nodes.ts";
import { optionsFor } from "./transport-harness.ts";

const run = promisify(execFile);

describe.skipIf(!sshNodesAvailable("gnu"))("trust between an SSH transport and a machine", () => {
  let nodes: SshNodes;
  let node: SshNode;
  let other: SshNode;
  let proxy: FaultProxy;

  beforeAll(async () => {
    nodes = await startSshNodes({ gnu: 2, web: false });
    [node, other] = nodes.all as readonly [SshNode, SshNode];
    proxy = await faultProxy(node.sshPort);
  });
  afterAll(async () => {
    await proxy.close();
    await nodes.stop();
  });

  /** What signing in with these options comes to: `in`, or the error. */
  async function signIn(more: Partial<SshTransportOptions>): Promise<"in" | HostingError> {
    const transport = sshTransport({ ...optionsFor(nodes, node), ...more } as SshTransportOptions);
    try {
      return await transport.run({ argv: ["true"] }).match(
        ({ exitCode }) => (exitCode === 0 ? "in" : expect.fail(`exit code ${exitCode}`)),
        (error) => error,
      );
    } finally {
      await transport.close();
    }
  }

  async function fingerprint(key: string): Promise<string> {
    const file = join(nodes.directory, "one-key.pub");
    await writeFile(file, `${key}\n`);
    return (await run(requireServer("ssh-keygen"), ["-lf", file])).stdout.split(" ")[1] ?? "";
  }

  describe("the machine's key", () => {
    it("is taken as itself or as the fingerprint that ssh-keygen prints", async () => {
      expect(await signIn({ hostKey: node.hostKey })).toBe("in");
      expect(await signIn({ hostKey: await fingerprint(node.hostKey) })).toBe("in");
      expect(await signIn({ hostKey: [other.hostKey, node.hostKey] })).toBe("in");
    });

    it("is refused when it is another one, before anybody signs in", async () => {
      const before = node.sshdLog().length;
      for (const hostKey of [other.hostKey, await fingerprint(other.hostKey)]) {
        const error = await signIn({ hostKey, auth: { kind: "password", password: "a secret" } });
        expect(hasCode(error, "HOST_KEY_MISMATCH") && error.details).toEqual({
          transport: `${node.user}@127.0.0.1:${node.sshPort}`,
          host: `127.0.0.1:${node.sshPort}`,
          offered: `ssh-ed25519 ${await fingerprint(node.hostKey)}`,
          expected: [await fingerprint(other.hostKey)],
          revoked: false,
        });
      }
      expect(node.sshdLog().slice(before)).not.toMatch(/password|Failed|Accepted/);
    });

    it("is told apart from a wrong one also when it is of another type", async () => {
      const file = join(nodes.directory, "ecdsa");
      await run(requireServer("ssh-keygen"), ["-q", "-t", "ecdsa", "-N", "", "-f", file]);
      expect(await signIn({ hostKey: await readFile(`${file}.pub`, "utf8") })).toMatchObject({
        code: "HOST_KEY_MISMATCH",
      });
    });

    it("is looked up in a known_hosts file, also one with hashed names", async () => {
      const knownHosts = nodes.knownHostsFile;
      expect(await signIn({ knownHosts, hostKey: undefined })).toBe("in");
      const hashed = join(nodes.directory, "hashed");
      await copyFile(knownHosts, hashed);
      await run(requireServer("ssh-keygen"), ["-H", "-f", hashed]);
      expect(await readFile(hashed, "utf8")).not.toContain("127.0.0.1");
      expect(await signIn({ knownHosts: hashed, hostKey: undefined })).toBe("in");
    });

    it("is unknown when no line names the machine, and refused when a line revokes it", async () => {
      const file = join(nodes.directory, "few_hosts");
      await writeFile(file, `# empty\n127.0.0.1 ${node.hostKey}\n`);
      expect(await signIn({ knownHosts: file, hostKey: undefined })).toMatchObject({
        code: "HOST_KEY_UNKNOWN",
        details: { offered: `ssh-ed25519 ${await fingerprint(node.hostKey)}` },
      });
      await writeFile(file, `[127.0.0.1]:${node.sshPort} ${node.hostKey}\n@revoked * ${node.hostKey}\n`);
      expect(await signIn({ knownHosts: file, hostKey: undefined })).toMatchObject({
        code: "HOST_KEY_MISMATCH",
        details: { revoked: true },
      });
    });

    it("is nothing that can be left out or misspelt", async () => {
      for (const hostKey of [
        "",
        [],
        "SHA256:short",
        "ssh-ed25519",
        "MD5:00:11",
        `ssh-rsa ${node.hostKey.split(" ")[1]}`,
      ]) {
        expect(await signIn({ hostKey }), String(hostKey)).toMatchObject({
          code: "INVALID_INPUT",
          details: { field: "hostKey" },
        });
      }
      expect(await signIn({ knownHosts: "/nowhere/known_hosts", hostKey: undefined })).toMatchObject({
        code: "INVALID_INPUT",
        details: { field: "knownHosts" },
      });
    });
  });

  describe("signing in", () => {
    const foreignKey = (): string => ssh2.utils.generateKeyPairSync("ed25519").private;

    it("takes a key with a passphrase, and a function that fetches it for each connection", async () => {
      const file = join(nodes.directory, "locked");
      await copyFile(nodes.clientKeyFile, file);
      await run(requireServer("ssh-keygen"), ["-q", "-p", "-P", "", "-N", "the passphrase", "-f", file]);
      const privateKey = await readFile(file, "utf8");
      let asked = 0;
      const auth = async () => {
        asked += 1;
        return { kind: "key", privateKey, passphrase: "the passphrase" } as const;
      };
      expect(await signIn({ auth })).toBe("in");
      expect(await signIn({ auth })).toBe("in");
      expect(asked).toBe(2);
      expect(await signIn({ auth: { kind: "key", privateKey, passphrase: "another" } })).toMatchObject({
        code: "INVALID_INPUT",
        details: { field: "auth" },
      });
      expect(await signIn({ auth: () => Promise.reject(new Error("vault is shut")) })).toMatchObject({
        code: "ADAPTER_FAILED",
      });
    });

    it("takes an agent, and of its keys only the one that is named", async () => {
      const socket = join(nodes.directory, "agent");
      const agent: ChildProcess = spawn(requireServer("ssh-agent"), ["-D", "-a", socket], {
        stdio: ["ignore", "pipe", "ignore"],
      });
      try {
        if (agent.stdout === null) throw new Error("the agent has no output");
        await once(agent.stdout, "data");
        const add = (file: string): Promise<unknown> =>
          run(join(requireServer("ssh-agent"), "../ssh-add"), ["-q", file], { env: { SSH_AUTH_SOCK: socket } });
        const stranger = join(nodes.directory, "stranger");
        await run(requireServer("ssh-keygen"), ["-q", "-t", "ed25519", "-N", "", "-f", stranger]);
        await add(stranger);
        expect(await signIn({ auth: { kind: "agent", socket } })).toMatchObject({ code: "TRANSPORT_AUTH_FAILED" });
        await add(nodes.clientKeyFile);
        expect(await signIn({ auth: { kind: "agent", socket } })).toBe("in");
        const right = await fingerprint(await readFile(`${nodes.clientKeyFile}.pub`, "utf8"));
        const before = node.sshdLog();
        expect(await signIn({ auth: { kind: "agent", socket, fingerprint: right } })).toBe("in");
        expect(node.sshdLog().slice(before.length)).not.toMatch(/Failed publickey/);
      } finally {
        const ended = once(agent, "exit");
        agent.kill();
        await ended;
      }
    });

    it("tries ways in their order", async () => {
      const good = { kind: "key", privateKey: nodes.clientKey } as const;
      expect(await signIn({ auth: [{ kind: "key", privateKey: foreignKey() }, good] })).toBe("in");
      expect(await signIn({ auth: [] })).toMatchObject({ code: "INVALID_INPUT" });
    });

    it("says what the server would accept when it refuses, and does not ask it again at once", async () => {
      const auth = { kind: "key", privateKey: foreignKey() } as const;
      const transport = sshTransport({ ...optionsFor(nodes, node), port: proxy.port, auth } as SshTransportOptions);
      const before = proxy.connections();
      for (let call = 0; call < 10; call += 1) {
        const result = await transport.run({ argv: ["true"] });
        expect(result.isErr() && result.error).toMatchObject({
          code: "TRANSPORT_AUTH_FAILED",
          details: { methods: ["publickey"] },
        });
      }
      expect(proxy.connections()).toBe(before + 1);
      await transport.close();
    });

    it("lets no secret out, whatever goes wrong", async () => {
      const secret = "correct horse battery staple";
      const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
        type: "pkcs1",
        format: "pem",
        cipher: "aes-256-cbc",
        passphrase: secret,
      });
      const secretLine = String(key).split("\n")[5] ?? "no such line";
      for (const more of [
        { auth: { kind: "password", password: secret } },
        { auth: { kind: "key", privateKey: key, passphrase: "wrong" } },
        { auth: { kind: "key", privateKey: key, passphrase: secret } },
        { auth: { kind: "key", privateKey: `${String(key)}broken`, passphrase: secret } },
        { port: 1, auth: { kind: "password", password: secret } },
        { hostKey: other.hostKey, auth: { kind: "password", password: secret } },
      ] as readonly Partial<SshTransportOptions>[]) {
        const error = await signIn(more);
        expect(error).not.toBe("in");
        const shown = `${inspect(error, { depth: 10 })}${JSON.stringify(error)}`;
        expect(shown).not.toContain(secret);
        expect(shown).not.toContain(secretLine);
      }
    });
  });

  describe("a password", () => {
    /** A server of the protocol library's own: our sshd's accounts have no passwords. */
    async function passwordServer(
      methods: readonly ("keyboard-interactive" | "password")[],
      attempts: string[],
    ): Promise<{ readonly options: SshTransportOptions; close(): void }> {
      const hostKey = ssh2.utils.generateKeyPairSync("ed25519");
      const server = new ssh2.Server({ hostKeys: [hostKey.private] }, (client) => {
        client.on("error", () => undefined);
        client.on("authentication", (context) => {
          attempts.push(context.method);
          const reject = (): void => context.reject([...methods]);
          const judge = (password: string | undefined): void => {
            if (password === "right") context.accept();
            else reject();
          };
          if (!(methods as readonly string[]).includes(context.method)) return reject();
          if (context.method === "password") judge(context.password);
          else if (context.method === "keyboard-interactive")
            context.prompt([{ prompt: "Password: ", echo: false }], ([answer]) => judge(answer));
          else reject();
        });
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as { readonly port: number };
      return {
        options: {
          host: "127.0.0.1",
          port,
          user: "deploy",
          hostKey: hostKey.public,
          auth: { kind: "password", password: "right" },
        },
        close: () => server.close(),
      };
    }

    async function attemptsWith(
      methods: readonly ("keyboard-interactive" | "password")[],
      password: string,
    ): Promise<readonly [boolean, readonly string[]]> {
      const attempts: string[] = [];
      const server = await passwordServer(methods, attempts);
      const transport: Transport = sshTransport({ ...server.options, auth: { kind: "password", password } });
      const result = await transport.connect();
      await transport.close();
      server.close();
      return [result.isOk(), attempts];
    }

    it("is given directly, or as the answer to the one question of a server that asks", async () => {
      expect(await attemptsWith(["password"], "right")).toEqual([true, ["password"]]);
      expect(await attemptsWith(["keyboard-interactive"], "right")).toEqual([
        true,
        ["password", "keyboard-interactive"],
      ]);
    });

    it("that is wrong counts as one failure where the server takes passwords", async () => {
      expect(await attemptsWith(["password", "keyboard-interactive"], "wrong")).toEqual([false, ["password"]]);
    });
  });

  describe("a jump host", () => {
    it("carries the connection, and both machines prove who they are", async () => {
      const jump = optionsFor(nodes, other);
      const before = other.sshdLog().length;
      expect(await signIn({ jump })).toBe("in");
      expect(other.sshdLog().slice(before)).toMatch(/Accepted publickey/);
      expect(await signIn({ jump: { ...jump, hostKey: node.hostKey } as SshTransportOptions })).toMatchObject({
        code: "HOST_KEY_MISMATCH",
        details: { host: `127.0.0.1:${other.sshPort}` },
      });
      expect(await signIn({ jump, hostKey: other.hostKey })).toMatchObject({ code: "HOST_KEY_MISMATCH" });
      expect(await signIn({ jump, port: 1 })).toMatchObject({ code: "TRANSPORT_UNREACHABLE" });
    });
  });
});
