/** The one door to the database: PostgreSQL by `DATABASE_URL`, else the embedded engine in `DATA_DIR`. */
import type { Kysely } from "kysely";
import type { Tables } from "./tables.ts";

export type Db = Kysely<Tables>;

/** An open database. Above `server/db/` nothing asks which engine it is, save the tile encoder (`tileEncoder`). */
export type OpenDatabase = {
  db: Db;
  engine: "embedded" | "postgres";
  /** For example `PostgreSQL 15.18, PostGIS 3.3.2, GEOS 3.11.1`; frozen with each check. */
  versions: string;
  /** Resolves when a trivial query has come back; rejects with a sentence otherwise. */
  ping(): Promise<void>;
  close(): Promise<void>;
};
