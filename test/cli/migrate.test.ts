import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PostgresServer, startPostgres } from "../servers/postgres.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { hostelry, objects } from "./hostelry.ts";

describe("hostelry migrate", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "hostelry-migrate-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("brings an embedded state up to date", async () => {
    const run = await hostelry(["migrate", "--state", join(folder, "state"), "--json"]);
    expect([run.code, objects(run)]).toEqual([0, [{ behind: false }]]);
  });

  it("prints the statement, and the rights of a role, without a server", async () => {
    const run = await hostelry(["migrate", "--print", "--schema", "ours", "--role", 'ap"p', "--json"]);
    expect(objects(run)).toMatchObject([
      { migration: expect.stringMatching(/^do \$hostelry\$/), rights: expect.stringContaining('to "ap""p"') },
    ]);
  });

  it.each([[["migrate", "now"]], [["migrate", "--check"]], [["migrate", "--role", "app"]]])(
    "refuses %j as wrong usage",
    async (args) => {
      const run = await hostelry(args);
      expect([run.code, run.stdout]).toEqual([2, ""]);
      expect(run.stderr).toContain("migrate --help");
    },
  );
});

describe.skipIf(!serverAvailable("postgres", "initdb"))("hostelry migrate --server", () => {
  let server: PostgresServer;
  let env: Record<string, string> = {};
  beforeAll(async () => {
    server = await startPostgres();
    const { host, port, user, database } = server.connection;
    env = { PGHOST: host, PGPORT: String(port), PGUSER: user, PGDATABASE: database };
  });
  afterAll(() => server.stop());

  it("tells that a schema is behind, applies what is missing, and finds nothing left to do", async () => {
    const args = ["migrate", "--server", "--schema", "ours", "--json"];
    const behind = await hostelry([...args, "--check"], { env });
    expect(behind.code).toBe(2);
    expect(objects(behind)).toMatchObject([{ error: { code: "ADAPTER_INCOMPATIBLE" } }]);

    const [first] = objects(await hostelry(args, { env }));
    expect(first).toMatchObject({ version: expect.any(Number), applied: expect.arrayContaining([1, 2, 3]) });
    expect(objects(await hostelry(args, { env }))).toEqual([{ version: first?.["version"], applied: [] }]);
    expect(objects(await hostelry([...args, "--check"], { env }))).toEqual([{ behind: false }]);
    const pool = new pg.Pool(server.connection);
    expect((await pool.query("select count(*)::int as n from ours.site")).rows).toEqual([{ n: 0 }]);
    await pool.end();
  });

  it("says that nobody is there, without the password it was given", async () => {
    const env = { HOSTELRY_DATABASE_URL: "postgres://app:secret-word@127.0.0.1:1/none" };
    const run = await hostelry(["migrate", "--server"], { env });
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("ADAPTER_FAILED");
    expect(run.stderr + run.stdout).not.toContain("secret-word");
  });
});
