/** The embedded engine alone: opens an existing folder with PGlite and PostGIS, asks one question, says so, ends. The twin of
 *  our start. `node bare_engine.ts <folder>`. */
import { PGlite } from "@electric-sql/pglite";
import { postgis } from "@electric-sql/pglite-postgis";

const engine = await PGlite.create({ dataDir: process.argv[2]!, extensions: { postgis } });
const { rows } = await engine.query("select count(*) from facility");
console.log(`ready ${JSON.stringify(rows[0])}`);
await engine.close();
process.exit(0);
