import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { Command } from "../ports/index.ts";
import { err, ok, type Result } from "../result/index.ts";
import { posixQuoted } from "./posix-quote.ts";

/** What the first line of a supervised line's error output begins with. */
export const groupAnnouncement: string = "hostelry group ";

/**
 * Runs the arguments as a program and ends it, with all its children, when whoever started it has gone. Neither sshd nor
 * the kernel does that: a program without a terminal merely finds its input at an end and its output closed, and lives on.
 *
 * - sshd and Node give a program a socket as its error output, of which only they hold the other end. A reader of that
 *   socket sleeps until the channel or the connection is gone, in whatever way, and then ends the process group. sshd makes
 *   each session a group of its own (`do_exec_no_pty` calls `setsid`), a local transport does the same. `kill -$$` can hit
 *   no other group: no group can have the number of a living process that does not lead it.
 * - A server that uses pipes (Dropbear) can be watched only by looking whether the parent still lives.
 * - `exec` in a subshell makes sure that the arguments name a program, never something built into the shell, and that the
 *   shell stays to put the watcher away: it would keep the error output open. dash's `exec` knows no `--`.
 */
const superviseScript: string = [
  "if [ -S /dev/fd/2 ]; then",
  "{ read -r hostelry_gone; kill -9 -$$ || kill -9 $$; } <&2 >/dev/null 2>&1 &",
  "else",
  "{ while kill -0 $PPID; do sleep 1; done; kill -9 -$$ || kill -9 $$; } </dev/null >/dev/null 2>&1 &",
  "fi;",
  'hostelry_watcher=$!; (exec "$@"); hostelry_code=$?; kill -9 $hostelry_watcher; exit $hostelry_code',
].join(" ");

/** Says the number of the program's group, for those who can end it in no other way; see {@link supervisedLine}. */
const announceScript = `echo "${groupAnnouncement}$$" >&2;`;

/** Half a character; UTF-8 has no bytes for it. */
const loneSurrogate: RegExp = /\p{Surrogate}/u;

/** What an argument list may come to after quoting: Linux takes no single string beyond 131,072 bytes (`MAX_ARG_STRLEN`). */
const maxCommandBytes = 100_000;

/** The argument list that runs a command under supervision, for those who start processes themselves. */
export function supervisedCommand(command: Command): Result<readonly string[], HostingErrorOf<"INVALID_INPUT">> {
  return checkedCommand(command).map(({ argv }) => ["sh", "-c", superviseScript, "sh", ...argv]);
}

/**
 * The one line that runs a command under supervision, for those who can only hand a line to a login shell, as SSH does. Any
 * shell that knows single quotes reads it the same way. The first line of the error output is {@link groupAnnouncement} and the
 * number of the program's process group: an sshd passes no signals on for root, and somebody else has to end the group then.
 */
export function supervisedLine(command: Command): Result<string, HostingErrorOf<"INVALID_INPUT">> {
  return checkedCommand(command).andThen(({ argv }) => {
    const script = `${announceScript}${superviseScript}`;
    const line = `exec ${["sh", "-c", script, "sh", ...argv].map(posixQuoted).join(" ")}`;
    if (Buffer.byteLength(line) - script.length > maxCommandBytes) return tooLong();
    return ok(line);
  });
}

function checkedCommand(command: Command): Result<Command, HostingErrorOf<"INVALID_INPUT">> {
  const [program] = command.argv;
  if (program === undefined || program === "") return refused("names no program");
  if (program.startsWith("-")) return refused("the program's name begins with a hyphen; write its path");
  let bytes = 0;
  for (const argument of command.argv) {
    if (argument.includes("\0")) return refused("an argument has a U+0000 in it");
    if (loneSurrogate.test(argument)) return refused("an argument has a lone surrogate in it");
    bytes += Buffer.byteLength(argument) + 1;
  }
  return bytes > maxCommandBytes ? tooLong() : ok(command);
}

function tooLong(): Result<never, HostingErrorOf<"INVALID_INPUT">> {
  return refused(`the arguments come to more than ${maxCommandBytes} bytes; send data through the input`);
}

/** The arguments themselves are not in the error: they may be anything. */
function refused(problem: string): Result<never, HostingErrorOf<"INVALID_INPUT">> {
  return err(hostingError("INVALID_INPUT", `The command can't be run: ${problem}.`, { field: "argv", problem }));
}
