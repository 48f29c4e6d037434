/** Outlines that may lie more than 100 m from where they are drawn, found by themselves: for the others a check need not look
 *  as far as the worst of them may be wrong. Frozen once merged. */
import { type Kysely, sql } from "kysely";

const LAYERS = [
  "jurisdiction",
  "control_area",
  "no_farming_area",
  "industrial_park",
  "protection_zone",
  "river",
  "reach",
  "black_odor_water",
  "water_source",
  "monitoring_section",
  "facility",
];

export async function up(db: Kysely<never>): Promise<void> {
  for (const layer of LAYERS)
    await sql.raw(`create index ${layer}_geom_far on ${layer} using gist (geom) where accuracy_m > 100`).execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  for (const layer of LAYERS) await sql.raw(`drop index ${layer}_geom_far`).execute(db);
}
