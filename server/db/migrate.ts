/** Brings the database to the newest shape. Migrations are `migrations/*.ts`, applied in the order of their names. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Migration, Migrator } from "kysely/migration";
import type { Db } from "./open.ts";

const FOLDER = join(import.meta.dirname, "..", "..", "migrations");

/** Applies what is missing and returns the names. Throws the first failure; a failed migration leaves nothing behind. */
export async function migrate(db: Db): Promise<string[]> {
  const migrator = new Migrator({ db, provider: { getMigrations: readMigrations } });
  const { error, results } = await migrator.migrateToLatest();
  if (error) throw error;
  return (results ?? []).map((result) => result.migrationName);
}

/** All of them by name. */
export async function readMigrations(): Promise<Record<string, Migration>> {
  const files = (await readdir(FOLDER)).filter((file) => /^\d{8}T\d{4}_\w+\.ts$/.test(file)).toSorted();
  const found: Record<string, Migration> = {};
  for (const file of files)
    found[file.replace(/\.ts$/, "")] = (await import(pathToFileURL(join(FOLDER, file)).href)) as Migration;
  return found;
}
