/** The one door to the database: PostgreSQL by `DATABASE_URL`, else the embedded engine in `DATA_DIR`. */
import type { Kysely } from "kysely";
import { openEmbedded } from "./embedded.ts";
import type { Lending } from "./lending.ts";
import type { Log } from "./log.ts";
import { openPostgres } from "./postgres.ts";
import type { Tables } from "./tables.ts";

export type Db = Kysely<Tables>;

/** An open database. Above `server/db/` nothing asks which engine it is, save the tile encoder (`encodeTile`). */
export type OpenDatabase = {
  db: Db;
  engine: "embedded" | "postgres";
  /** How many gatherings for many sites it is given at the same time. */
  at_once: number;
  /** Reads for the map's layers, which need not wait for a long transaction to end. */
  lending: Lending;
  /** For example `PostgreSQL 15.18, PostGIS 3.3.2, GEOS 3.11.1`; frozen with each check. */
  versions: string;
  /** Resolves when a trivial query has come back; rejects with a sentence otherwise. */
  ping(): Promise<void>;
  /** Writes where the service listens beside the embedded folder, for the operator's commands. Nothing on PostgreSQL. */
  announce?(url: string): void;
  /** What an operator's command must show to be let through; only on the embedded engine. */
  operatorToken?: string;
  /** Ends what runs, closes, and frees the folder. Once is enough; twice does no harm. */
  close(): Promise<void>;
};

export type OpenOptions = {
  /** postgres://user:password@host:port/database; without it the embedded engine in `dataDir`. */
  databaseUrl?: string;
  dataDir: string;
  /** No statement may take longer. */
  statementTimeoutMs?: number; // 30000
  /** Connections to PostgreSQL; the embedded engine has one. */
  poolMax?: number; // 8
  /** The packed folder that a new embedded database is made from. */
  seed?: string; // what buildSeed made
  log: Log;
  /** What a second process on the same folder is told. */
  holder?: { command: string; url?: string };
};

/** Opens, checks versions and extensions, and makes the embedded folder when there is none.
 *  Throws DatabaseUnavailable or FolderHeld, whose message is one sentence that says what to do. */
export function openDatabase(options: OpenOptions): Promise<OpenDatabase> {
  return options.databaseUrl === undefined
    ? openEmbedded(options)
    : openPostgres({ ...options, databaseUrl: options.databaseUrl });
}
