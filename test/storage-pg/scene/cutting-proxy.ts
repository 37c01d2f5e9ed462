// Stands between a pool and a server, and breaks the connection at the one statement that a test has chosen.
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PostgresServer } from "../../servers/postgres.ts";

/** When the connection breaks: before the server gets the statement, or after it has done it, before its answer arrives. */
export type CutMoment = "after" | "before";

/** A proxy that speaks enough of PostgreSQL's protocol to count statements. */
export interface CuttingProxy {
  /** How `pg` reaches the server through it. */
  readonly connection: PostgresServer["connection"];
  /** Cuts once: at the `statement`th from now on, counted from 1 over all connections. */
  cutAt(statement: number, moment: CutMoment): void;
  /** Statements since `cutAt`, without those that only ring the bell of the audit record: they come when they like. */
  readonly statements: number;
  close(): Promise<void>;
}

/**
 * First bytes of messages: Parse, which a statement known by its name does without, and Bind, which each one with parameters
 * has. The first message of a connection has no such byte.
 */
const parseMessage = "P".charCodeAt(0);
const bindMessage = "B".charCodeAt(0);

/** Starts a proxy in front of a server. */
export async function cuttingProxy(server: PostgresServer): Promise<CuttingProxy> {
  const folder = await mkdtemp(join(tmpdir(), "hostelry-cut-"));
  const { port } = server.connection;
  const socketFile = (host: string): string => join(host, `.s.PGSQL.${port}`);
  const open = new Set<Socket>();
  let statements = 0;
  let cut: { readonly statement: number; readonly moment: CutMoment } | undefined;

  const listener = createServer((client) => {
    const upstream = connect(socketFile(server.connection.host));
    let swallowsAnswer = false;
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("error", end).on("close", () => {
        open.delete(socket);
        end();
      });
    }
    const countStatements = statementCounter();
    client.on("data", (bytes) => {
      for (let begun = countStatements(bytes); begun > 0; begun -= 1) {
        statements += 1;
        if (cut?.statement !== statements) continue;
        const { moment } = cut;
        cut = undefined;
        if (moment === "before") return end();
        swallowsAnswer = true;
      }
      upstream.write(bytes);
    });
    upstream.on("data", (bytes) => {
      // The answer to a statement that is a transaction of its own comes when it is committed.
      if (swallowsAnswer) return end();
      client.write(bytes);
    });
  });
  await new Promise<void>((resolve) => listener.listen(socketFile(folder), resolve));
  return {
    connection: { ...server.connection, host: folder },
    get statements() {
      return statements;
    },
    cutAt: (statement, moment) => {
      statements = 0;
      cut = { statement, moment };
    },
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
}

/** Tells of each piece of a client's stream how many statements begin in it. */
function statementCounter(): (bytes: Buffer) => number {
  let rest = Buffer.alloc(0);
  let isFirst = true;
  let ringsBell = false;
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    let begun = 0;
    for (;;) {
      const typeLength = isFirst ? 0 : 1;
      if (rest.length < typeLength + 4) return begun;
      const length = typeLength + rest.readInt32BE(typeLength);
      if (rest.length < length) return begun;
      if (!isFirst && rest[0] === parseMessage) ringsBell = rest.subarray(0, length).includes("pg_notify");
      if (!isFirst && rest[0] === bindMessage) {
        if (!ringsBell) begun += 1;
        ringsBell = false;
      }
      isFirst = false;
      rest = rest.subarray(length);
    }
  };
}
