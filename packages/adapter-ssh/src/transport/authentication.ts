import { err, type HostingErrorOf, hostingError, ok, type Result } from "@hostelry/core/adapter";
import ssh2, { type AnyAuthMethod, type BaseAgent, type ParsedKey } from "ssh2";
import { fingerprintOf } from "./host-key/public-key.ts";

/** One way to prove who signs in. OpenSSH certificates can't be used: the protocol library knows none. */
export type SshAuthentication =
  | {
      readonly kind: "key";
      /** In any form that `ssh-keygen` writes. */
      readonly privateKey: string | Uint8Array;
      readonly passphrase?: string | undefined;
    }
  | {
      readonly kind: "agent";
      /** The agent's socket. Default: `SSH_AUTH_SOCK` of this process. */
      readonly socket?: string | undefined;
      /** `SHA256:…` of the one key to use. Without it all are tried, and servers count each refused one as a failure. */
      readonly fingerprint?: string | undefined;
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
  /** The protocol library's question: what next? `accepted` are the methods that the server has named, `null` before it has. */
  next(accepted: readonly string[] | null): AnyAuthMethod | false;
  /** Methods that the server has named, for messages. */
  accepted(): readonly string[];
}

/** Checks the ways and lines them up. Secrets go into the methods and into no error. */
export function signIn(
  user: string,
  credentials: SshAuthentication | readonly SshAuthentication[],
): Result<SignIn, HostingErrorOf<"INVALID_INPUT">> {
  const ways = "kind" in credentials ? [credentials] : credentials;
  const queue: ((accepted: readonly string[] | null) => AnyAuthMethod | undefined)[] = [];
  for (const way of ways) {
    const made = methodsOf(user, way);
    if (made.isErr()) return err(made.error);
    queue.push(...made.value);
  }
  if (queue.length === 0) return invalid("names no way to sign in");
  let named: readonly string[] = [];
  return ok({
    next: (accepted) => {
      named = accepted ?? named;
      for (let offer = queue.shift(); offer !== undefined; offer = queue.shift()) {
        const method = offer(accepted);
        if (method !== undefined) return method;
      }
      return false;
    },
    accepted: () => named,
  });
}

type Offer = (accepted: readonly string[] | null) => AnyAuthMethod | undefined;

function methodsOf(
  username: string,
  way: SshAuthentication,
): Result<readonly Offer[], HostingErrorOf<"INVALID_INPUT">> {
  switch (way.kind) {
    case "key": {
      const key = typeof way.privateKey === "string" ? way.privateKey : Buffer.from(way.privateKey);
      const parsed = ssh2.utils.parseKey(key, way.passphrase);
      // The library's message may quote what it was given.
      if (parsed instanceof Error) return invalid("has a private key that can't be read with this passphrase");
      if (!parsed.isPrivateKey()) return invalid("has a public key in the place of a private one");
      return ok([() => ({ type: "publickey", username, key: parsed })]);
    }
    case "agent": {
      const socket = way.socket ?? process.env["SSH_AUTH_SOCK"];
      if (socket === undefined || socket === "") return invalid("names no agent, and SSH_AUTH_SOCK is not set");
      return ok([() => ({ type: "agent", username, agent: agentAt(socket, way.fingerprint) })]);
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
