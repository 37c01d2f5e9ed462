import { randomBytes } from "node:crypto";
import { flow, ok, type ResultAsync, type Transport } from "@hostelry/core/adapter";
import { answerOf } from "./answer-of.ts";
import { checkScript } from "./check-script.ts";
import type { CheckNodeError, NodeExpectations } from "./node-expectations.ts";
import type { NodeFinding } from "./node-report.ts";
import { answersIn, type ScriptAnswers } from "./script-answers.ts";
import { spaceFinding } from "./space-finding.ts";

/** Runs the script on a node, and says what its answers mean. */
export function tryPrograms(
  transport: Transport,
  expected: NodeExpectations,
): ResultAsync<readonly NodeFinding[], CheckNodeError> {
  const { root, signal, timeoutMs } = expected;
  const argv = ["sh", "-c", checkScript, "hostelry-check", root, randomBytes(6).toString("hex")] as const;
  return flow(async function* () {
    const ended = yield* answerOf(transport.run({ argv: [...argv] }, { signal, timeoutMs }));
    if (ended.isErr()) {
      const { code, message, nextStep } = ended.error;
      return ok([{ check: "programs" as const, status: "failed" as const, message, nextStep, facts: { code } }]);
    }
    const { exitCode, stdout, stderr } = ended.value;
    const answers = answersIn(new TextDecoder().decode(stdout));
    if (answers("flavour").length === 0 || exitCode !== 0) {
      return ok([noShell(exitCode, new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr))]);
    }
    return ok(judge(answers, expected));
  });
}

/** Judges what the script found. */
export function judge(answers: ScriptAnswers, expected: NodeExpectations): readonly NodeFinding[] {
  const programs = programsFinding(answers);
  const root = rootFinding(answers, expected);
  if (answers("tried").length === 0) return [programs, root];
  return [programs, root, linksFinding(answers), spaceFinding(answers, expected)];
}

function programsFinding(answers: ScriptAnswers): NodeFinding {
  const [missing, [flavour = "other"]] = [answers("absent"), answers("flavour")];
  const facts = { flavour, missing };
  if (missing.length === 0) {
    const message = `shell, tar and coreutils are there${flavour === "busybox" ? " (BusyBox)" : ""}`;
    return { check: "programs", status: "ok", message, facts };
  }
  const message = `missing: ${missing.join(", ")}`;
  const nextStep = "Install them (Debian: coreutils, findutils, tar, gzip), or publish by SFTP alone (kind `sftp`).";
  return { check: "programs", status: "failed", message, nextStep, facts };
}

function rootFinding(answers: ScriptAnswers, { root }: NodeExpectations): NodeFinding {
  const [[kind = "absent"], [user = "?"], closed] = [answers("root"), answers("user"), answers("closed")];
  const facts = { root, user, closed };
  const failed = (message: string, nextStep: string): NodeFinding => ({
    check: "root",
    status: "failed",
    message,
    nextStep,
    facts,
  });
  const [shut] = answers("shut");
  if (shut !== undefined) return failed(`${user} can't enter ${shut}`, `On the node, as root: chmod o+x ${shut}`);
  if (kind === "absent") {
    return failed(`${root} is not there`, `On the node, as root: install -d -o ${user} -m 755 ${root}`);
  }
  if (kind !== "directory") return failed(`${root} is no directory`, "Move it away, or name another root.");
  if (answers("tried").length === 0) {
    return failed(`${user} can't write to ${root}`, `On the node, as root: chown ${user} ${root}, or free its disk.`);
  }
  if (closed.length > 0) {
    const message = `${closed.join(", ")} can't be entered by others, such as the web server: visitors get 404 or 403`;
    const nextStep = "On the node: chmod o+x on each of them, or let the web server run as this account.";
    return { check: "root", status: "warning", message, nextStep, facts };
  }
  return { check: "root", status: "ok", message: `${user} can write to ${root}`, facts };
}

const steps: Readonly<Record<string, string>> = {
  write: "files can't be written",
  "hard-link": "hard links can't be made",
  link: "symbolic links can't be made",
  rename: "a link can't be replaced by rename (`mv -T`)",
  times: "times of files can't be set",
  sync: "files can't be flushed to the disk",
  tar: "tar or gzip do not give back what they were given",
};

function linksFinding(answers: ScriptAnswers): NodeFinding {
  const broken = answers("broken");
  const facts = { broken };
  if (broken.length === 0) {
    const message = "links, hard links, renames, times and archives work as they should";
    return { check: "links", status: "ok", message, facts };
  }
  const message = broken.map((step) => steps[step] ?? step).join("; ");
  const nextStep = "Put the root on a POSIX file system of the node's own (ext4, XFS, btrfs, ZFS), not on a share.";
  return { check: "links", status: "failed", message, nextStep, facts };
}

function noShell(exitCode: number, said: string): NodeFinding {
  const words = said.trim().split("\n")[0]?.slice(0, 300) ?? "";
  const message = `the shell does not run what it is given (exit code ${exitCode})${words === "" ? "" : `: ${words}`}`;
  const nextStep = "Give the account /bin/sh as its shell and no ForceCommand, or publish by SFTP alone (kind `sftp`).";
  return { check: "programs", status: "failed", message, nextStep, facts: { exitCode } };
}
