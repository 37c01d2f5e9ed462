import type { SshCredentials } from "../authentication.ts";
import type { ExpectedHostKey } from "../host-key/host-key-policy.ts";

/** A machine that runs sshd, who signs in there, and whose key it must show. */
export type SshPlace = ExpectedHostKey & {
  /** A name or an address. */
  readonly host: string;
  /** Default 22. */
  readonly port?: number | undefined;
  readonly user: string;
  readonly auth: SshCredentials;
  /** Reach it through another machine, which forwards the connection and can read nothing of it. */
  readonly jump?: SshPlace | undefined;
};
