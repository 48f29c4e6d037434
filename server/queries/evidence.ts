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

/** A site as it is measured. */
export type Target = {
  site: FramedSite;
  /** Of the site in EPSG:4490, `[west, south, east, north]`. */
  bbox: [number, number, number, number];
  accuracy_m: number;
  /** Features farther than this are not returned. */
  radius_m: number;
};

export type MeasureInput = {
  layer: Layer;
  /** Only the features of these themes of the layer are measured and counted. */
  themes: ThemeSpec[];
  origin: Origin;
  srid_gk: number;
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

/** Measures one layer against one site. Throws what the database throws; the caller decides that this is `failed`. */
export async function measureLayer(db: Db, input: MeasureInput, target: Target): Promise<Measured> {
  return (await measureSites(db, input, [target]))[0]!;
}

/** Measures one layer against many sites of one frame, in one statement for each kind of site (polygons, lines, points):
 *  to each site the same as if it were alone. `lean`: without pieces and frozen shapes, for answers that are not kept whole. */
export async function measureSites(db: Db, input: MeasureInput, targets: Target[], lean = false): Promise<Measured[]> {
  const measured = new Map<Target, Measured>();
  for (const alike of Map.groupBy(targets, kindOf).values())
    for (const [index, each] of (await measureAlike(db, input, alike, lean)).entries()) measured.set(alike[index]!, each);
  return targets.map((target) => measured.get(target)!);
}

function hasOf({ site }: Target): Has {
  return { poly: site.poly !== null, line: site.line !== null, dots: site.dots !== null };
}

function kindOf(target: Target): string {
  return JSON.stringify(hasOf(target));
}

async function measureAlike(db: Db, input: MeasureInput, targets: Target[], lean: boolean): Promise<Measured[]> {
  const { layer, srid_gk, tolerances, origin } = input;
  const has = hasOf(targets[0]!);
  const pieces = (prefix: string, shape: RawBuilder<unknown>) =>
    layer.geometry === "polygon" ? cut(prefix, shape, has, tolerances) : meet(prefix, shape, has, layer.geometry);
  const result = await sql<{ features: (Raw[] | null)[]; counts: Record<string, number>[] | null; version: number | null }>`
    with site as materialized (${sitesOf(targets)}),
    source as materialized (${sourceOf(input)}),
    near as materialized (
      select n, code, properties, shapes.geom, shapes.g,
        case when properties ->> 'basis' = 'schematic' then 0
          else coalesce((properties ->> 'accuracy_m')::float8, 0) + accuracy_m end as a
      from source join (
        select code, geom, ${framed(sql`geom`, srid_gk)} as g
        from (select distinct on (code) code, geom from source order by code) as one offset 0
      ) as shapes using (code)
    ),
    met as materialized (
      select near.*, site.poly, site.line, site.dots, site.radius_m,
        least(st_distance(near.g, site.poly), st_distance(near.g, site.line), st_distance(near.g, site.dots)) as distance
      from near join site using (n)
    ),
    shaped as materialized (
      select met.*, case when a > 0 then st_buffer(g, -a) else g end as shrunk, case when a > 0 then st_buffer(g, a) else g end as swollen
      from met
      where distance <= radius_m
    ),
    cut as materialized (
      select shaped.*, ${pieces("d", sql`g`)}, ${pieces("s", sql`shrunk`)}, ${pieces("g", sql`swollen`)}
      from shaped
    ),
    answer as (
      select n, code, properties, ${lean ? sql`''` : sql`encode(st_asewkb(geom), 'hex')`} as shape, distance as distance_m, ${bearing()} as bearing_deg,
        ${measured("d")}, ${measured("s")}, ${measured("g")},
        ${counts("d", has, tolerances)}, ${counts("s", has, tolerances)}, ${counts("g", has, tolerances)},
        ${inside("d", "inside", has, tolerances)}, ${inside("s", "inside_shrunk", has, tolerances)}, ${inside("g", "inside_grown", has, tolerances)},
        case when a > 0 then (
          select max(st_distance(p.geom, st_boundary(g))) from st_dumppoints(st_collect(array[d_poly, d_line, d_dots])) as p
        ) end as depth_m,
        ${lean ? sql`'[]'::jsonb` : sql`jsonb_build_array(${piece("d_poly")}, ${piece("d_line")}, ${piece("d_dots")})`} as pieces
      from cut
    ),
    per_site as (select n, jsonb_agg(to_jsonb(answer) - 'n' order by distance_m, code) as features from answer group by n)
    select (select jsonb_agg(per_site.features order by site.n) from site left join per_site using (n)) as features,
      (${"frozen" in origin ? sql`null::jsonb` : countsOf(input, origin.asOf)}) as counts,
      (select version from layer_version where layer = ${layer.id}) as version`.execute(db);
  const { features: found, counts: counted, version } = result.rows[0]!;
  return found.map((features, index) => {
    const raw = features ?? [];
    return {
      evidence: {
        state: "measured",
        features: raw.map((each) => shape(layer, each)),
        counts: "frozen" in origin ? origin.counts : (counted?.[index] ?? {}),
        version: "frozen" in origin ? origin.version : (version ?? 0),
      },
      frozen: raw.map(({ code, properties, shape: hex }) => ({ code, properties, shape: hex })),
    };
  });
}

/** The sites as rows: `n` from 0, the parts by dimension in the frame, accuracy, radius, and the box to look in. */
function sitesOf(targets: Target[]): RawBuilder<unknown> {
  const rows = targets.map(({ site, bbox, accuracy_m, radius_m }, n) => {
    const { poly, line, dots } = site;
    return { n, poly, line, dots, accuracy_m, radius_m, near: grown(bbox, radius_m + 5000), bbox };
  });
  const box = (name: string) =>
    sql`st_makeenvelope(${sql.join([0, 1, 2, 3].map((i) => sql`(${sql.ref(name)} -> ${sql.lit(i)})::float8`))}, 4490)`;
  return sql`select n, poly::geometry as poly, line::geometry as line, dots::geometry as dots, accuracy_m, radius_m,
      ${box("near")} as box, ${box("bbox")} as here
    from jsonb_to_recordset(${jsonb(rows)}) as s (n int, poly text, line text, dots text, accuracy_m float8, radius_m float8,
      near jsonb, bbox jsonb)`;
}

/** Rows of (n, accuracy_m, code, properties, geom) in force on the date round each site, or those of a stored check. */
function sourceOf({ layer, origin, themes }: MeasureInput): RawBuilder<unknown> {
  if ("frozen" in origin)
    return sql`select site.n, site.accuracy_m, f ->> 'code' as code, f -> 'properties' as properties, (f ->> 'shape')::geometry as geom
      from site, jsonb_array_elements(${jsonb(origin.frozen)}) as f`;
  return sql`select site.n, site.accuracy_m, found.*
    from site, lateral (
      select code, ${propertiesOf(layer)} as properties, geom
      from ${sql.table(layer.id)}
      where geom && site.box and ${inForceOn(origin.asOf)} and (${sql.join(themes.map(matching), sql` or `)})
    ) as found`;
}

function matching({ match }: ThemeSpec): RawBuilder<unknown> {
  const tests = Object.entries(match).map(([name, value]) => sql`${sql.ref(name)} = ${value}`);
  return tests.length > 0 ? sql`(${sql.join(tests, sql` and `)})` : sql`true`;
}

function inForceOn(asOf: string): RawBuilder<unknown> {
  return sql`valid_from <= ${asOf}::date and (valid_to is null or ${asOf}::date < valid_to)`;
}

/** No theme's features are counted beyond this: that there are any is the proof, and a country's are not counted for it. */
export const MOST_COUNTED = 1000;

/** For each site, how many features in force each theme has in the files that claim to cover it (none beyond MOST_COUNTED a
 *  file is counted): 0 when any of those files has none, for an emptied file proves nothing, whatever other districts have.
 *  A theme that no file covers here is counted over the whole layer. One array, in the order of the sites. */
function countsOf({ layer, themes }: MeasureInput, asOf: string): RawBuilder<unknown> {
  const counted = (spec: ThemeSpec, file: RawBuilder<unknown> = sql``) => sql`(
    select count(*)::int from (
      select from ${sql.table(layer.id)} where ${file} ${inForceOn(asOf)} and ${matching(spec)} limit ${sql.lit(MOST_COUNTED)}
    ) as few)`;
  const names = sql.join(themes.map(({ theme }) => sql`(${sql.lit(theme)})`));
  const each = (of: (spec: ThemeSpec) => RawBuilder<unknown>) =>
    sql.join(
      themes.map((spec) => sql`when ${sql.lit(spec.theme)} then ${of(spec)}`),
      sql` `,
    );
  return sql`
    with loaded as materialized (
      select distinct site.n, c.theme, c.file
      from site join coverage as c on c.geom && site.here and st_intersects(c.geom, site.here)
      where c.theme in (${sql.join(themes.map(({ theme }) => sql.lit(theme)))}) and c.state = 'loaded' and ${inForceOn(asOf)}
    ),
    per_file as materialized (
      select theme, asked.file, case theme ${each((spec) => counted(spec, sql`file = asked.file and`))} end as features
      from (select distinct theme, file from loaded) as asked
    ),
    held as (
      select loaded.n, theme, case when min(features) = 0 then 0 else sum(features)::int end as features
      from loaded join per_file using (theme, file)
      group by loaded.n, theme
    ),
    each_site as (
      select site.n, jsonb_object_agg(asked.theme, coalesce(held.features, case asked.theme ${each((spec) => counted(spec))} end)) as counts
      from site cross join (values ${names}) as asked (theme) left join held on held.n = site.n and held.theme = asked.theme
      group by site.n
    )
    select jsonb_agg(counts order by n) from each_site`;
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

/** Coverage of each theme as seen from each site, for each distance asked: does the covered area of the themes' districts
 *  hold the site grown by it? In the order of the sites. */
export async function measureCoverage(
  db: Db,
  {
    themes,
    asOf,
    srid_gk,
    distances_m,
    tolerances,
  }: { themes: string[]; asOf: string; srid_gk: number; distances_m: number[]; tolerances: Tolerances },
  targets: Target[],
): Promise<Record<string, ThemeCoverage>[]> {
  const { rows } = await sql<{
    n: number;
    theme: string;
    states: CoverageState[];
    covers: Record<string, boolean>;
    data_date: string | null;
    source: string | null;
    bases: Basis[] | null;
  }>`
    with site as materialized (${sitesOf(targets)}),
    grown as materialized (
      select s.n, s.box, d.within_m, case when d.within_m = 0 then s.g else st_buffer(s.g, d.within_m) end as g
      from (select n, box, st_collect(array_remove(array[poly, line, dots], null)) as g from site) as s,
        unnest(array[${sql.join(distances_m.map((metres) => sql`${metres}::float8`))}]) as d (within_m)
    ),
    part as materialized (
      select n, box, within_m, st_collectionextract(g, 3) as poly, st_collectionextract(g, 2) as line, st_collectionextract(g, 1) as dots
      from grown
    ),
    claim as materialized (
      select theme, state, data_date, source, basis, geom, md5(st_asbinary(geom)) as outline
      from coverage
      where theme in (${sql.join(themes)}) and ${inForceOn(asOf)} and exists (select from site where geom && site.box)
    ),
    -- Most themes cover the same districts: each outline is framed once, and each union of outlines is made once.
    outline as materialized (
      select outline, ${framed(sql`geom`, srid_gk)} as g
      from (select distinct on (outline) outline, geom from claim order by outline) as one offset 0
    ),
    met as materialized (
      select part.n, outline
      from outline, part
      where part.within_m = 0 and (st_intersects(outline.g, poly) or st_intersects(outline.g, line) or st_intersects(outline.g, dots))
    ),
    covered as materialized (
      select theme, array_agg(distinct outline order by outline) as outlines
      from claim where state in ('loaded', 'declared_none') group by theme
    ),
    area as materialized (
      select outlines, (select st_union(g) from outline where outline = any (outlines)) as g
      from (select distinct outlines from covered) as different
    ),
    held as materialized (
      select part.n, area.outlines, jsonb_object_agg(part.within_m::text,
        coalesce(st_area(st_difference(part.poly, area.g)), 0) < ${sql.lit(tolerances.sliver_area_m2)}
        and coalesce(st_length(st_difference(part.line, area.g)), 0) < ${sql.lit(tolerances.line_length_m)}
        and coalesce(st_npoints(st_difference(part.dots, area.g)), 0) = 0) as covers
      from area, part
      group by part.n, area.outlines
    ),
    touching as (
      select met.n, claim.theme, jsonb_agg(distinct claim.state) as states, min(claim.data_date)::text as data_date,
        string_agg(distinct claim.source, '; ') as source, jsonb_agg(distinct claim.basis) filter (where claim.basis is not null) as bases
      from met join claim using (outline)
      group by met.n, claim.theme
    )
    select touching.*, coalesce(held.covers, '{}') as covers
    from touching left join covered using (theme) left join held on held.n = touching.n and held.outlines = covered.outlines`.execute(
    db,
  );
  const worstState = (states: CoverageState[]) =>
    (["not_loaded", "loaded", "declared_none"] as const).find((state) => states.includes(state))!;
  const worstBasis = (bases: Basis[] | null) =>
    (["schematic", "computed_default", "approved_polygon"] as const).find((basis) => bases?.includes(basis)) ?? null;
  const answers: Record<string, ThemeCoverage>[] = targets.map(() => ({}));
  for (const { n, theme, states, covers, data_date, source, bases } of rows)
    answers[n]![theme] = { theme, state: worstState(states), covers, data_date, source, basis: worstBasis(bases) };
  return answers;
}
