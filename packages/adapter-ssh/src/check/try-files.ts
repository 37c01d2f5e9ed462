import { randomBytes } from "node:crypto";
import {
  flow,
  type HostingError,
  ok,
  type ResultAsync,
  type Transport,
  type TransportFileError,
} from "@hostelry/core/adapter";
import { answerOf } from "./answer-of.ts";
import { clockVerdict } from "./clock-finding.ts";
import type { CheckNodeError, NodeExpectations } from "./node-expectations.ts";
import type { NodeFinding } from "./node-report.ts";

/** Tries over SFTP what publishing does there. */
export function tryFiles(
  transport: Transport,
  expected: NodeExpectations,
): ResultAsync<readonly NodeFinding[], CheckNodeError> {
  const { root, signal } = expected;
  return flow(async function* () {
    const looked = yield* answerOf(transport.files.look(root, { signal }));
    if (looked.isErr()) return ok([failedRoot(root, looked.error.message, looked.error)]);
    if (looked.value?.kind !== "directory") {
      const what = looked.value === null ? `${root} is not there` : `${root} is no directory`;
      return ok([failedRoot(root, what)]);
    }
    const place = `${root.replace(/\/+$/, "")}/.hostelry-check-${randomBytes(6).toString("hex")}`;
    const made = yield* answerOf(transport.files.makeDirectory(place, { signal }));
    if (made.isErr()) return ok([failedRoot(root, `it can't be written to: ${made.error.message}`, made.error)]);
    const tried = await answerOf(tryAll(transport, place, expected));
    await cleanUp(transport, place);
    const answer = yield* tried;
    const message = `${root} can be written to`;
    const writable: NodeFinding = { check: "root", status: "ok", message, facts: { root } };
    return ok([writable, ...(answer.isErr() ? [failedLinks(answer.error)] : answer.value), unknownSpace]);
  });
}

const unknownSpace: NodeFinding = {
  check: "space",
  status: "skipped",
  message: "SFTP is not asked what is free",
  facts: {},
};

/** Detached from the caller's signal: what was tried must not stay because somebody has lost patience. */
async function cleanUp({ files }: Transport, place: string): Promise<void> {
  for (const name of ["file", "linked", "current", "next"]) void (await files.removeFile(`${place}/${name}`));
  void (await files.removeDirectory(place));
}

function tryAll(
  { files, capabilities }: Transport,
  place: string,
  { signal, now, maxClockOffsetMs }: NodeExpectations,
): ResultAsync<readonly NodeFinding[], TransportFileError> {
  return flow(async function* () {
    const before = now().getTime();
    yield* files.write(`${place}/file`, new TextEncoder().encode("one"), { signal, durable: capabilities.flush });
    const written = yield* files.look(`${place}/file`, { signal });
    const after = now().getTime();
    if (capabilities.hardLinks) yield* files.hardLink(`${place}/linked`, `${place}/file`, { signal });
    yield* files.symbolicLink(`${place}/current`, "file", { signal });
    yield* files.symbolicLink(`${place}/next`, "linked", { signal });
    yield* files.rename(`${place}/next`, `${place}/current`, { signal });
    const shown = yield* files.readLink(`${place}/current`, { signal });
    const message =
      shown === "linked"
        ? "links and renames work as they should"
        : "a link that was replaced by rename shows the old place";
    const status = shown === "linked" ? ("ok" as const) : ("failed" as const);
    const links = { check: "links" as const, status, message, facts: { broken: [] } };
    const offsetMs = (written?.modifiedAt.getTime() ?? after) + 500 - (before + after) / 2;
    const clock = clockVerdict({ offsetMs, uncertaintyMs: 500 + (after - before) / 2, maxClockOffsetMs });
    return ok([links, clock]);
  });
}

function failedRoot(root: string, message: string, error?: HostingError): NodeFinding {
  const nextStep = "Make the directory on the server, owned by this account, or name another root.";
  return { check: "root", status: "failed", message, nextStep, facts: { root, code: error?.code ?? null } };
}

function failedLinks(error: HostingError): NodeFinding {
  const { code, message } = error;
  const nextStep = "The server must let this account make links and replace them (posix-rename@openssh.com).";
  return { check: "links", status: "failed", message, nextStep, facts: { code } };
}
