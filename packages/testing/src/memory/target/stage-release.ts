import { createHash } from "node:crypto";
import {
  adapterError,
  attempt,
  err,
  flow,
  hostingError,
  ok,
  type ReleaseFile,
  type ResultAsync,
  type StageOutcome,
  type StageRequest,
  type TargetError,
  type WorkOptions,
} from "@hostelry/core/adapter";
import { inputChunks } from "../blob-store/input-chunks.ts";
import { invalidInput } from "../page-of.ts";
import { passFence, type TargetContext } from "./target-context.ts";
import type { HeldSite } from "./target-state.ts";

/** Lays a release out: collects every file first, then makes it a release in one synchronous section. */
export function stageRelease(
  context: TargetContext,
  request: StageRequest,
  options: WorkOptions = {},
): ResultAsync<StageOutcome, TargetError> {
  const { manifest } = request;
  return flow(async function* () {
    const badPath = manifest.files.find((file) => !isRelativePath(file.path));
    if (badPath !== undefined) return err(invalidInput("manifest.files", "holds a path that leaves the release"));
    const leftover = { fencingToken: request.fencingToken };
    const site = yield* context.transact("stage", options, () =>
      passFence(context, request).map((held) => {
        if (!held.releases.has(manifest.release)) held.leftovers.add(leftover);
        return held;
      }),
    );
    if (site.releases.has(manifest.release)) return ok({ sentFiles: 0, sentBytes: 0, reusedFiles: 0 });

    const files = new Map<string, Uint8Array>();
    const outcome = { sentFiles: 0, sentBytes: 0, reusedFiles: 0 };
    for (const file of manifest.files) {
      const known = findBytes(site, file.sha256);
      const bytes = known ?? (yield* fetchFile(context, request, file, options));
      files.set(file.path, bytes);
      if (known !== undefined) outcome.reusedFiles += 1;
      else {
        outcome.sentFiles += 1;
        outcome.sentBytes += bytes.length;
      }
      const total = manifest.files.length;
      options.onProgress?.({ step: "stage", done: files.size, total, unit: "files", target: context.name });
    }

    return context.transact<StageOutcome>("stage", options, () =>
      passFence(context, request).map((held) => {
        if (!held.releases.has(manifest.release)) {
          held.releases.set(manifest.release, { manifest: structuredClone(manifest), files });
        }
        held.leftovers.delete(leftover);
        return outcome;
      }),
    );
  });
}

/** The hashes of a site's held files, as they are and not as a manifest says: damaged bytes are not used again. */
export function findBytes(site: HeldSite | undefined, sha256: string): Uint8Array | undefined {
  for (const { manifest, files } of site?.releases.values() ?? []) {
    for (const file of manifest.files) {
      if (file.sha256 !== sha256) continue;
      const bytes = files.get(file.path);
      if (bytes !== undefined && sha256Of(bytes) === sha256) return bytes.slice();
    }
  }
  return undefined;
}

/** SHA-256 as lower-case hex. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function fetchFile(
  context: TargetContext,
  request: StageRequest,
  file: ReleaseFile,
  options: WorkOptions,
): ResultAsync<Uint8Array, TargetError> {
  const { signal } = options;
  return flow(async function* () {
    const chunks = yield* request.blobs.read(file.sha256, { signal });
    const collect = async (): Promise<Uint8Array> => {
      const collected: Uint8Array[] = [];
      for await (const chunk of inputChunks(chunks, signal)) collected.push(chunk);
      return new Uint8Array(Buffer.concat(collected));
    };
    const bytes = yield* attempt(
      collect,
      (cause): TargetError =>
        adapterError(cause, { adapter: context.name, operation: "stage", state: "unchanged", signal }),
    );
    const actual = sha256Of(bytes);
    if (actual === file.sha256) return ok(bytes);
    const message = `The bytes sent for ${file.path} are not those of the manifest.`;
    return err(hostingError("BLOB_MISMATCH", message, { expected: file.sha256, actual }));
  });
}

function isRelativePath(path: string): boolean {
  return path.split("/").every((segment) => segment !== "" && segment !== "." && segment !== "..");
}
