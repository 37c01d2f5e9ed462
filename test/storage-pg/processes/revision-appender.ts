// Appends revisions to a site on PostgreSQL, all at once, when it is told to go; says the numbers that it was given.
import { once } from "node:events";
import { type RevisionId, type SiteId, unwrap } from "@hostelry/core/adapter";
import { pgStorage } from "@hostelry/storage-pg";
import pg from "pg";

const [connection = "{}", schema = "", prefix = "", count = "0"] = process.argv.slice(2);
const pool = new pg.Pool({ ...(JSON.parse(connection) as pg.PoolConfig), max: 8 });
const store = await unwrap(pgStorage(pool, { schema }));
const siteId = "site-shared" as SiteId;
console.log("ready");
await once(process.stdin, "data");
const numbers = await Promise.all(
  Array.from({ length: Number(count) }, async (_, index) => {
    const at = new Date();
    const revision = await unwrap(
      store.appendRevision({
        id: `rev-${prefix}-${index}` as RevisionId,
        siteId,
        archive: { sha256: "0".repeat(64), size: 1 },
        createdAt: at,
        audit: { actor: prefix, action: "revision.uploaded", siteId, subject: siteId, at },
      }),
    );
    return revision.number;
  }),
);
console.log(JSON.stringify(numbers));
await pool.end();
process.stdin.destroy();
