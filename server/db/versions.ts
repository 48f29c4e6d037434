/** What the database says of itself. */
import { sql } from "kysely";
import type { Db } from "./open.ts";

/** For example `PostgreSQL 15.18, PostGIS 3.3.2, GEOS 3.11.1`; the same words on both engines. */
export async function readVersions(db: Db): Promise<string> {
  const { rows } = await sql<{ server: string; postgis: string; geos: string }>`
    select current_setting('server_version') as server, postgis_lib_version() as postgis, postgis_geos_version() as geos`.execute(
    db,
  );
  const { server, postgis, geos } = rows[0]!;
  return `PostgreSQL ${server.split(" ")[0]}, PostGIS ${postgis}, GEOS ${geos.split("-")[0]}`;
}
