/** A process of its own for the tests that kill it: opens the embedded folder, writes rows, prints each id once it is acknowledged.
 *  `node writer.ts <folder> hold` only opens and waits. */
import { sql } from "kysely";
import { openDatabase } from "../../server/db/open.ts";

const [folder = "", mode = "write"] = process.argv.slice(2);
const say = (line: string) => process.stdout.write(`${line}\n`);
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

try {
  const { db, announce } = await openDatabase({ dataDir: folder, log, holder: { command: `writer ${mode}` } });
  announce?.("http://localhost:12345");
  await sql`create table if not exists written (id int primary key, payload text not null)`.execute(db);
  const { rows } = await sql<{ next: number }>`select coalesce(max(id), 0) + 1 as next from written`.execute(db);
  say("open");
  for (let id = rows[0]!.next; ; id++) {
    if (mode === "hold") await new Promise(() => setInterval(() => undefined, 1000));
    const insert = sql`insert into written values (${id}, repeat(${String(id % 10)}, 500))`;
    if (id % 3 === 0) await db.transaction().execute((trx) => insert.execute(trx));
    else await insert.execute(db);
    say(String(id));
  }
} catch (error) {
  say(`failed ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`);
  process.exit(3);
}
