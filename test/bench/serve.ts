/** The service in a process of its own, as `createApp` makes it, over a folder of built pages: `node serve.ts <data folder>
 *  <web folder> [<geodata folder>]`. Prints its URL when it listens. */
import { tmpdir } from "node:os";
import { openDatabase } from "../../server/db/open.ts";
import { createLog } from "../../server/service.ts";
import { readConfig } from "../../server/config.ts";
import { startService } from "../support/service.ts";

const [dataDir = tmpdir(), web, geodata] = process.argv.slice(2);
const log = createLog({ ...readConfig({}), logLevel: "error" });
const database = await openDatabase({ dataDir, log, holder: { command: "bench" } });
const service = await startService(database, { ...(web ? { web } : {}), ...(geodata ? { geodata } : {}) });
process.on("SIGTERM", () => void service.close().finally(() => process.exit(0)));
console.log(service.url);
