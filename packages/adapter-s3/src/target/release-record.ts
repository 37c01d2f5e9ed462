import { decodeReleaseManifest, encodeReleaseManifest, type ReleaseManifest } from "@hostelry/core/adapter";
import { isStageId } from "./site-keys.ts";

/** Where a blob of a release is, and what the store called it when it was written. */
export interface BlobPlace {
  /** The staging that wrote it. */
  readonly stage: string;
  /** Another tag at the same place means that somebody has written over it. */
  readonly etag: string;
}

/** How a release was laid out as a tree of paths. */
export interface TreeForm {
  /** Key of the tree, with a slash at its end. */
  readonly root: string;
  /** Redirects of the site are objects of their own. */
  readonly redirects: boolean;
  /** A directory's index is also under the directory's own key. */
  readonly directoryIndexes: boolean;
}

/** A release as it is stored: what it consists of, and where that is. Never changes. */
export interface StoredRelease {
  readonly manifest: ReleaseManifest;
  /** By SHA-256; none where the bytes are in a shared blob store. */
  readonly places: ReadonlyMap<string, BlobPlace>;
  readonly tree?: TreeForm | undefined;
}

/** A release's record: a line of JSON for the places, and the manifest as another. */
export function encodeReleaseRecord({ manifest, places, tree }: StoredRelease): Uint8Array {
  const stages = [...new Set([...places.values()].map(({ stage }) => stage))];
  const numbers = new Map(stages.map((stage, index) => [stage, index]));
  const rows = manifest.files.map(({ sha256 }) => {
    const place = places.get(sha256);
    return place === undefined ? null : [numbers.get(place.stage), place.etag];
  });
  const header = JSON.stringify({ version: 1, stages, places: places.size === 0 ? undefined : rows, tree });
  return Buffer.concat([Buffer.from(`${header}\n`), encodeReleaseManifest(manifest)]);
}

/** Reads {@link encodeReleaseRecord}'s bytes back; `undefined`: they are something else. */
export function decodeReleaseRecord(bytes: Uint8Array): StoredRelease | undefined {
  const end = bytes.indexOf(10);
  if (end === -1) return undefined;
  const manifest = decodeReleaseManifest(bytes.subarray(end + 1));
  const header = readJson(bytes.subarray(0, end));
  if (manifest.isErr() || header === undefined || header["version"] !== 1) return undefined;
  const { stages, places: rows, tree } = header;
  if (!Array.isArray(stages) || !stages.every((stage) => typeof stage === "string" && isStageId(stage)))
    return undefined;
  const places = readPlaces(manifest.value, stages as readonly string[], rows);
  const form = tree === undefined ? undefined : readTree(tree);
  if (places === undefined || (tree !== undefined && form === undefined)) return undefined;
  return { manifest: manifest.value, places, ...(form === undefined ? {} : { tree: form }) };
}

function readPlaces(
  { files }: ReleaseManifest,
  stages: readonly string[],
  rows: unknown,
): ReadonlyMap<string, BlobPlace> | undefined {
  const places = new Map<string, BlobPlace>();
  if (rows === undefined) return places;
  if (!Array.isArray(rows) || rows.length !== files.length) return undefined;
  for (const [index, file] of files.entries()) {
    const row: unknown = rows[index];
    if (!Array.isArray(row)) return undefined;
    const [number, etag] = row as readonly unknown[];
    const stage = typeof number === "number" ? stages[number] : undefined;
    if (stage === undefined || typeof etag !== "string") return undefined;
    places.set(file.sha256, { stage, etag });
  }
  return places;
}

function readTree(value: unknown): TreeForm | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { root, redirects, directoryIndexes } = value as Record<string, unknown>;
  if (typeof root !== "string" || typeof redirects !== "boolean" || typeof directoryIndexes !== "boolean")
    return undefined;
  return { root, redirects, directoryIndexes };
}

function readJson(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
