import { err, type HostingErrorOf, hostingError, ok, type Result } from "@hostelry/core/adapter";
import ssh2, { type AnyAuthMethod, type BaseAgent, type Client, type ParsedKey } from "ssh2";
import { agentCertificateMethod, certificateMethod } from "./certificate-auth.ts";
import { fingerprintOf } from "./host-key/public-key.ts";
import { readUserCertificate } from "./user-certificate.ts";

/** One way to prove who signs in. */
export type SshAuthentication =
  | {
      readonly kind: "key";
      /** In any form that `ssh-keygen` writes. */
      readonly privateKey: string | Uint8Array;
      readonly passphrase?: string | undefined;
    }
  | {
      /** A key with an OpenSSH certificate: the machine trusts whoever signed it (`TrustedUserCAKeys`), and need not know the key. */
      readonly kind: "certificate";
      /** In any form that `ssh-keygen` writes. */
      readonly privateKey: string | Uint8Array;
      readonly passphrase?: string | undefined;
      /** The text of the `…-cert.pub` file; Ed25519, ECDSA or RSA. Only the certificate is offered, not the key by itself. */
      readonly certificate: string | Uint8Array;
    }
  | {
      readonly kind: "agent";
      /** The agent's socket. Default: `SSH_AUTH_SOCK` of this process. */
      readonly socket?: string | undefined;
      /** `SHA256:…` of the one key to use. Without it all are tried, and servers count each refused one as a failure. */
      readonly fingerprint?: string | undefined;
      /** An OpenSSH certificate, as above, of a key that the agent holds. Then nothing else is offered; those in the agent are passed over. */
      readonly certificate?: string | Uint8Array | undefined;
    }
  | { readonly kind: "password"; readonly password: string };

/**
 * How to sign in: ways that are tried in their order, or a function that fetches them for each connection, so that secrets
 * need not be kept.
 */
export type SshCredentials =
  | SshAuthentication
  | readonly SshAuthentication[]
  | (() => PromiseLike<SshAuthentication | readonly SshAuthentication[]>);

/** Offers one way after the other to a server. For one connection. */
export interface SignIn {
  /** Whether certificates are among them, which not every version of the protocol library can show. */
  readonly hasCertificates: boolean;
  /** The protocol library's question: what next? `accepted` are the methods that the server has named, `null` before it has. */
  next(accepted: readonly string[] | null, client: Client): AnyAuthMethod | false;
  /** Methods that the server has named, for messages. */
  accepted(): readonly string[];
}

/** Checks the ways, certificates also by their time, and lines them up. Secrets go into the methods and into no error. */
export function signIn(
  user: string,
  credentials: SshAuthentication | readonly SshAuthentication[],
  now: Date,
): Result<SignIn, HostingErrorOf<"INVALID_INPUT">> {
  const ways = "kind" in credentials ? [credentials] : credentials;
  const queue: Offer[] = [];
  for (const way of ways) {
    const made = methodsOf(user, way, now);
    if (made.isErr()) return err(made.error);
    queue.push(...made.value);
  }
  if (queue.length === 0) return invalid("names no way to sign in");
  let named: readonly string[] = [];
  return ok({
    hasCertificates: ways.some((way) => "certificate" in way && way.certificate !== undefined),
    next: (accepted, client) => {
      named = accepted ?? named;
      for (let offer = queue.shift(); offer !== undefined; offer = queue.shift()) {
        const method = offer(accepted, client);
        if (method !== undefined) return method;
      }
      return false;
    },
    accepted: () => named,
  });
}

type Offer = (accepted: readonly string[] | null, client: Client) => AnyAuthMethod | undefined;

function methodsOf(
  username: string,
  way: SshAuthentication,
  now: Date,
): Result<readonly Offer[], HostingErrorOf<"INVALID_INPUT">> {
  switch (way.kind) {
    case "key":
      return privateKeyOf(way).map((key) => [() => ({ type: "publickey", username, key })]);
    case "certificate":
      return privateKeyOf(way).andThen((key) => withCertificate(username, way.certificate, key, now));
    case "agent": {
      const socket = way.socket ?? process.env["SSH_AUTH_SOCK"];
      if (socket === undefined || socket === "") return invalid("names no agent, and SSH_AUTH_SOCK is not set");
      const { certificate, fingerprint } = way;
      if (certificate !== undefined) return withAgentsKey(username, certificate, { socket, fingerprint }, now);
      return ok([() => ({ type: "agent", username, agent: agentAt(socket, fingerprint) })]);
    }
    case "password": {
      const { password } = way;
      // Servers that ask through PAM put the password as one hidden question. It is answered only where passwords are not
      // taken directly: a wrong one would count as two failures.
      const asked: AnyAuthMethod = {
        type: "keyboard-interactive",
        username,
        prompt: (_name, _instructions, _language, prompts, answer) => {
          const only = prompts.length === 1 && prompts[0]?.echo !== true;
          answer(prompts.map(() => (only ? password : "")));
        },
      };
      return ok([
        (accepted) => (accepted?.includes("password") === false ? undefined : { type: "password", username, password }),
        (accepted) => (accepted?.includes("password") === true ? undefined : asked),
      ]);
    }
  }
}

function withCertificate(
  username: string,
  text: string | Uint8Array,
  key: ParsedKey,
  now: Date,
): Result<readonly Offer[], HostingErrorOf<"INVALID_INPUT">> {
  const read = readUserCertificate(text, now);
  if (read.isErr()) return invalid(read.error);
  const certificate = read.value;
  if (!certificate.key.blob.equals(key.getPublicSSH())) {
    return invalid("has a certificate of another key than its private one");
  }
  return ok([(_accepted, client) => certificateMethod(username, client, certificate, key)]);
}

function withAgentsKey(
  username: string,
  text: string | Uint8Array,
  { socket, fingerprint }: { readonly socket: string; readonly fingerprint: string | undefined },
  now: Date,
): Result<readonly Offer[], HostingErrorOf<"INVALID_INPUT">> {
  const read = readUserCertificate(text, now);
  if (read.isErr()) return invalid(read.error);
  const certificate = read.value;
  if (fingerprint !== undefined && fingerprint !== fingerprintOf(certificate.key.blob)) {
    return invalid("has a certificate of another key than the one that its fingerprint names");
  }
  const agent = ssh2.createAgent(socket);
  return ok([(_accepted, client) => agentCertificateMethod(username, client, certificate, agent)]);
}

type KeyWithSecret = Extract<SshAuthentication, { readonly kind: "certificate" | "key" }>;

function privateKeyOf({ privateKey, passphrase }: KeyWithSecret): Result<ParsedKey, HostingErrorOf<"INVALID_INPUT">> {
  const key = typeof privateKey === "string" ? privateKey : Buffer.from(privateKey);
  const parsed = ssh2.utils.parseKey(key, passphrase);
  // The library's message may quote what it was given.
  if (parsed instanceof Error) return invalid("has a private key that can't be read with this passphrase");
  if (!parsed.isPrivateKey()) return invalid("has a public key in the place of a private one");
  return ok(parsed);
}

function agentAt(socket: string, fingerprint: string | undefined): BaseAgent {
  const agent = ssh2.createAgent(socket);
  if (fingerprint === undefined) return agent;
  const all = agent.getIdentities.bind(agent);
  agent.getIdentities = (answer) => {
    all((error, keys) => {
      answer(
        error,
        keys?.filter((key) => fingerprintOf((key as ParsedKey).getPublicSSH()) === fingerprint),
      );
    });
  };
  return agent;
}

function invalid(problem: string): Result<never, HostingErrorOf<"INVALID_INPUT">> {
  return err(hostingError("INVALID_INPUT", `The sign-in ${problem}.`, { field: "auth", problem }));
}
