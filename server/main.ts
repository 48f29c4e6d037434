/** The only file that acts when imported: config, open the database, migrate, load, listen, close on a signal. */
import { join } from "node:path";
import { createApp } from "./app.ts";
import { ConfigError, readConfig } from "./config.ts";
import { groundOf } from "./ground.ts";
import { commandsOf, createLog, GEODATA, open, prepareDatabase, readCatalogue } from "./service.ts";
import { readExamples } from "./examples.ts";
import { buildWeb } from "./web.ts";

if (Number(process.versions.node.split(".")[0]) < 24) {
  console.error("Start Shuijie with `npm start`: it brings its own Node 24. 请用 npm start 启动，程序自带 Node 24。");
  process.exit(1);
}

const started = performance.now();
const tell = (line: string) => console.log(`  ${line}`);

try {
  const config = readConfig();
  const log = createLog(config);
  console.log("Shuijie 水界");
  tell(`database   opening ${config.databaseUrl ? "PostgreSQL" : `the embedded engine in ${config.dataDir}`}`);
  const catalogue = readCatalogue();
  const building = buildWeb((line) => tell(`web        ${line}`));
  building.catch(() => undefined);
  const spoken = {
    info: (first: string | object, message?: string) => tell(`database   ${message ?? String(first)}`),
    warn: log.warn.bind(log),
    error: log.error.bind(log),
  };
  const database = await open(config, spoken, "npm start");
  tell(`database   ${database.versions}`);
  await prepareDatabase(database, tell);
  const web = await building;
  const commands = commandsOf(database, () => refreshTiles());
  const operator = database.operatorToken === undefined ? {} : { operator: { token: database.operatorToken, commands } };
  const { server, refreshTiles, jobs } = createApp({
    database,
    catalogue,
    log,
    web,
    examples: readExamples(GEODATA),
    ground: groundOf(config),
    uploads: join(config.dataDir, "uploads"),
    publicUrl: config.publicUrl,
    ...operator,
  });

  let closing = false;
  const close = (code: number) => {
    if (closing) return;
    closing = true;
    server.close(() => {
      void jobs
        .close()
        .then(() => database.close())
        .finally(() => process.exit(code));
    });
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 3000).unref();
  };
  process.on("SIGTERM", () => close(0));
  process.on("SIGINT", () => close(0));
  server.on("error", (error: NodeJS.ErrnoException) => {
    console.error(
      error.code === "EADDRINUSE"
        ? `Port ${config.port} is taken by another program. Stop it, or choose another: PORT=8081 npm start. 端口 ${config.port} 已被占用。`
        : `Cannot listen on ${config.host}:${config.port}: ${error.message}`,
    );
    close(1);
  });
  server.listen(config.port, config.host, () => {
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : config.port;
    const url = `http://${config.host === "127.0.0.1" ? "localhost" : config.host}:${port}`;
    database.announce?.(url);
    tell(`ready      in ${((performance.now() - started) / 1000).toFixed(1)} s`);
    console.log(`\n  ${url}\n`);
  });
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error instanceof Error ? error.message : String(error));
  process.exit(1);
}
