/** What stands between a site and the layers: one statement per layer, all in one repeatable-read snapshot, so that one
 *  broken layer is `failed` alone. Everything is overlaid in the check's Gauss-Krueger frame; areas and lengths are taken
 *  on the ellipsoid. Stored shapes only: what tiles show never enters here. */
import { type RawBuilder, sql } from "kysely";
import type { Basis, CoverageState } from "../api/checks.ts";
import type { Geometry } from "../api/common.ts";
import { jsonb } from "../db/json.ts";
import type { Db } from "../db/open.ts";
import { isBroken } from "../db/errors.ts";
import type { FeatureEvidence, LayerEvidence, ThemeCoverage, Tolerances } from "../domain/evidence.ts";
import type { ThemeSpec } from "../domain/rule.ts";
import type { Layer } from "../layers/layer.ts";
import { propertiesOf } from "./collections.ts";
import { framed, type FramedSite } from "./site.ts";

/** A feature exactly as measured, for the stored check: `shape` is EWKB hex in EPSG:4490. */
export type FrozenFeature = { code: string; properties: Record<string, unknown>; shape: string };

/** Where the features of a layer come from: the table as of a date, or a stored check. */
export type Origin = { asOf: string } | { frozen: FrozenFeature[]; counts: Record<string, number>; version: number };

export type MeasureInput = {
  layer: Layer;
  /** Only the features of these themes of the layer are measured and counted. */
  themes: ThemeSpec[];
  origin: Origin;
  site: FramedSite;
  /** Of the site in EPSG:4490, `[west, south, east, north]`. */
  bbox: [number, number, number, number];
  srid_gk: number;
  site_accuracy_m: number;
  /** Features farther than this are not returned. */
  radius_m: number;
  tolerances: Tolerances;
};

export type Measured = { evidence: Extract<LayerEvidence, { state: "measured" }>; frozen: FrozenFeature[] };

/** Runs `work` in one snapshot: every statement sees the same state of the database. */
export async function inSnapshot<T>(db: Db, work: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  const transaction = await db.startTransaction().setIsolationLevel("repeatable read").setAccessMode("read only").execute();
  try {
    const snapshot: Snapshot = {
      db: transaction,
      async guarded(run) {
        const point = await transaction.savepoint("layer").execute();
        try {
          const value = await run(transaction);
          await point.releaseSavepoint("layer").execute();
          return { value };
        } catch (error) {
          if (isBroken(error)) throw error;
          await point.rollbackToSavepoint("layer").execute();
          return { failed: error instanceof Error ? error.message : String(error) };
        }
      },
    };
    const result = await work(snapshot);
    await transaction.commit().execute();
    return result;
  } catch (error) {
    await transaction
      .rollback()
      .execute()
      .catch(() => undefined);
    throw error;
  }
}

export type Snapshot = {
  db: Db;
  /** Runs one statement behind a savepoint: its failure is an answer, and the snapshot goes on. A lost connection is not. */
  guarded<T>(run: (db: Db) => Promise<T>): Promise<{ value: T } | { failed: string }>;
};

type Raw = Omit<
  FeatureEvidence,
  "layer" | "name" | "columns" | "basis" | "accuracy_m" | "piece" | "overlap" | "overlap_shrunk" | "overlap_grown"
> & {
  properties: Record<string, unknown>;
  shape: string;
  pieces: (Geometry | null)[];
} & Record<`${"d" | "s" | "g"}_${"area" | "width" | "length" | "points"}`, number | null> &
  Record<`${"d" | "s" | "g"}_counts`, boolean>;

/** Measures one layer. Throws what the database throws; the caller decides that this is `failed`. */
export async function measureLayer(db: Db, input: MeasureInput): Promise<Measured> {
  const { layer, site, srid_gk, tolerances, origin } = input;
  const given = (hex: string | null) => (hex === null ? sql`null::geometry` : sql`(${hex}::text)::geometry`);
  const poly = given(site.poly);
  const line = given(site.line);
  const dots = given(site.dots);
  const has = { poly: site.poly !== null, line: site.line !== null, dots: site.dots !== null };
  const pieces = (prefix: string, shape: RawBuilder<unknown>) =>
    layer.geometry === "polygon" ? cut(prefix, shape, has, tolerances) : meet(prefix, shape, has, layer.geometry);
  const result = await sql<{ features: Raw[] | null; counts: Record<string, number> }>`
    with site as materialized (select ${poly} as poly, ${line} as line, ${dots} as dots),
    source as materialized (${sourceOf(input)}),
    near as materialized (
      select source.*, ${framed(sql`source.geom`, srid_gk)} as g,
        case when source.properties ->> 'basis' = 'schematic' then 0
          else coalesce((source.properties ->> 'accuracy_m')::float8, 0) + ${input.site_accuracy_m}::float8 end as a
      from source
    ),
    met as materialized (
      select near.*, site.poly, site.line, site.dots,
        least(st_distance(near.g, site.poly), st_distance(near.g, site.line), st_distance(near.g, site.dots)) as distance
      from near, site
    ),
    shaped as materialized (
      select met.*, case when a > 0 then st_buffer(g, -a) else g end as shrunk, case when a > 0 then st_buffer(g, a) else g end as swollen
      from met
      where distance <= ${input.radius_m}::float8
    ),
    cut as materialized (
      select shaped.*, ${pieces("d", sql`g`)}, ${pieces("s", sql`shrunk`)}, ${pieces("g", sql`swollen`)}
      from shaped
    ),
    answer as (
      select code, properties, encode(st_asewkb(geom), 'hex') as shape, distance as distance_m, ${bearing()} as bearing_deg,
        ${measured("d")}, ${measured("s")}, ${measured("g")},
        ${counts("d", has, tolerances)}, ${counts("s", has, tolerances)}, ${counts("g", has, tolerances)},
        ${inside("d", "inside", has, tolerances)}, ${inside("s", "inside_shrunk", has, tolerances)}, ${inside("g", "inside_grown", has, tolerances)},
        case when a > 0 then (
          select max(st_distance(p.geom, st_boundary(g))) from st_dumppoints(st_collect(array[d_poly, d_line, d_dots])) as p
        ) end as depth_m,
        jsonb_build_array(${piece("d_poly")}, ${piece("d_line")}, ${piece("d_dots")}) as pieces
      from cut
    )
    select (select jsonb_agg(to_jsonb(answer) order by distance_m, code) from answer) as features,
      (${"frozen" in origin ? sql`select '{}'::jsonb` : countsOf(input, origin.asOf)}) as counts`.execute(db);
  const row = result.rows[0]!;
  const raw = row.features ?? [];
  return {
    evidence: {
      state: "measured",
      features: raw.map((each) => shape(layer, each)),
      counts: "frozen" in origin ? origin.counts : row.counts,
      version: "frozen" in origin ? origin.version : (row.counts["version"] ?? 0),
    },
    frozen: raw.map(({ code, properties, shape: hex }) => ({ code, properties, shape: hex })),
  };
}

/** Rows of (code, properties, geom) in force on the date round the site, or those of a stored check. */
function sourceOf({ layer, origin, themes, bbox, radius_m }: MeasureInput): RawBuilder<unknown> {
  if ("frozen" in origin)
    return sql`select f ->> 'code' as code, f -> 'properties' as properties, (f ->> 'shape')::geometry as geom
      from jsonb_array_elements(${jsonb(origin.frozen)}) as f`;
  return sql`select code, ${propertiesOf(layer)} as properties, geom
    from ${sql.table(layer.id)}
    where ${inForceOn(origin.asOf)} and (${sql.join(themes.map(matching), sql` or `)})
      and geom && st_makeenvelope(${sql.join(grown(bbox, radius_m + 5000).map((n) => sql`${n}::float8`))}, 4490)`;
}

function matching({ match }: ThemeSpec): RawBuilder<unknown> {
  const tests = Object.entries(match).map(([name, value]) => sql`${sql.ref(name)} = ${value}`);
  return tests.length > 0 ? sql`(${sql.join(tests, sql` and `)})` : sql`true`;
}

function inForceOn(asOf: string): RawBuilder<unknown> {
  return sql`valid_from <= ${asOf}::date and (valid_to is null or ${asOf}::date < valid_to)`;
}

/** The layer's version, and how many features in force each theme has in the files that claim to cover the site: 0 when
 *  any of those files has none, for an emptied file proves nothing, whatever other districts have. A theme that no file
 *  covers here is counted over the whole layer. */
function countsOf({ layer, themes, bbox }: MeasureInput, asOf: string): RawBuilder<unknown> {
  const here = sql`st_makeenvelope(${sql.join(bbox.map((n) => sql`${n}::float8`))}, 4490)`;
  const entries = themes.flatMap((spec) => {
    const { theme } = spec;
    const features = sql`select count(*)::int as n from ${sql.table(layer.id)} where ${inForceOn(asOf)} and ${matching(spec)}`;
    const files = sql`select distinct c.file from coverage as c where c.theme = ${theme} and c.state = 'loaded'
      and c.valid_from <= ${asOf}::date and (c.valid_to is null or ${asOf}::date < c.valid_to) and st_intersects(c.geom, ${here})`;
    return [
      sql.lit(theme),
      sql`(select coalesce(case when min(per.n) = 0 then 0 else sum(per.n)::int end, (${features}))
        from (${files}) as loaded, lateral (${features} and file = loaded.file) as per)`,
    ];
  });
  return sql`select jsonb_build_object('version', (select version from layer_version where layer = ${layer.id}), ${sql.join(entries)})`;
}

type Has = { poly: boolean; line: boolean; dots: boolean };

/** The pieces of each dimension of the site inside a shape. A line or point on the very edge is contact, not inside. */
function cut(prefix: string, shape: RawBuilder<unknown>, has: Has, { contact_m }: Tolerances): RawBuilder<unknown> {
  const none = sql`null::geometry`;
  const column = (name: string) => sql.ref(`${prefix}_${name}`);
  return sql`
    ${has.poly ? sql`st_collectionextract(st_intersection(poly, ${shape}), 3)` : none} as ${column("poly")},
    ${has.line ? sql`st_collectionextract(st_intersection(line, ${shape}), 2)` : none} as ${column("line")},
    ${has.line ? sql`st_collectionextract(st_intersection(line, st_buffer(${shape}, ${sql.lit(-contact_m)})), 2)` : none} as ${column("core")},
    ${has.dots ? sql`st_collectionextract(st_intersection(dots, st_buffer(${shape}, ${sql.lit(-contact_m)})), 1)` : none} as ${column("dots")}`;
}

/** A line or point of the layer against the site: the length of the line inside the site's polygon or along its line,
 *  and, as dots, where lines cross and points lie. A point of the site meets these by distance alone. */
function meet(prefix: string, shape: RawBuilder<unknown>, has: Has, geometry: "line" | "point"): RawBuilder<unknown> {
  const none = sql`null::geometry`;
  const column = (name: string) => sql.ref(`${prefix}_${name}`);
  const met = has.poly ? sql`st_intersection(poly, ${shape})` : has.line ? sql`st_intersection(line, ${shape})` : none;
  const length = sql`st_collectionextract(${met}, 2)`;
  const crossings = has.line ? sql`st_collectionextract(st_intersection(line, ${shape}), 1)` : none;
  return sql`
    ${none} as ${column("poly")}, ${length} as ${column("line")}, ${length} as ${column("core")},
    ${geometry === "point" ? sql`st_collectionextract(${met}, 1)` : crossings} as ${column("dots")}`;
}

function measured(prefix: string): RawBuilder<unknown> {
  const of = (name: string) => sql.ref(`${prefix}_${name}`);
  return sql`
    st_area(st_transform(${of("poly")}, 4490)::geography)::float8 as ${of("area")},
    (select max(2 * st_area(p.geom) / nullif(st_perimeter(p.geom), 0)) from st_dump(${of("poly")}) as p)::float8 as ${of("width")},
    st_length(st_transform(${of("line")}, 4490)::geography)::float8 as ${of("length")},
    st_npoints(${of("dots")})::int as ${of("points")}`;
}

/** Above the tolerance: by area and, after erosion by half the width, by something left; by length; by a point. */
function counts(prefix: string, has: Has, t: Tolerances): RawBuilder<unknown> {
  const of = (name: string) => sql.ref(`${prefix}_${name}`);
  const ways = [
    has.poly
      ? sql`(st_area(${of("poly")}) >= ${sql.lit(t.sliver_area_m2)} and not st_isempty(st_buffer(${of("poly")}, ${sql.lit(-t.sliver_width_m / 2)})))`
      : null,
    sql`coalesce(st_length(${of("core")}) >= ${sql.lit(t.line_length_m)}, false)`,
    sql`coalesce(st_npoints(${of("dots")}) > 0, false)`,
  ].filter((way) => way !== null);
  return sql`(${sql.join(ways, sql` or `)}) as ${of("counts")}`;
}

/** Nothing of the site above the tolerance lies outside. */
function inside(prefix: string, name: string, has: Has, t: Tolerances): RawBuilder<unknown> {
  const of = (column: string) => sql.ref(`${prefix}_${column}`);
  const ways = [
    has.poly ? sql`st_area(poly) - st_area(${of("poly")}) < ${sql.lit(t.sliver_area_m2)}` : null,
    has.line ? sql`st_length(line) - st_length(${of("line")}) < ${sql.lit(t.line_length_m)}` : null,
    has.dots ? sql`st_npoints(dots) = st_npoints(${of("dots")})` : null,
  ].filter((way) => way !== null);
  return sql`(${sql.join(ways, sql` and `)}) as ${sql.ref(name)}`;
}

/** From the site's point nearest to the shape, clockwise from grid north; null where they meet. */
function bearing(): RawBuilder<unknown> {
  const nearest = sql`st_shortestline(st_collect(array_remove(array[poly, line, dots], null)), g)`;
  return sql`case when distance > 0 then (
    select degrees(st_azimuth(st_startpoint(way), st_endpoint(way))) from (select ${nearest} as way) as shortest) end`;
}

function piece(name: string): RawBuilder<unknown> {
  const of = sql.ref(name);
  return sql`case when not st_isempty(${of}) then st_asgeojson(st_transform(${of}, 4490), 9, 0)::jsonb end`;
}

/** A box grown by metres on every side, generously, in degrees. */
function grown([west, south, east, north]: [number, number, number, number], metres: number): [number, number, number, number] {
  const lat = metres / 110_000;
  const lon = metres / (110_000 * Math.cos((Math.min(85, Math.max(Math.abs(south), Math.abs(north)) + lat) * Math.PI) / 180));
  return [west - lon, south - lat, east + lon, north + lat];
}

function shape(layer: Layer, raw: Raw): FeatureEvidence {
  const some = (value: number | null) => (value === null || value === 0 ? null : value);
  const overlap = (prefix: "d" | "s" | "g") => ({
    counts: raw[`${prefix}_counts`] === true,
    area_m2: some(raw[`${prefix}_area`]),
    width_m: some(raw[`${prefix}_width`]),
    length_m: some(raw[`${prefix}_length`]),
    points: some(raw[`${prefix}_points`]),
  });
  const pieces = raw.pieces.filter((each) => each !== null);
  return {
    layer: layer.id,
    code: raw.code,
    name: { zh: String(raw.properties["name_zh"]), en: String(raw.properties["name_en"]) },
    columns: raw.properties,
    basis: raw.properties["basis"] as Basis,
    accuracy_m: raw.properties["accuracy_m"] as number | null,
    overlap: overlap("d"),
    overlap_shrunk: overlap("s"),
    overlap_grown: overlap("g"),
    inside: raw.inside === true,
    inside_shrunk: raw.inside_shrunk === true,
    inside_grown: raw.inside_grown === true,
    distance_m: raw.distance_m,
    bearing_deg: raw.bearing_deg,
    depth_m: raw.depth_m,
    piece: pieces.length === 0 ? null : pieces.length === 1 ? pieces[0]! : { type: "GeometryCollection", geometries: pieces },
  };
}

/** Coverage of each theme as seen from the site, for each distance asked: does the covered area of the themes' districts
 *  hold the site grown by it? */
export async function measureCoverage(
  db: Db,
  {
    themes,
    asOf,
    site,
    bbox,
    srid_gk,
    distances_m,
    tolerances,
  }: {
    themes: string[];
    asOf: string;
    site: FramedSite;
    bbox: [number, number, number, number];
    srid_gk: number;
    distances_m: number[];
    tolerances: Tolerances;
  },
): Promise<Record<string, ThemeCoverage>> {
  const given = (hex: string | null) => (hex === null ? sql`null::geometry` : sql`(${hex}::text)::geometry`);
  const reach = Math.max(...distances_m) + 5000;
  const { rows } = await sql<{
    theme: string;
    states: CoverageState[];
    covers: Record<string, boolean>;
    data_date: string | null;
    source: string | null;
    bases: Basis[] | null;
  }>`
    with site as materialized (
      select d.within_m, case when d.within_m = 0 then s.g else st_buffer(s.g, d.within_m) end as g
      from (select st_collect(array_remove(array[${given(site.poly)}, ${given(site.line)}, ${given(site.dots)}], null)) as g) as s,
        unnest(array[${sql.join(distances_m.map((metres) => sql`${metres}::float8`))}]) as d (within_m)
    ),
    part as materialized (
      select d.within_m, st_collectionextract(g, 3) as poly, st_collectionextract(g, 2) as line, st_collectionextract(g, 1) as dots from site as d
    ),
    entry as materialized (
      select theme, state, data_date, source, basis, ${framed(sql`geom`, srid_gk)} as g
      from coverage
      where theme in (${sql.join(themes)}) and ${inForceOn(asOf)}
        and geom && st_makeenvelope(${sql.join(grown(bbox, reach).map((n) => sql`${n}::float8`))}, 4490)
    ),
    touching as (
      select entry.* from entry, part
      where part.within_m = 0 and (st_intersects(entry.g, poly) or st_intersects(entry.g, line) or st_intersects(entry.g, dots))
    ),
    area as (select theme, st_union(g) as g from entry where state in ('loaded', 'declared_none') group by theme),
    held as (
      select area.theme, jsonb_object_agg(part.within_m::text,
        coalesce(st_area(st_difference(part.poly, area.g)), 0) < ${sql.lit(tolerances.sliver_area_m2)}
        and coalesce(st_length(st_difference(part.line, area.g)), 0) < ${sql.lit(tolerances.line_length_m)}
        and coalesce(st_npoints(st_difference(part.dots, area.g)), 0) = 0) as covers
      from area, part
      group by area.theme
    )
    select touching.theme, jsonb_agg(distinct touching.state) as states, coalesce(max(held.covers::text), '{}')::jsonb as covers,
      min(touching.data_date)::text as data_date, string_agg(distinct touching.source, '; ') as source,
      jsonb_agg(distinct touching.basis) filter (where touching.basis is not null) as bases
    from touching left join held on held.theme = touching.theme
    group by touching.theme`.execute(db);
  const worstState = (states: CoverageState[]) =>
    (["not_loaded", "loaded", "declared_none"] as const).find((state) => states.includes(state))!;
  const worstBasis = (bases: Basis[] | null) =>
    (["schematic", "computed_default", "approved_polygon"] as const).find((basis) => bases?.includes(basis)) ?? null;
  return Object.fromEntries(
    rows.map(({ theme, states, covers, data_date, source, bases }) => [
      theme,
      { theme, state: worstState(states), covers, data_date, source, basis: worstBasis(bases) },
    ]),
  );
}
