// Conditional requests through real publishing and real servers. Right is: 304 exactly when the client has the bytes that
// are served. The clock stands still, so that every publication is of the same second: the hardest case for validators
// that are made of time and size.
import { edgeConfig } from "@hostelry/adapter-ssh";
import { unwrap } from "@hostelry/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ServerName, serverAvailable } from "../servers/server-binary.ts";
import { startApache } from "../servers/web/apache.ts";
import { startCaddy } from "../servers/web/caddy.ts";
import { startNginx } from "../servers/web/nginx.ts";
import type { WebServer } from "../servers/web/web-server.ts";
import { apacheSnippet } from "./apache-snippet.ts";
import { type Answer, ask } from "./ask.ts";
import { type EdgeRoot, type EdgeSite, newEdgeRoot, type SiteFiles } from "./edge-root.ts";

const starts: Readonly<Record<"apache2" | "caddy" | "nginx", (root: string) => Promise<WebServer>>> = {
  apache2: (root) => startApache(() => apacheSnippet(root)),
  caddy: (root) => startCaddy({ sites: ({ port }) => generated("caddy", root, port) }),
  nginx: (root) => startNginx({ http: ({ port }) => generated("nginx", root, port) }),
};

function generated(server: "caddy" | "nginx", root: string, port: number): string {
  return edgeConfig(server, { root, listen: [{ address: "127.0.0.1", port }] })._unsafeUnwrap();
}

/** What a client remembers of an answer, and sends back. */
type Conditions = (answer: Answer) => Readonly<Record<string, string>>;

const clients: Readonly<Record<string, Conditions>> = {
  "ETag alone": ({ headers }) => ({ "if-none-match": String(headers.etag) }),
  "If-Modified-Since alone": ({ headers }) => ({ "if-modified-since": String(headers["last-modified"]) }),
  both: ({ headers }) => ({
    "if-none-match": String(headers.etag),
    "if-modified-since": String(headers["last-modified"]),
  }),
};

// Of each file, what it was and what it becomes.
const before: SiteFiles = {
  "index.html": "v1",
  "same.js": "the same",
  "size.js": "one",
  "length.js": "one",
  "gone.js": "old",
};
const after: SiteFiles = { "index.html": "v2", "same.js": "the same", "size.js": "two", "length.js": "three" };
const paths = ["same.js", "size.js", "length.js"];

for (const [name, start] of Object.entries(starts)) {
  describe.skipIf(!serverAvailable(name as ServerName))(`validators of ${name}`, () => {
    let root: EdgeRoot;
    let server: WebServer;

    beforeAll(async () => {
      root = await newEdgeRoot({ now: new Date(Math.floor(Date.now() / 1000 - 3600) * 1000) });
      server = await start(root.path);
    });
    afterAll(async () => {
      await server.stop();
      await root.remove();
    });

    let count = 0;
    const newSite = (): Promise<EdgeSite> => {
      count += 1;
      return root.site(`s${count}.test`);
    };
    const get = ({ host }: EdgeSite, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
      ask({ port: server.port, host, path: `/${path}`, headers });

    /** Fetches all files, does something, and asks again with what each client remembers. */
    async function compare(
      site: EdgeSite,
      was: SiteFiles,
      change: () => Promise<unknown>,
      is: SiteFiles,
    ): Promise<void> {
      const seen = new Map<string, Answer>();
      for (const path of paths) {
        const answer = await get(site, path);
        expect(answer).toMatchObject({ status: 200, body: was[path] });
        seen.set(path, answer);
      }
      await change();
      const wrong: string[] = [];
      for (const [path, answer] of seen) {
        for (const [client, conditions] of Object.entries(clients)) {
          const { status, body } = await get(site, path, conditions(answer));
          const expected = was[path] === is[path] ? { status: 304, body: "" } : { status: 200, body: is[path] };
          if (status !== expected.status || body !== expected.body) wrong.push(`${path}, ${client}: ${status} ${body}`);
        }
      }
      expect(wrong).toEqual([]);
    }

    it("are right after a deploy", async () => {
      const site = await newSite();
      await site.publish(before);
      await compare(site, before, () => site.publish(after), after);
    });

    it("are right after a rollback, and after going forward again", async () => {
      const site = await newSite();
      await site.publish(before);
      await site.publish(after);
      await compare(site, after, () => unwrap(root.hosting.rollback(site.site.id)), before);
      await compare(site, before, () => unwrap(root.hosting.rollback(site.site.id)), after);
    });

    it("are right for a path that was away for a release and comes back with other bytes of the same size", async () => {
      const site = await newSite();
      await site.publish(before);
      const old = await get(site, "gone.js");
      await site.publish(after);
      await site.publish({ ...after, "gone.js": "new" });
      for (const conditions of Object.values(clients)) {
        expect(await get(site, "gone.js", conditions(old))).toMatchObject({ status: 200, body: "new" });
      }
    });

    it("are right after a publication that was seen and taken back, and another in the same second", async () => {
      const site = await newSite();
      await site.publish(before);
      const seen: Answer[] = [];
      root.wrongProbes = async () => {
        seen.push(await get(site, "size.js"));
      };
      const failed = await root.hosting.publish((await site.revision({ ...after, "size.js": "bad" })).id);
      root.wrongProbes = undefined;
      expect(failed.isErr()).toBe(true);
      const [answer] = seen;
      if (answer === undefined) throw new Error("nobody saw it");
      expect(answer.body).toBe("bad");
      const etag = clients["ETag alone"]?.(answer) ?? {};
      expect(await get(site, "size.js", etag)).toMatchObject({ status: 200, body: "one" });
      // The older file is back with its older time. Caddy and Apache take any later time for "not modified since"
      // (RFC 9110 section 13.1.3 lets them), until the next publication; nginx is told to compare for equality.
      const since = clients["If-Modified-Since alone"]?.(answer) ?? {};
      if (name === "nginx") expect(await get(site, "size.js", since)).toMatchObject({ status: 200, body: "one" });
      await site.publish(after);
      for (const conditions of Object.values(clients)) {
        expect(await get(site, "size.js", conditions(answer))).toMatchObject({ status: 200, body: "two" });
      }
    });

    it("stay the same for equal bytes on every node", async () => {
      const site = await newSite();
      await site.publish(before);
      const second = await start(root.secondPath);
      try {
        for (const path of paths) {
          const here = await get(site, path);
          const there = await ask({ port: second.port, host: site.host, path: `/${path}` });
          expect(there.body).toBe(here.body);
          expect(there.headers.etag).toBe(here.headers.etag);
          expect(there.headers["last-modified"]).toBe(here.headers["last-modified"]);
        }
      } finally {
        await second.stop();
      }
    });
  });
}
