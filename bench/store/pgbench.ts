import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runPostgresProgram } from "../../test/servers/postgres.ts";
import { type BenchScene, connections, type SentStatement } from "./bench-scene.ts";

/** How pgbench sends statements: parsed each time, or, as we do it, once for a connection. */
export type PgbenchMode = "extended" | "prepared";

/** The peer's name. */
export function pgbench(mode: PgbenchMode): string {
  return mode === "extended" ? "pgbench" : "pgbench, prepared";
}

/** A place in a statement where each act has another value: what was recorded, and what pgbench is to put there. */
export interface Variable {
  readonly recorded: string;
  readonly expression: string;
}

/**
 * The script of one act: the statements as our store sent them, to the letter, with the values in place of the placeholders. The
 * first one's answer gives the fencing token to the others.
 */
export function scriptOf(statements: readonly SentStatement[], variables: readonly Variable[], last: string): string {
  const lines = statements.map(({ text, values }, index) => {
    const written = text.replaceAll(/\$(\d+)::(\w+)/g, (_, place: string, type: string) => {
      const value = values[Number(place) - 1];
      const variable = variables.find(({ recorded }) => recorded === value);
      return `${variable?.expression ?? literal(value)}::${type}`;
    });
    return `${written.replaceAll(/\s+/g, " ")}${index === 0 ? " \\gset" : ";"}`;
  });
  return `${lines.join("\n")}\n${last}\n`;
}

function literal(value: unknown): string {
  return value === null ? "null" : `'${String(value).replaceAll("'", "''")}'`;
}

/** Runs a script so often over each of the connections, and gives the acts of a second. */
export async function actsPerSecond(
  { server }: BenchScene,
  script: string,
  acts: number,
  variables: Readonly<Record<string, string>>,
  mode: PgbenchMode,
): Promise<number> {
  const file = join(server.directory, "script.sql");
  await writeFile(file, script);
  const defined = Object.entries(variables).flatMap(([name, value]) => ["-D", `${name}=${value}`]);
  const fixed = ["-n", "-M", mode, "-c", String(connections), "-j", "2", "-t", String(acts)];
  const printed = await runPostgresProgram(server, "pgbench", [...fixed, ...defined, "-f", file]);
  const failed = /number of failed transactions: (\d+)/.exec(printed)?.[1];
  const rate = Number(/tps = ([\d.]+) \(without/.exec(printed)?.[1]);
  if (failed !== "0" || !(rate > 0)) throw new Error(`pgbench did not do what it was asked:\n${printed}`);
  return rate;
}
