import { createHash, hash } from "node:crypto";
import type { RuleTap } from "../site/rule-tap.ts";
import type { BlobIntake } from "./blob-intake.ts";
import type { VerifiedFile } from "./verify-entries.ts";

/** Files up to this size are taken whole; hashing and storing them costs one call each. */
const wholeBytes = 1024 * 1024;

/** A file whose bytes come as a stream and are only to be hashed and stored. */
export interface StreamedFile {
  readonly path: string;
  readonly size: number;
  /** Takes exactly the file's bytes at once; fewer mean that the stream has ended. */
  readonly whole: () => Promise<Uint8Array>;
  readonly pieces: () => AsyncIterable<Uint8Array>;
}

/** What the stream throws when it ends early, so that a sink does not keep half a file. */
class CutOff extends Error {
  override readonly name = "CutOff";
}

/** Hashes a file and hands it to the sink; `undefined` if its bytes ended early. */
export async function streamFile(
  file: StreamedFile,
  { intake, tap }: { readonly intake: BlobIntake | undefined; readonly tap: RuleTap },
): Promise<VerifiedFile | undefined> {
  const { path, size } = file;
  if (size <= wholeBytes) {
    const bytes = await file.whole();
    if (bytes.byteLength < size) return undefined;
    const sha256 = hash("sha256", bytes, "hex");
    if (tap.wants(path, size)) tap.take(path, bytes);
    await intake?.offer(bytes, sha256);
    return { path, sha256, size };
  }
  const taken = createHash("sha256");
  let outcome: string | "fault" | undefined;
  let seen = 0;
  async function* checked(): AsyncGenerator<Uint8Array> {
    for await (const piece of file.pieces()) {
      seen += piece.byteLength;
      taken.update(piece);
      yield piece;
    }
    if (seen !== size) {
      outcome = "fault";
      throw new CutOff();
    }
    outcome = taken.digest("hex");
  }
  try {
    if (intake === undefined) for await (const _piece of checked());
    else await intake.stream(checked(), size, () => outcome);
  } catch (cause) {
    if (!(cause instanceof CutOff)) throw cause;
  }
  return outcome === undefined || outcome === "fault" ? undefined : { path, sha256: outcome, size };
}
