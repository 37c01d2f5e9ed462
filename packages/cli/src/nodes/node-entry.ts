/** A node, as the nodes file describes it; paths are absolute, defaults are filled in. */
export interface NodeEntry {
  /** For records and messages; unique in the file. */
  readonly name: string;
  /** `edge`: a shell runs there. `sftp`: files can be moved there, and nothing else. */
  readonly kind: "edge" | "sftp";
  /** The directory that sites are published to, on the node. */
  readonly root: string;
  readonly place: PlaceEntry;
  /** How to ask the node's nginx for its configuration; absent: it is not asked. */
  readonly webServer?: WebServerEntry | undefined;
  /** How certificates are delivered to the node's nginx. `null`: they are not; its web server gets its own. */
  readonly certificates: CertificatesEntry | null;
}

/** A machine, who signs in there and how, and the key it must show. */
export interface PlaceEntry {
  readonly host: string;
  readonly port?: number | undefined;
  readonly user: string;
  readonly hostKey: { readonly pins: readonly string[] } | { readonly knownHostsFile: string };
  /** Tried in this order. */
  readonly auth: readonly AuthEntry[];
  readonly jump?: PlaceEntry | undefined;
}

/** A way to sign in. It names where a secret is found, and never is one. */
export type AuthEntry =
  | {
      readonly kind: "key";
      readonly file: string;
      /** Variable of the environment that holds the key's passphrase. */
      readonly passphraseVariable?: string | undefined;
      /** OpenSSH certificate of the key; then it is offered instead. */
      readonly certificateFile?: string | undefined;
      /** Where it stands in the nodes file, for messages. */
      readonly at: string;
    }
  | {
      readonly kind: "agent";
      readonly socket?: string | undefined;
      readonly fingerprint?: string | undefined;
      /** OpenSSH certificate of a key that the agent holds; then nothing else is offered. */
      readonly certificateFile?: string | undefined;
      readonly at: string;
    }
  | { readonly kind: "password"; readonly variable: string; readonly at: string };

/** How nginx is asked on a node. */
export interface WebServerEntry {
  readonly program?: string | undefined;
  readonly mainFile?: string | undefined;
  readonly phpProgram?: string | undefined;
  readonly sudo?: boolean | undefined;
}

/** How the node's nginx shows certificates, and who may read their keys. */
export interface CertificatesEntry {
  /** Where it speaks TLS, as the node itself reaches it. */
  readonly observeAt?: string | undefined;
  /** The group of its workers. */
  readonly group?: string | undefined;
  readonly sudo?: boolean | undefined;
}
