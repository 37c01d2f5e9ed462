// A certificate authority out of files: `openssl` signs what a test describes.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { requireServer } from "./server-binary.ts";

const run = promisify(execFile);

/** A certificate with its key, both PEM. */
export interface MadeCertificate {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** What to sign. */
export interface CertificateWish {
  /** Lines of OpenSSL's extension section, e.g. `subjectAltName=DNS:example.com`. */
  readonly extensions: readonly string[];
  /** Who signs; by default the certificate itself. */
  readonly issuer?: MadeCertificate | undefined;
  /** For `openssl genpkey`. Default: ECDSA on P-256. */
  readonly key?: readonly string[] | undefined;
  readonly from?: Date | undefined;
  readonly until?: Date | undefined;
}

/** Makes certificates in a directory of its own. */
export interface OpensslAuthority {
  make(name: string, wish: CertificateWish): Promise<MadeCertificate>;
  remove(): Promise<void>;
}

/** An authority in a fresh directory. */
export async function opensslAuthority(): Promise<OpensslAuthority> {
  const directory = await mkdtemp(join(tmpdir(), "hostelry-openssl-"));
  const openssl = requireServer("openssl");
  const file = (name: string): string => join(directory, name);
  return {
    remove: () => rm(directory, { recursive: true, force: true }),
    make: async (name, { extensions, issuer, key = ecdsa, from, until }) => {
      await run(openssl, ["genpkey", ...key, "-out", file("key.pem")]);
      await writeFile(file("extensions"), extensions.map((line) => `${line}\n`).join(""));
      await run(openssl, ["req", "-new", "-key", file("key.pem"), "-subj", `/CN=${name}`, "-out", file("request.pem")]);
      if (issuer !== undefined) {
        await writeFile(file("issuer.pem"), issuer.certificatePem);
        await writeFile(file("issuer-key.pem"), issuer.privateKeyPem);
      }
      // `x509 -req` of OpenSSL 3.0 counts days from now; `ca` takes dates, and a register of its own.
      await writeFile(file("index.txt"), "");
      await writeFile(file("register.cnf"), register(directory));
      const signer = issuer === undefined ? ["-selfsign", "-keyfile", file("key.pem")] : issued(file);
      const dates = ["-startdate", stamp(from ?? new Date(Date.now() - 3_600_000))];
      const parameters = [
        "-batch",
        "-notext",
        "-in",
        file("request.pem"),
        "-out",
        file("made.pem"),
        "-extfile",
        file("extensions"),
      ];
      dates.push("-enddate", stamp(until ?? new Date(Date.now() + 86_400_000)));
      await run(openssl, ["ca", "-config", file("register.cnf"), ...signer, ...dates, ...parameters]);
      return {
        certificatePem: await readFile(file("made.pem"), "utf8"),
        privateKeyPem: await readFile(file("key.pem"), "utf8"),
      };
    },
  };
}

const ecdsa = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];

function issued(file: (name: string) => string): readonly string[] {
  return ["-cert", file("issuer.pem"), "-keyfile", file("issuer-key.pem")];
}

/** As OpenSSL writes dates: YYYYMMDDHHMMSSZ. */
function stamp(date: Date): string {
  return `${date.toISOString().replace(/\D/g, "").slice(0, 14)}Z`;
}

function register(directory: string): string {
  return `[ca]
default_ca = main
[main]
database = ${directory}/index.txt
new_certs_dir = ${directory}
rand_serial = yes
unique_subject = no
default_md = sha256
policy = anything
[anything]
commonName = supplied
`;
}
