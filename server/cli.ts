/** The operator's commands. While a service holds the embedded folder, they go through it. */
import { readFileSync } from "node:fs";
import { createLiveCatalogue } from "./checklists.ts";
import { type Config, ConfigError, readConfig, SETTINGS } from "./config.ts";
import { FolderHeld } from "./db/errors.ts";
import { readHolder } from "./db/folder_lock.ts";
import { buildSeed } from "./db/seed.ts";
import { importStaged } from "./imports/staged.ts";
import { layerTable } from "./layers/table.ts";
import { makeSample } from "./sample.ts";
import { today } from "./query.ts";
import { commandsOf, createLog, GEODATA, open, readCatalogue } from "./service.ts";
import { buildWeb } from "./web.ts";

const HELP = `shuijie: the operator's commands (npm run shuijie -- <command>)

  status        which database, and its versions
  migrate       bring the database to the newest shape
  load          load geodata/ again; files that have not changed are left alone
  sweep [day]   every registered facility against every rule of today, or of yyyy-mm-dd
  import-staged <[schema.]table> [order.json]
                a table that ogr2ogr loaded into PostgreSQL: what is in it; with an order, applied like an upload
  layers [zh]   the layers as a table, for the README
  sample        make the sample layers of geodata/ from geodata/sample/
  prepare       build the web application and the packed database folder (npm ci runs it)
  help config   the settings of the environment
`;

async function main([command = "help", topic, file]: string[]): Promise<void> {
  if (command === "help") return console.log(topic === "config" ? helpConfig() : HELP);
  if (command === "layers") return console.log(layerTable(topic === "zh" ? "zh" : "en"));
  if (command === "prepare") return prepare();
  const config = readConfig();
  if (command === "sample") return sample(config);
  if (command === "import-staged") return stage(config, topic, file);
  if (!["status", "migrate", "load", "sweep"].includes(command))
    throw new ConfigError(`There is no command "${command}".\n\n${HELP}`);
  const lines = await run(config, command, topic);
  for (const line of lines) console.log(line);
}

function helpConfig(): string {
  const width = Math.max(...SETTINGS.map(({ name }) => name.length));
  return SETTINGS.map((each) => `${each.name.padEnd(width)}  ${each.meaning} (default ${each.default})`).join("\n");
}

/** Here when the folder is free (or the database is PostgreSQL), through the running service when it is held. */
async function run(config: Config, command: string, argument: string | undefined): Promise<string[]> {
  const log = createLog({ ...config, logLevel: "error" });
  try {
    const database = await open(config, log, `shuijie ${command}`);
    try {
      return await commandsOf(database)[command]!(argument);
    } finally {
      await database.close();
    }
  } catch (error) {
    if (!(error instanceof FolderHeld)) throw error;
    const holder = readHolder(config.dataDir);
    if (!holder?.url) throw error;
    const response = await fetch(`${holder.url}/operator/${command}`, {
      method: "POST",
      headers: { authorization: `Bearer ${holder.token}`, "content-type": "application/json" },
      body: JSON.stringify({ argument }),
    });
    const body = (await response.json()) as { lines?: string[]; detail?: string };
    if (!response.ok)
      throw new Error(`The running service (process ${holder.pid}) refused "${command}": ${body.detail ?? response.status}`, {
        cause: error,
      });
    return [`through the running service (process ${holder.pid})`, ...(body.lines ?? [])];
  }
}

/** On PostgreSQL no process holds anything: this may run beside the service, which sees the new versions by itself. */
async function stage(config: Config, table: string | undefined, file: string | undefined): Promise<void> {
  if (table === undefined) throw new ConfigError("Which table? npm run shuijie -- import-staged <[schema.]table> [order.json]");
  if (config.databaseUrl === undefined)
    throw new ConfigError("ogr2ogr loads into PostgreSQL: set DATABASE_URL. The embedded engine takes uploads only.");
  const order: unknown = file === undefined ? undefined : JSON.parse(readFileSync(file, "utf8"));
  const patient = { ...config, statementTimeoutMs: 3_600_000 };
  const database = await open(patient, createLog({ ...config, logLevel: "error" }), "shuijie import-staged");
  try {
    const catalogue = await createLiveCatalogue(database.db, readCatalogue()).current();
    await importStaged(database, catalogue, { table, order, asOf: today(new Date()) }, (line) => console.log(line));
  } finally {
    await database.close();
  }
}

async function sample(config: Config): Promise<void> {
  const database = await open(config, createLog({ ...config, logLevel: "error" }), "shuijie sample");
  try {
    for (const file of await makeSample(database.db, GEODATA)) console.log(file);
  } finally {
    await database.close();
  }
}

/** What `npm ci` does ahead, so that the first start is short. A failure is told and left to the start. */
async function prepare(): Promise<void> {
  for (const [what, work] of [
    ["web application", () => buildWeb((line: string) => console.log(line))],
    ["database folder", () => buildSeed()],
  ] as const) {
    try {
      await work();
    } catch (error) {
      console.log(`${what}: not prepared (${error instanceof Error ? error.message : String(error)}); npm start will try again.`);
    }
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
