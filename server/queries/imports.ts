/** Imports on their way: what was read, row by row, and the same in CGCS2000. Nothing here is part of any layer yet. */
import { type RawBuilder, sql } from "kysely";
import type { FeatureCollection, Geometry } from "../api/common.ts";
import { jsonb } from "../db/json.ts";
import type { Db } from "../db/open.ts";
import { deletePortions } from "../db/portions.ts";
import { moment } from "./checks.ts";
import { toCgcs } from "./site.ts";

export type StoredImport<Meta> = {
  id: string;
  created_at: string;
  kept_until: string;
  format: string;
  files: { name: string; bytes: number }[];
  layers: Meta[];
};

/** A row as it stands in the file. */
export type StagedRow = {
  layer: number;
  n: number;
  row: number;
  vertices: number;
  geometry: Geometry | null;
  properties: Record<string, unknown>;
};

/** `key` is a message; `x`, `y` in the file's own coordinates. */
export type StagedFault = {
  layer: number;
  row: number | null;
  key: string;
  params: Record<string, unknown>;
  x: number | null;
  y: number | null;
};

/** Writes an import without its rows. */
export async function storeImport(
  db: Db,
  { id, kept_hours, format, files, layers }: { id: string; kept_hours: number; format: string; files: unknown; layers: unknown },
): Promise<void> {
  await sql`insert into import (id, kept_until, format, files, layers)
    values (${id}::uuid, now() + ${kept_hours}::float8 * interval '1 hour', ${format}, ${jsonb(files)}, ${jsonb(layers)})`.execute(
    db,
  );
}

/** Says what the layers are: from now on the import is there. */
export async function finishImport(
  db: Db,
  { id, format, layers }: { id: string; format: string; layers: unknown },
): Promise<void> {
  await sql`update import set format = ${format}, layers = ${jsonb(layers)} where id = ${id}::uuid`.execute(db);
}

/** Replaces what an import was read as; its rows go, and come anew. */
export async function replaceImport(
  db: Db,
  { id, format, layers }: { id: string; format: string; layers: unknown },
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    for (const table of ["import_row", "import_placed", "import_placement", "import_fault", "import_feature"])
      await sql`delete from ${sql.table(table)} where import = ${id}::uuid`.execute(tx);
    await sql`update import set format = ${format}, layers = ${jsonb(layers)} where id = ${id}::uuid`.execute(tx);
  });
}

export async function stageRows(db: Db, id: string, rows: StagedRow[]): Promise<void> {
  if (rows.length === 0) return;
  await sql`insert into import_feature (import, layer, n, "row", vertices, geometry, properties)
    select ${id}::uuid, layer, n, "row", vertices, nullif(geometry, 'null'), properties
    from jsonb_to_recordset(${jsonb(rows)}) as r (layer int, n int, "row" int, vertices int, geometry jsonb, properties jsonb)`.execute(
    db,
  );
}

export async function stageFaults(db: Db, id: string, faults: StagedFault[]): Promise<void> {
  if (faults.length === 0) return;
  await sql`insert into import_fault (import, layer, "row", key, params, x, y)
    select ${id}::uuid, layer, "row", key, params, x, y
    from jsonb_to_recordset(${jsonb(faults)}) as r (layer int, "row" int, key text, params jsonb, x float8, y float8)`.execute(
    db,
  );
}

/** One import; undefined when there is none of that id, or it was never finished. */
export async function readImport<Meta>(db: Db, id: string): Promise<StoredImport<Meta> | undefined> {
  const { rows } = await sql<StoredImport<Meta>>`
    select id, ${moment(sql`created_at`)} as created_at, ${moment(sql`kept_until`)} as kept_until, format, files, layers
    from import where id = ${id}::uuid and jsonb_array_length(layers) > 0`.execute(db);
  return rows[0];
}

export type ListedImport = Omit<StoredImport<unknown>, "layers"> & { features: number };

/** Newest first. */
export async function listImports(db: Db, limit: number): Promise<{ items: ListedImport[]; matched: number }> {
  const { rows } = await sql<ListedImport>`
    select id, ${moment(sql`created_at`)} as created_at, ${moment(sql`kept_until`)} as kept_until, format, files,
      (select coalesce(sum((layer ->> 'features')::int), 0)::int from jsonb_array_elements(layers) as layer) as features
    from import where jsonb_array_length(layers) > 0
    order by import.created_at desc, id desc limit ${limit}::int`.execute(db);
  const counted = await sql<{ n: number }>`select count(*)::int as n from import where jsonb_array_length(layers) > 0`.execute(
    db,
  );
  return { items: rows, matched: counted.rows[0]!.n };
}

export async function dropImport(db: Db, id: string): Promise<void> {
  await dropRows(db, id);
  await sql`delete from import where id = ${id}::uuid`.execute(db);
}

/** All rows of an import but those that a change under way has ready: its undo may come long after. */
async function dropRows(db: Db, id: string): Promise<void> {
  for (const table of ["import_placed", "import_placement", "import_fault", "import_feature"])
    await deletePortions(db, table, sql`import = ${id}::uuid`);
  await deletePortions(
    db,
    "import_row",
    sql`import = ${id}::uuid and application not in (select change_draft.id from change_draft)`,
  );
}

/** Removes what was kept long enough; an import that changed a layer stays in the list, without its rows. Their ids. */
export async function dropOldImports(db: Db): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select id from import where kept_until < now()`.execute(db);
  for (const { id } of rows) {
    await dropRows(db, id);
    await sql`delete from import where id = ${id}::uuid and not exists (select from change_log where import = ${id}::uuid)`.execute(
      db,
    );
  }
  return rows.map(({ id }) => id);
}

/** The next rows after `after`, of at most `vertices` vertices together (one row at least). */
export async function stagedAfter(
  db: Db,
  id: string,
  layer: number,
  after: number,
  { vertices, rows: most }: { vertices: number; rows: number },
): Promise<StagedRow[]> {
  const { rows } = await sql<StagedRow>`
    select layer, n, "row", vertices, geometry, properties
    from (
      select *, sum(vertices) over (order by n) - vertices as before
      from (select * from import_feature where import = ${id}::uuid and layer = ${layer}::int and n > ${after}::int order by n limit ${most}::int) as next_rows
    ) as weighed
    where before < ${vertices}::int
    order by n`.execute(db);
  return rows;
}

/** A row to be placed: a sound shape in `srid`, or what is wrong with it. */
export type ToPlace = { n: number; row: number; shape: Geometry | null; faults: unknown[] | null };

/** Places rows in CGCS2000. A shape that is not valid gets `faults` made of GEOS' reason and place (in `srid` as given),
 *  and what it would be when mended, of the same dimension. Rows that are placed already are left alone. */
export async function placeRows(db: Db, id: string, layer: number, crs: string, srid: number, rows: ToPlace[]): Promise<void> {
  const given = rows.map(({ n, row, shape, faults }) => ({ n, row, shape: shape ? JSON.stringify(shape) : null, faults }));
  await sql`
    -- Materialized: an inlined step would be computed once for every column that reads it.
    with given as materialized (
      select n, "row", faults, st_geomfromgeojson(shape) as g
      from jsonb_to_recordset(${jsonb(given)}) as r (n int, "row" int, shape text, faults jsonb)
    ),
    tested as materialized (select *, case when g is null then null else st_isvaliddetail(g) end as d from given),
    placed as materialized (
      select n, "row", nullif(faults, 'null') as faults, (d).valid as valid, (d).reason as reason,
        st_x((d).location)::float8 as x, st_y((d).location)::float8 as y,
        case when g is null then null else ${toCgcs(sql`g`, srid)} end as p
      from tested
    ),
    mended as materialized (
      select *, case when valid or p is null then null
        else nullif(st_collectionextract(st_makevalid(p), st_dimension(p) + 1), st_geomfromtext('GEOMETRYCOLLECTION EMPTY', 4490)) end as m
      from placed
    )
    insert into import_placed (import, layer, crs, n, "row", geom, faults, mended, area_before_m2, area_after_m2)
    select ${id}::uuid, ${layer}::int, ${crs}, n, "row", case when valid then p end,
      case when p is null then faults when not valid then jsonb_build_array(jsonb_build_object('reason', reason, 'x', x, 'y', y)) end,
      case when not st_isempty(m) then m end,
      case when m is not null and st_dimension(p) = 2 then st_area(p::geography)::float8 end,
      case when m is not null and st_dimension(p) = 2 then st_area(m::geography)::float8 end
    from mended
    on conflict do nothing`.execute(db);
}

/** How far a placement came; `done` when every row is placed. */
export async function placementOf(db: Db, id: string, layer: number, crs: string): Promise<{ done: boolean; last: number }> {
  const { rows } = await sql<{ done: boolean; last: number }>`
    select exists (select from import_placement where import = ${id}::uuid and layer = ${layer}::int and crs = ${crs}) as done,
      coalesce((select max(n) from import_placed where import = ${id}::uuid and layer = ${layer}::int and crs = ${crs}), 0)::int as last`.execute(
    db,
  );
  return rows[0]!;
}

export async function finishPlacement(db: Db, id: string, layer: number, crs: string): Promise<void> {
  await sql`insert into import_placement (import, layer, crs) values (${id}::uuid, ${layer}::int, ${crs}) on conflict do nothing`.execute(
    db,
  );
}

export type PlacedFault = { row: number; faults: unknown[]; n: number };
export type PlacedRepair = {
  row: number;
  n: number;
  geometry: Geometry;
  area_before_m2: number | null;
  area_after_m2: number | null;
};

/** What a placement shows: bounds, how many rows have faults, and the first of them with their repairs. Rows without a
 *  shape are not among them: reading has named them. */
export async function placementSummary(
  db: Db,
  id: string,
  layer: number,
  crs: string,
  limit: number,
): Promise<{
  bounds: [number, number, number, number] | null;
  faulty: number;
  faults: PlacedFault[];
  repairs: PlacedRepair[];
}> {
  const of = sql`import = ${id}::uuid and layer = ${layer}::int and crs = ${crs}`;
  const whole = await sql<{ w: number | null; s: number; e: number; n: number; faulty: number }>`
    select st_xmin(b)::float8 as w, st_ymin(b)::float8 as s, st_xmax(b)::float8 as e, st_ymax(b)::float8 as n, faulty
    from (select st_extent(coalesce(geom, mended)) as b, count(*) filter (where faults <> '[]')::int as faulty from import_placed where ${of}) as all_rows`.execute(
    db,
  );
  const faults = await sql<PlacedFault>`
    select n, "row", faults from import_placed where ${of} and faults <> '[]' order by n limit ${limit}::int`.execute(db);
  const repairs = await sql<PlacedRepair>`
    select n, "row", st_asgeojson(mended, 9, 0)::jsonb as geometry, area_before_m2, area_after_m2
    from import_placed where ${of} and mended is not null and st_npoints(mended) <= 5000 order by n limit ${Math.min(limit, 50)}::int`.execute(
    db,
  );
  const { w, s, e, n, faulty } = whole.rows[0]!;
  return { bounds: w === null ? null : [w, s, e, n], faulty, faults: faults.rows, repairs: repairs.rows };
}

/** A page of rows for the map and the table, shapes thinned to what a screen shows. Without `crs`, without shapes. */
export async function pageOf(
  db: Db,
  id: string,
  layer: number,
  crs: string | null,
  { after, limit, tolerance_deg }: { after: number; limit: number; tolerance_deg: number },
): Promise<{ features: FeatureCollection["features"]; last: number; more: boolean }> {
  const shape =
    crs === null
      ? sql`null::jsonb`
      : sql`(select st_asgeojson(case when st_npoints(geom) > 200 then st_simplify(geom, ${tolerance_deg}::float8, true) else geom end, 7, 0)::jsonb
          from import_placed as p where p.import = f.import and p.layer = f.layer and p.crs = ${crs} and p.n = f.n)`;
  const { rows } = await sql<{ n: number; row: number; properties: Record<string, unknown>; geometry: Geometry | null }>`
    select n, "row", properties, ${shape} as geometry
    from import_feature as f
    where import = ${id}::uuid and layer = ${layer}::int and n > ${after}::int order by n limit ${limit + 1}::int`.execute(db);
  const shown = rows.slice(0, limit);
  return {
    features: shown.map(({ row, properties, geometry }) => ({ type: "Feature", id: row, geometry, properties })),
    last: shown.at(-1)?.n ?? after,
    more: rows.length > limit,
  };
}

/** Faults of reading, and how many there are. */
export async function faultsOf(
  db: Db,
  id: string,
  layer: number,
  limit: number,
): Promise<{ faults: Omit<StagedFault, "layer">[]; total: number }> {
  const of = sql`import = ${id}::uuid and layer = ${layer}::int`;
  const { rows } = await sql<Omit<StagedFault, "layer">>`
    select "row", key, params, x, y from import_fault where ${of} order by import_fault.id limit ${limit}::int`.execute(db);
  const counted = await sql<{ n: number }>`select count(*)::int as n from import_fault where ${of}`.execute(db);
  return { faults: rows, total: counted.rows[0]!.n };
}

/** Positions in `srid` as `[lon, lat]`, in their order. */
export async function positionsOf(
  db: Db,
  srid: number,
  places: ([number, number] | null)[],
): Promise<([number, number] | null)[]> {
  if (places.every((place) => place === null)) return places;
  const { rows } = await sql<{ n: number; lon: number; lat: number }>`
    select n, st_x(p)::float8 as lon, st_y(p)::float8 as lat
    from (
      select n, ${toCgcs(sql`st_makepoint(x, y)`, srid)} as p
      from jsonb_to_recordset(${jsonb(places.map((place, n) => ({ n, x: place?.[0] ?? null, y: place?.[1] ?? null })))}) as r (n int, x float8, y float8)
      where x is not null and y is not null
    ) as placed`.execute(db);
  const found = new Map(rows.map(({ n, lon, lat }) => [n, [lon, lat] as [number, number]]));
  return places.map((_, n) => found.get(n) ?? null);
}

/** A row ready to be taken: its shape, mended where that was chosen, or what is wrong with it. Shapes as GeoJSON. */
export type TakenRow = {
  n: number;
  row: number;
  vertices: number;
  properties: Record<string, unknown>;
  type: string | null;
  geometry: Geometry | null;
  faults: unknown[] | null;
};

/** Rows in the order of the file after `after`; `rows` picks by their number in the file. `shapes`: with coordinates. */
export async function takenAfter(
  db: Db,
  id: string,
  layer: number,
  crs: string,
  {
    repair,
    after,
    limit,
    vertices,
    rows: only,
    shapes,
  }: { repair: boolean; after: number; limit: number; vertices: number; rows?: number[] | undefined; shapes: boolean },
): Promise<TakenRow[]> {
  const shape: RawBuilder<unknown> = repair ? sql`coalesce(p.geom, p.mended)` : sql`p.geom`;
  const { rows } = await sql<TakenRow>`
    select n, "row", vertices, properties, type, geometry, faults
    from (
      select f.n, f."row", f.vertices, f.properties, replace(st_geometrytype(${shape}), 'ST_', '') as type,
        ${shapes ? sql`st_asgeojson(${shape}, 12, 0)::jsonb` : sql`null::jsonb`} as geometry,
        case when ${shape} is null then p.faults end as faults, sum(f.vertices) over (order by f.n) - f.vertices as before
      from (
        select * from import_feature where import = ${id}::uuid and layer = ${layer}::int and n > ${after}::int
          ${only ? sql`and "row" in (select jsonb_array_elements_text(${jsonb(only)})::int)` : sql``}
        order by n limit ${limit}::int
      ) as f
      join import_placed as p on p.import = f.import and p.layer = f.layer and p.crs = ${crs} and p.n = f.n
    ) as taken
    where before < ${vertices}::int
    order by n`.execute(db);
  return rows;
}
