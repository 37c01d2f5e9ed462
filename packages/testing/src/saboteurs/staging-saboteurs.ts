import { err, ok, type StageRequest } from "@hostelry/core/adapter";
import type { MemoryTarget } from "../memory/target/memory-target.ts";
import { heldSite } from "../memory/target/target-state.ts";
import { type Saboteur, targetSaboteur } from "./saboteur.ts";

/** Targets that break promises of what they hold. */
export const stagingSaboteurs: readonly Saboteur[] = [
  targetSaboteur({
    name: "writes through to the files that earlier releases share",
    caughtBy: ["stage/leaves-earlier-releases", "activate/back"],
    spoil: (target) => ({
      stage: (request, options) =>
        target.stage(request, options).map((outcome) => {
          const { releases } = heldSite(target.state, request.siteId);
          const staged = releases.get(request.manifest.release);
          for (const { files } of releases.values()) {
            for (const [path, bytes] of staged?.files ?? []) if (files.has(path)) files.set(path, bytes);
          }
          return outcome;
        }),
    }),
  }),
  targetSaboteur({
    name: "makes a release of what it had when staging fails",
    caughtBy: [
      "stage/blob-with-other-bytes",
      "stage/blob-cut-short",
      "stage/blob-missing",
      "stage/blob-breaks-off",
      "stage/cancelled-midway",
      "stage/fenced-midway",
    ],
    spoil: (target) => ({
      stage: (request, options) => {
        const begins = options?.signal?.aborted !== true && !isOld(target, request);
        return target.stage(request, options).mapErr((error) => {
          if (begins && error.code !== "INVALID_INPUT") makeRelease(target, request);
          return error;
        });
      },
    }),
  }),
  targetSaboteur({
    name: "does not hash what it receives",
    caughtBy: ["stage/blob-with-other-bytes", "stage/blob-cut-short"],
    spoil: (target) => ({
      stage: (request, options) =>
        target.stage(request, options).orElse((error) => {
          if (error.code !== "BLOB_MISMATCH") return err(error);
          makeRelease(target, request);
          return ok({ sentFiles: request.manifest.files.length, sentBytes: 0, reusedFiles: 0 });
        }),
    }),
  }),
  targetSaboteur({
    name: "ignores fencing when it stages",
    caughtBy: ["stage/fenced", "stage/fenced-midway"],
    spoil: (target) => ({
      stage: (request, options) =>
        target.stage(request, options).orElse((error) => {
          if (error.code !== "FENCED") return err(error);
          makeRelease(target, request);
          return ok({ sentFiles: 0, sentBytes: 0, reusedFiles: 0 });
        }),
    }),
  }),
  targetSaboteur({
    name: "sends a release again that is staged already",
    caughtBy: ["stage/repeated"],
    spoil: (target) => ({
      stage: (request, options) => {
        const { releases } = heldSite(target.state, request.siteId);
        releases.delete(request.manifest.release);
        return target.stage(request, options);
      },
    }),
  }),
  targetSaboteur({
    name: "writes files outside of the release",
    caughtBy: ["paths/never-outside"],
    spoil: (target) => ({
      stage: (request, options) =>
        target.stage(request, options).orElse((error) => {
          if (error.code !== "INVALID_INPUT") return err(error);
          makeRelease(target, request);
          return ok({ sentFiles: 1, sentBytes: 4, reusedFiles: 0 });
        }),
    }),
  }),
  targetSaboteur({
    name: "swallows the cancellation of a discard",
    caughtBy: ["discard/cancelled"],
    spoil: (target) => ({ discard: (request) => target.discard(request) }),
  }),
  targetSaboteur({
    name: "compares the token only when staging begins",
    caughtBy: ["stage/fenced-midway"],
    spoil: (target) => ({
      stage: (request, options) => {
        const old = isOld(target, request);
        return target.stage(request, options).orElse((error) => {
          if (error.code !== "FENCED" || old) return err(error);
          makeRelease(target, request);
          return ok({ sentFiles: 0, sentBytes: 0, reusedFiles: 0 });
        });
      },
    }),
  }),
  targetSaboteur({
    name: "does not remember the token of a stage",
    caughtBy: ["stage/remembers-a-higher-token"],
    spoil: (target) => ({
      stage: (request, options) => {
        const site = heldSite(target.state, request.siteId);
        const before = site.fence;
        return target.stage(request, options).map((outcome) => {
          site.fence = before;
          return outcome;
        });
      },
    }),
  }),
  targetSaboteur({
    name: "sends everything every time",
    caughtBy: ["stage/reuses-what-it-holds"],
    spoil: (target) => ({
      stage: (request, options) =>
        target.stage(request, options).map((outcome) => ({
          ...outcome,
          sentFiles: outcome.sentFiles + outcome.reusedFiles,
          reusedFiles: 0,
        })),
    }),
  }),
  targetSaboteur({
    name: "takes damaged files of an earlier release into the next one",
    caughtBy: ["stage/never-from-damaged"],
    spoil: (target) => ({
      stage: (request, options) =>
        target.stage(request, options).map((outcome) => {
          const releases = [...heldSite(target.state, request.siteId).releases.values()];
          const [earlier, staged] = releases.slice(-2);
          for (const file of staged?.manifest.files ?? []) {
            const same = earlier?.manifest.files.some(
              ({ path, sha256 }) => path === file.path && sha256 === file.sha256,
            );
            const bytes = earlier?.files.get(file.path);
            if (same === true && bytes !== undefined) staged?.files.set(file.path, bytes);
          }
          return outcome;
        }),
    }),
  }),
  targetSaboteur({
    name: "leaves the left-overs of dead publications for ever",
    caughtBy: ["stage/blob-with-other-bytes", "stage/blob-cut-short", "stage/blob-missing", "stage/blob-breaks-off"],
    spoil: (target) => ({
      discard: (request, options) => {
        const { leftovers } = heldSite(target.state, request.siteId);
        const before = [...leftovers];
        return target.discard(request, options).map((outcome) => {
          for (const leftover of before) leftovers.add(leftover);
          return outcome;
        });
      },
    }),
  }),
  targetSaboteur({
    name: "discards the release that visitors see",
    caughtBy: ["discard/never-the-shown", "discard/never-the-previewed"],
    spoil: (target) => ({
      discard: (request, options) =>
        target.discard(request, options).map(({ discarded }) => {
          const { releases } = heldSite(target.state, request.siteId);
          return { discarded: [...discarded, ...request.releases.filter((release) => releases.delete(release))] };
        }),
    }),
  }),
  targetSaboteur({
    name: "forgets fencing when it discards",
    caughtBy: ["discard/fenced"],
    spoil: (target) => ({
      discard: (request, options) => {
        const { fence } = heldSite(target.state, request.siteId);
        return target.discard({ ...request, fencingToken: Math.max(fence, request.fencingToken) }, options);
      },
    }),
  }),
];

function isOld(target: MemoryTarget, { siteId, fencingToken }: StageRequest): boolean {
  return fencingToken < heldSite(target.state, siteId).fence;
}

function makeRelease(target: MemoryTarget, { siteId, manifest }: StageRequest): void {
  heldSite(target.state, siteId).releases.set(manifest.release, { manifest, files: new Map() });
}
