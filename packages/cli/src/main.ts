#!/usr/bin/env node
import process from "node:process";
import { runCommandLine } from "./command-line/run-command-line.ts";

const interrupt = new AbortController();
// The first interrupt ends the command in good order; `once` leaves the second one to Node, which ends the process.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupt.abort());

// `hostelry … | head`: the reader has what it wanted; there is nobody left to tell anything.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  interrupt.abort();
});

const { argv, env, stdout, stderr } = process;
process.exitCode = await runCommandLine(argv.slice(2), { stdout, stderr, env, signal: interrupt.signal });
