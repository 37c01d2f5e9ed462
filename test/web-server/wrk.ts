// wrk, the load generator, with a look at each answer: not only whether it is 200, but whether all of it is of one release.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { setPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { requireServer } from "../servers/server-binary.ts";

/** What became of the requests. */
export interface LoadReport {
  readonly requests: number;
  /** Answers of each body, in the order of `bodies`. */
  readonly perBody: readonly number[];
  /** Answers that were not 200. */
  readonly refused: number;
  /** Answers with status 200 and any other bytes. */
  readonly mixed: number;
  /** Connections that could not be made, broke off, or said nothing. */
  readonly socketErrors: number;
  /** Which of these they were. */
  readonly socketErrorKinds: Readonly<Record<"connect" | "read" | "timeout" | "write", number>>;
}

/** Requests under way. */
export interface Load {
  /** Ends it, and counts. */
  stop(): Promise<LoadReport>;
}

/** Whose answers are looked at. */
export interface LoadOptions {
  readonly url: string;
  readonly host: string;
  /** What a whole answer may be. */
  readonly bodies: readonly string[];
  readonly connections: number;
  /** As `nice` has it: with more, the load takes only what others leave of the machine. Default 0. */
  readonly niceness?: number | undefined;
}

/** Asks for one address on keep-alive connections, as fast as it is answered. */
export async function load({ url, host, bodies, connections, niceness = 0 }: LoadOptions): Promise<Load> {
  const directory = await mkdtemp(join(tmpdir(), "hostelry-wrk-"));
  const script = join(directory, "look.lua");
  await writeFile(script, lookAtAnswers(bodies));
  const parameters = ["-t1", `-c${connections}`, "-d24h", "--timeout", "60s", "-s", script, "-H", `Host: ${host}`, url];
  const child = spawn(requireServer("wrk"), parameters, { stdio: ["ignore", "pipe", "inherit"] });
  const said = text(child.stdout);
  await once(child, "spawn");
  if (child.pid !== undefined) setPriority(child.pid, niceness);
  const stop = async (): Promise<LoadReport> => {
    const ended = once(child, "exit");
    // Interrupted, wrk still reports.
    child.kill("SIGINT");
    await ended;
    await rm(directory, { recursive: true, force: true });
    const line = (await said).split("\n").find((each) => each.startsWith("{"));
    if (line === undefined) throw new Error(`wrk has not reported:\n${await said}`);
    return JSON.parse(line) as LoadReport;
  };
  return { stop };
}

/** Each thread has its own globals; `done` runs in yet another and gathers them. */
function lookAtAnswers(bodies: readonly string[]): string {
  const quoted = bodies.map((body) => `[==[${body}]==]`).join(", ");
  return `
local bodies = { ${quoted} }
local threads = {}
function setup(thread) table.insert(threads, thread) end
function init() refused, mixed = 0, 0; for i = 1, #bodies do _G["body" .. i] = 0 end end
function response(status, headers, body)
  if status ~= 200 then refused = refused + 1 return end
  for i = 1, #bodies do
    if body == bodies[i] then _G["body" .. i] = _G["body" .. i] + 1 return end
  end
  mixed = mixed + 1
end
function done(summary)
  local sum = function(name) local n = 0 for _, t in ipairs(threads) do n = n + t:get(name) end return n end
  local counts = {}
  for i = 1, #bodies do counts[i] = sum("body" .. i) end
  local e = summary.errors
  io.write(string.format('\\n{"requests":%d,"perBody":[%s],"refused":%d,"mixed":%d,"socketErrors":%d,' ..
    '"socketErrorKinds":{"connect":%d,"read":%d,"timeout":%d,"write":%d}}\\n',
    summary.requests, table.concat(counts, ","), sum("refused"), sum("mixed"), e.connect + e.read + e.write + e.timeout,
    e.connect, e.read, e.timeout, e.write))
end
`;
}
