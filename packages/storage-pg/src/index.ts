/** `@hostelry/storage-pg`: the record store on PostgreSQL, and on PGlite in a directory. */
export type { PgDatabase } from "./database/pg-database.ts";
export type { EmbeddedError, EmbeddedOptions } from "./embedded/embedded-storage.ts";
export type { MigrationOutcome } from "./migrations/migrate.ts";
export { type PgStorage, type PgStorageOptions, pgStorage, type SchemaOptions } from "./pg-storage.ts";
export type { PgStore } from "./pg-store.ts";
export type { SitesTableColumns, SitesTableWords } from "./waiting/sites-table.ts";
export { type TableWaitingSitesOptions, tableWaitingSites } from "./waiting/table-waiting-sites.ts";
