/** Opening everything in order, saying what is being done: what `main.ts` and the operator's commands share. */
import { join } from "node:path";
import pino, { type Logger } from "pino";
import { loadCatalogue } from "./catalogue.ts";
import { createLiveCatalogue } from "./checklists.ts";
import type { Config } from "./config.ts";
import { loadAll } from "./db/load.ts";
import type { Log } from "./db/log.ts";
import { migrate } from "./db/migrate.ts";
import { type OpenDatabase, openDatabase } from "./db/open.ts";
import type { Catalogue } from "./domain/rule.ts";
import { layers } from "./layers/index.ts";
import { columnsOf } from "./layers/layer.ts";
import { today } from "./query.ts";
import type { Commands } from "./routes/health.ts";
import { sweepNow } from "./sweep.ts";

export const GEODATA = join(import.meta.dirname, "..", "geodata");

export function createLog(config: Config): Logger {
  return pino(
    { level: config.logLevel, base: null, redact: ["req.headers.authorization", "req.headers.cookie"] },
    pino.destination(2),
  );
}

/** The catalogue of `geodata/`, checked against the layers. Throws one error that lists every fault. */
export function readCatalogue(folder: string = GEODATA): Catalogue {
  return loadCatalogue(folder, (theme) => {
    const layer = layers.find((each) => each.id === theme.layer);
    return layer ? Object.keys(columnsOf(layer)) : null;
  });
}

export function open(config: Config, log: Log, command: string): Promise<OpenDatabase> {
  return openDatabase({
    ...(config.databaseUrl === undefined ? {} : { databaseUrl: config.databaseUrl }),
    dataDir: config.dataDir,
    statementTimeoutMs: config.statementTimeoutMs,
    log,
    holder: { command },
  });
}

/** Migrates and loads; `tell` gets one line per step. */
export async function prepareDatabase(
  database: OpenDatabase,
  tell: (line: string) => void,
  geodata: string = GEODATA,
): Promise<void> {
  const applied = await migrate(database.db);
  if (applied.length > 0) tell(`database   ${applied.length} migration(s) applied`);
  const loaded = await loadAll(database.db, geodata, (layer, n, of) => tell(`layers     ${n} of ${of}: ${layer.id}`));
  const changed = loaded.filter((file) => file.changed);
  tell(`layers     ${loaded.reduce((sum, file) => sum + file.features, 0)} features, ${changed.length} file(s) changed`);
}

/** What an operator may ask for, by the command line or through the running service. */
export function commandsOf(
  database: OpenDatabase,
  changed: () => Promise<void> = async () => undefined,
  geodata: string = GEODATA,
): Commands {
  const collect = async (work: (tell: (line: string) => void) => Promise<void>) => {
    const lines: string[] = [];
    await work((line) => lines.push(line));
    return lines;
  };
  return {
    status: () => collect(async (tell) => tell(`${database.engine}: ${database.versions}`)),
    migrate: () =>
      collect(async (tell) => {
        const applied = await migrate(database.db);
        tell(applied.length === 0 ? "nothing to migrate" : applied.join("\n"));
      }),
    load: () =>
      collect(async (tell) => {
        await prepareDatabase(database, tell, geodata);
        await changed();
      }),
    sweep: (argument) =>
      collect(async (tell) => {
        const catalogue = await createLiveCatalogue(database.db, readCatalogue(geodata)).current();
        await sweepNow(database, catalogue, argument ?? today(new Date()), tell);
      }),
  };
}
