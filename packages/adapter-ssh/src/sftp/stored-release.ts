import { createHash } from "node:crypto";
import {
  decodeReleaseManifest,
  hasCode,
  hostingError,
  type ReleaseId,
  type ReleaseManifest,
  unwrap,
} from "@hostelry/core/adapter";
import type { SftpParts, SftpSite } from "./sftp-site.ts";

/** A stored manifest; `undefined` when there is none. One that can't be read is `RELEASE_CORRUPT`. */
export async function storedManifest(
  parts: SftpParts,
  site: SftpSite,
  release: ReleaseId,
): Promise<ReleaseManifest | undefined> {
  const bytes = await readWhole(site, `${site.own}/manifests/${release}.json`);
  if (bytes === undefined) return undefined;
  const manifest = decodeReleaseManifest(bytes);
  if (manifest.isOk() && manifest.value.release === release) return manifest.value;
  const paths = [`.hostelry/manifests/${release}.json`];
  throw hostingError("RELEASE_CORRUPT", `The stored manifest of release ${release} can't be read.`, {
    target: parts.name,
    release,
    paths,
  });
}

/** A small file's bytes; `undefined` when there is none. */
export async function readWhole(site: SftpSite, path: string): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  const read = await site.files.read(path, { signal: site.signal });
  if (read.isErr()) {
    if (hasCode(read.error, "REMOTE_FILE_NOT_FOUND")) return undefined;
    throw read.error;
  }
  for await (const chunk of read.value) chunks.push(chunk.slice());
  return Buffer.concat(chunks);
}

/** SHA-256 of a plain file, read over the wire; `undefined` when there is none. */
export async function hashOf(site: SftpSite, path: string): Promise<string | undefined> {
  const { files, signal } = site;
  const facts = await files.look(path, { signal });
  // A file in the place of a directory on the way: some servers call that a failure, and there is no such file either.
  if (facts.isErr() && !hasCode(facts.error, "ADAPTER_FAILED", "REMOTE_FILE_NOT_FOUND")) throw facts.error;
  if (facts.isErr() || facts.value?.kind !== "file") return undefined;
  const hash = createHash("sha256");
  for await (const chunk of await unwrap(files.read(path, { signal }))) hash.update(chunk);
  return hash.digest("hex");
}
