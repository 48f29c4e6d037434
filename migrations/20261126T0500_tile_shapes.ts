/** What tiles and proofs of coverage read often, kept ready: polygons thinned to half a unit of the tiles of zoom 10, 8 and 6,
 *  brought to their grid and valid there, and the point that bears a feature's label (display only; none of these shapes enters
 *  a check); an index by which a file's features of a theme are counted; a name for the outline of a claim, by which claims
 *  over the same ground are known. Frozen once merged. */
import { type Kysely, sql } from "kysely";

const POLYGONS = ["jurisdiction", "control_area", "no_farming_area", "industrial_park", "protection_zone"];
/** Columns that split a layer into themes. */
const THEMED: Record<string, string> = {
  control_area: "kind",
  no_farming_area: "kind, subject",
  protection_zone: "level",
  facility: "kind",
};

/** One unit of a tile of zoom `z`, metres of EPSG:3857. */
const unit = (z: number) => 40075016.68557849 / 2 ** z / 4096;

export async function up(db: Kysely<never>): Promise<void> {
  for (const layer of POLYGONS) {
    const low = (z: number) =>
      `add column geom_z${z} geometry(Geometry, 3857) generated always as
        (st_collectionextract(st_reduceprecision(st_makevalid(st_simplify(geom_3857, ${unit(z) / 2}, true)), ${unit(z)}), 3)) stored`;
    await sql
      .raw(
        `alter table ${layer} ${low(10)}, ${low(8)}, ${low(6)},
          add column spot_3857 geometry(Point, 3857) generated always as (st_pointonsurface(geom_3857)) stored`,
      )
      .execute(db);
  }
  for (const [layer, columns] of Object.entries(THEMED))
    await sql.raw(`create index ${layer}_file_theme on ${layer} (file, ${columns}) include (valid_from, valid_to)`).execute(db);
  await sql.raw("alter table coverage add column outline text generated always as (md5(st_asbinary(geom))) stored").execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  await sql.raw("alter table coverage drop column outline").execute(db);
  for (const layer of Object.keys(THEMED)) await sql.raw(`drop index ${layer}_file_theme`).execute(db);
  for (const layer of POLYGONS)
    await sql
      .raw(`alter table ${layer} drop column geom_z10, drop column geom_z8, drop column geom_z6, drop column spot_3857`)
      .execute(db);
}
