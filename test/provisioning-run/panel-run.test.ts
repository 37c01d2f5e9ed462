// Runs over waiting sites on two stand-ins for CloudPanel servers: with faults in the panel, beside each other, and killed.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { siteUserFor } from "@hostelry/adapter-cloudpanel";
import { provisionWaiting, type SiteReport } from "@hostelry/core";
import { type OperationNotice, unwrap, type WaitingSite } from "@hostelry/core/adapter";
import { pgStorage, tableWaitingSites } from "@hostelry/storage-pg";
import { memoryOperationStore, memoryWaitingSites } from "@hostelry/testing";
import { type PanelFault, type PanelHost, startPanelHost } from "@hostelry/testing/cloudpanel";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { panelHostAvailable, panelTransport } from "../servers/panel.ts";
import { type PostgresServer, startPostgres } from "../servers/postgres.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { program } from "../setup/program.ts";
import { rounds } from "../setup/rounds.ts";
import { onPanel } from "./panel-disk.ts";
import { opener, type PanelAccess, userPasswordOf, waitingSite } from "./panel-fleet.ts";

const accessTo = (place: string, { sshPort, privateKey, hostKey }: PanelHost): PanelAccess => ({
  place,
  sshPort,
  privateKey,
  hostKey,
});

/** Domains and users that the panel and the machine have. */
async function standing(
  host: PanelHost,
): Promise<{ readonly rows: readonly string[]; readonly users: readonly string[] }> {
  const transport = panelTransport(host);
  const lines = async (...argv: readonly [string, ...string[]]): Promise<readonly string[]> =>
    (await onPanel(transport, ...argv))
      .split("\n")
      .filter((line) => line !== "")
      .sort();
  const rows = await lines(
    "sqlite3",
    "/home/clp/htdocs/app/data/db.sq3",
    "SELECT domain_name || ' ' || user FROM site",
  );
  const users = await lines("sh", "-c", "getent passwd | awk -F: '$3 >= 20000 && $3 < 25000 {print $1}'");
  await transport.close();
  return { rows, users };
}

function expected(sites: readonly WaitingSite[]): {
  readonly rows: readonly string[];
  readonly users: readonly string[];
} {
  const users = sites.map(({ domain }) => siteUserFor(domain)).sort();
  return { rows: sites.map(({ domain }) => `${domain} ${siteUserFor(domain)}`).sort(), users };
}

describe.skipIf(!panelHostAvailable())("a run over CloudPanel servers", () => {
  let hosts: readonly PanelHost[];
  let servers: readonly PanelAccess[];
  beforeEach(async () => {
    hosts = await Promise.all([startPanelHost(), startPanelHost()]);
    servers = hosts.map((host, index) => accessTo(`panel-${index + 1}`, host));
  });
  afterEach(async () => {
    await Promise.all(hosts.map((host) => host.stop()));
  });

  it("tells each fault of a panel as it is, completes what it can in a second run, and repairs when it is asked to", async () => {
    const count = rounds(40, 6);
    const waiting = memoryWaitingSites();
    const operations = memoryOperationStore();
    const notices: OperationNotice[] = [];
    const reports: SiteReport[] = [];
    const shown = new Set<string>();
    const sites = Array.from({ length: count }, (_, index) => waitingSite(index, `panel-${1 + (index % 2)}`));
    for (const site of sites) waiting.add(site);
    const struck: readonly (readonly [PanelFault["moment"], PanelFault["kind"]])[] = [
      ["after-user", "kill"],
      ["after-row", "kill"],
      ["before", "strange"],
      ["after-checks", "fail"],
    ];
    for (const [index, [moment, kind]] of struck.entries()) {
      await hosts[index % 2]?.inject({ command: "site:add:static", moment, kind });
    }
    const look = (): void => {
      for (const host of hosts) for (const line of host.commandLines()) shown.add(line.join(" "));
    };
    const run = (repair = false) =>
      unwrap(
        provisionWaiting({
          sites: waiting,
          operations,
          openServer: opener(servers),
          events: {
            emit: (notice) => {
              notices.push(notice);
              look();
            },
          },
          onSite: (report) => reports.push(report),
          policy: { firstPauseMs: 100 },
          patienceMs: 0,
          repair,
        }),
      );

    const first = await run();
    const failed = first.sites.filter(({ state }) => state === "failed");
    const told = failed.map(({ reason }) => `${reason?.at} ${reason?.code}`);
    // Killed after the last effect: the site is there, as a look shows, and that is success.
    expect(first.sites).toHaveLength(count);
    expect(failed.length).toBeGreaterThanOrEqual(1);
    expect(failed.length).toBeLessThanOrEqual(3);
    expect(told).toContain("site RESOURCE_ORPHANED");
    await run();
    for (const held of waiting.sites.values()) if (held.outcome?.state === "failed") held.outcome = undefined;
    await run(true);
    expect([...waiting.sites.values()].map(({ outcome }) => outcome?.state)).toEqual(sites.map(() => "active"));
    for (const [index, host] of hosts.entries()) {
      expect(await standing(host)).toEqual(expected(sites.filter((_, position) => position % 2 === index)));
      expect(await host.pendingFaults()).toBe(0);
      // One order for each site, a trial and a real one.
      expect((await host.orders()).length).toBe(count);
    }
    const seen = inspect([notices, reports, operations.operations, waiting.sites, hosts.map((host) => host.log())], {
      depth: 30,
      maxArrayLength: null,
      maxStringLength: null,
    });
    const everywhere = `${seen}\n${[...shown].join("\n")}`;
    expect(shown.size).toBeGreaterThan(3);
    for (const secret of [...sites.map(userPasswordOf), "hunter2", ...servers.map(({ privateKey }) => privateKey)]) {
      expect(everywhere.includes(secret)).toBe(false);
    }
  });

  describe.skipIf(!serverAvailable("postgres", "initdb"))("with records on PostgreSQL", () => {
    let postgres: PostgresServer;
    let pool: pg.Pool;
    beforeEach(async () => {
      postgres = await startPostgres();
      pool = new pg.Pool(postgres.connection);
      await pool.query(`create table sites (id text primary key, server_id text not null, domain text not null unique, name text, dns_status text not null,
        hosting_status text not null default 'pending', analytics_wanted boolean not null default false, hosting_wishes jsonb, document_root text,
        analytics_id text, hosting_reason jsonb, hosting_retryable boolean not null default false, hosting_claim text, hosting_claim_until timestamptz)`);
    });
    afterEach(async () => {
      await pool.end();
      await postgres.stop();
    });

    it("ends with every site there once, whenever a run is killed and however many run at once", async () => {
      const sites = Array.from({ length: rounds(24, 4) }, (_, index) => waitingSite(index, `panel-${1 + (index % 2)}`));
      for (const { id, server, domain, name } of sites) {
        await pool.query(
          "insert into sites (id, server_id, domain, name, dns_status) values ($1, $2, $3, $4, 'active')",
          [id, server, domain, name],
        );
      }
      const claimTtlMs = 1000;
      const order = `${JSON.stringify({ connection: postgres.connection, servers, claimTtlMs })}\n`;
      for (const moment of rounds([1, 3, 4, 6, 9, 14], [5])) await killedAfter(moment, order);
      const store = await unwrap(pgStorage(pool));
      const run = () =>
        unwrap(
          provisionWaiting({
            sites: tableWaitingSites(pool, { table: "public.sites" }),
            operations: store.operations,
            openServer: opener(servers),
            policy: { claimTtlMs, firstPauseMs: 100 },
            claimTtlMs,
            repair: true,
          }),
        );
      const isDone = async (): Promise<boolean> =>
        (await pool.query("select 1 from sites where hosting_status <> 'active'")).rows.length === 0;
      // What the dead had is free when their claims end.
      const deadline = Date.now() + 60_000;
      while (!(await isDone()) && Date.now() < deadline) {
        await Promise.all([run(), run()]);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      const { rows } = await pool.query(
        "select id, hosting_status, hosting_reason, document_root from sites where hosting_status <> 'active' or document_root is null",
      );
      expect(rows).toEqual([]);
      for (const [index, host] of hosts.entries()) {
        expect(await standing(host)).toEqual(expected(sites.filter((_, position) => position % 2 === index)));
        const added = (await host.calls()).filter(({ argv }) => argv[0]?.startsWith("site:add"));
        expect(added.length).toBeLessThan(2 * sites.length);
      }
      const kept =
        inspect((await pool.query("select * from sites")).rows) +
        inspect((await pool.query("select * from hostelry.operation_event")).rows);
      expect(kept).not.toContain("hunter2");
      await unwrap(store.close());
    });
  });
});

/** Starts a run in a process of its own and kills it when it has told of so many things. */
async function killedAfter(moment: number, order: string): Promise<void> {
  const path = await program(new URL("processes/run-process.ts", import.meta.url));
  const child = spawn(process.execPath, [path], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: { ...process.env, NODE_OPTIONS: "" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  child.stdin.write(order);
  let told = 0;
  for await (const line of createInterface(child.stdout)) {
    if (line.startsWith("ended")) break;
    told += 1;
    if (told === moment) child.kill("SIGKILL");
  }
  await ended;
}
