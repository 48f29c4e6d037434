/** What stands between a site and the layers: one statement per layer, all in one repeatable-read snapshot, so that one
 *  broken layer is `failed` alone. Everything is overlaid in the check's Gauss-Krueger frame; areas and lengths are taken
 *  on the ellipsoid. Stored shapes only: what tiles show never enters here. */
import { type RawBuilder, sql } from "kysely";
import type { Basis, CoverageState } from "../api/checks.ts";
import type { Geometry } from "../api/common.ts";
import { jsonb } from "../db/json.ts";
import type { Db } from "../db/open.ts";
import { DatabaseError, isBroken } from "../db/errors.ts";
import {
  type FeatureEvidence,
  type LayerEvidence,
  MOST_COUNTED,
  type ThemeCoverage,
  type Tolerances,
} from "../domain/evidence.ts";
import type { ThemeSpec } from "../domain/rule.ts";
import type { Layer } from "../layers/layer.ts";
import { WORST_ACCURACY_M } from "../layers/validate.ts";
import { propertiesOf } from "./collections.ts";
import { during } from "./during.ts";
import { DENSIFY_DEG, framed, type FramedSite } from "./site.ts";

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
  /** How far beyond the site the features of a theme matter, in metres; 0 where it is not named. */
  reaches_m: Record<string, number>;
  origin: Origin;
  srid_gk: number;
  tolerances: Tolerances;
};

export type Measured = { evidence: Extract<LayerEvidence, { state: "measured" }>; frozen: FrozenFeature[] };

/** A guarded statement failed where nothing guards it yet. */
class NeedsGuards extends Error {}

/** Runs `work` in one snapshot: every statement sees the same state of the database. It only reads: when a guarded statement
 *  fails, all is read again in another snapshot, with a savepoint before each. Savepoints cost more than what they
 *  guard, and are hardly ever needed. */
export async function inSnapshot<T>(db: Db, work: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  try {
    return await inOneSnapshot(db, work, false);
  } catch (error) {
    if (!(error instanceof NeedsGuards)) throw error;
    return inOneSnapshot(db, work, true);
  }
}

async function inOneSnapshot<T>(db: Db, work: (snapshot: Snapshot) => Promise<T>, guards: boolean): Promise<T> {
  const transaction = await db.startTransaction().setIsolationLevel("repeatable read").setAccessMode("read only").execute();
  try {
    const snapshot: Snapshot = {
      db: transaction,
      async all(works) {
        // Savepoints stand one in another: then one after the other.
        if (guards) for (const each of works) await each();
        else await allOf(works.map((each) => each()));
      },
      async guarded(run) {
        if (!guards)
          return run(transaction).then(
            (value) => ({ value }),
            (error: unknown) => {
              throw isBroken(error) ? error : new NeedsGuards("A statement failed.", { cause: error });
            },
          );
        const point = await transaction.savepoint("layer").execute();
        try {
          const value = await run(transaction);
          await point.releaseSavepoint("layer").execute();
          return { value };
        } catch (error) {
          if (isBroken(error)) throw error;
          // A savepoint rolled back to still stands; the next would stand in it, and so on until the stack is full.
          await point.rollbackToSavepoint("layer").execute();
          await point.releaseSavepoint("layer").execute();
          return {
            failed: error instanceof Error ? error.message : String(error),
            everywhere: error instanceof DatabaseError && error.code.startsWith("42"),
          };
        }
      },
    };
    const result = await work(snapshot);
    // A transaction that failed unnoticed says so only here: nothing it read may be believed.
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

/** Waits for every one, and throws what the first threw. */
async function allOf(works: Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(works)).find((each) => each.status === "rejected");
  if (failed) throw failed.reason;
}

/** `everywhere`: not one shape is broken but the table or the statement (SQLSTATE class 42), so it fails for every site alike. */
export type Failed = { failed: string; everywhere: boolean };

export type Snapshot = {
  db: Db;
  /** Statements that do not wait for each other: the database goes from one to the next without waiting for us. */
  all(works: (() => Promise<void>)[]): Promise<void>;
  /** Runs one statement whose failure is an answer, and the snapshot goes on. A lost connection is none. */
  guarded<T>(run: (db: Db) => Promise<T>): Promise<{ value: T } | Failed>;
};

/** What a drawn shape, or one drawn in or out by its doubt, cuts from the site. Null where it lies away. */
type Cut = {
  area: number | null;
  width: number | null;
  length: number | null;
  points: number | null;
  counts: boolean | null;
  inside: boolean | null;
} | null;

type Raw = {
  code: string;
  properties: Record<string, unknown>;
  shape: string;
  distance_m: number;
  bearing_deg: number | null;
  depth_m: number | null;
  drawn: Cut;
  /** With the band of doubt taken off and put on; null also where the shape has none. */
  shrunk: Cut;
  grown: Cut;
  banded: boolean;
  pieces: (Geometry | null)[] | null;
};

/** What is told of a feature beyond its measures: the piece of the site that it cuts off, and the shape as it was measured. */
export type Extent = { pieces: boolean; shapes: boolean };

/** Measures one layer against one site. Throws what the database throws; the caller decides that this is `failed`. */
export async function measureLayer(db: Db, input: MeasureInput, target: Target): Promise<Measured> {
  return (await measureSites(db, input, [target], { pieces: true, shapes: true }))[0]!;
}

/** Measures one layer against many sites of one frame, in one statement for each kind of site (polygons, lines, points):
 *  to each site the same as if it were alone. */
export async function measureSites(db: Db, input: MeasureInput, targets: Target[], extent: Extent): Promise<Measured[]> {
  const measured = new Map<Target, Measured>();
  for (const alike of Map.groupBy(targets, kindOf).values())
    for (const [index, each] of (await measureAlike(db, input, alike, extent)).entries()) measured.set(alike[index]!, each);
  return targets.map((target) => measured.get(target)!);
}

function hasOf({ site }: Target): Has {
  return { poly: site.poly !== null, line: site.line !== null, dots: site.dots !== null };
}

function kindOf(target: Target): string {
  return JSON.stringify(hasOf(target));
}

/** What frames may differ by over the radius, and more. */
const SPARE_M = 100;
/** Beyond a shape and the band of its doubt by this much, nothing is cut: no intersection is asked for. */
const REACH_M = 0.01;
/** Vertices, with those that framing adds to long edges, from which a shape that leaves the surroundings of a site is cut to them
 *  first: a district's outline is a thousand times longer than what a site sees of it. */
const GIANT = 1000;
/** Outlines that are less certain than this have an index of their own (`<layer>_geom_far`), and are looked for as far off as
 *  any may be wrong. */
const CLOSE_M = 100;

async function measureAlike(db: Db, input: MeasureInput, targets: Target[], extent: Extent): Promise<Measured[]> {
  const { layer, srid_gk, tolerances, origin } = input;
  const has = hasOf(targets[0]!);
  const overlap = (shape: RawBuilder<unknown>, where: RawBuilder<unknown>) => overlapOf(layer, { shape, where }, has, tolerances);
  const meets = (part: keyof Has) => (has[part] ? sql`st_intersects(near.g, ${sql.ref(`site.${part}`)})` : sql`false`);
  const result = await sql<{ features: (Raw[] | null)[]; counts: Record<string, number>[] | null; version: number | null }>`
    with site as materialized (${sitesOf(targets)}),
    source as materialized (${sourceOf(input)}),
    -- A shape that many sites see whole is framed once; a giant is cut to the surroundings of each.
    whole as materialized (
      select code, ${framed(sql`geom`, srid_gk)} as g
      from (select distinct on (code) code, geom from source where not giant order by code) as one offset 0
    ),
    near as materialized (
      select n, code, properties, geom, g, a from source join whole using (code) where not giant
      union all
      select n, code, properties, geom, ${framed(sql`part`, srid_gk)} as g, a
      from (
        select source.*, ${around(layer, sql`geom`, sql`st_expand(box, a / 50000)`)} as part
        from source join site using (n) where giant offset 0
      ) as cut
    ),
    met as materialized (
      -- The way from the site's nearest point to the shape; where they meet there is none, and none is looked for.
      select *, coalesce(st_length(way), 0) as distance
      from (
        select near.*, site.poly, site.line, site.dots, site.radius_m,
          case when not (${meets("poly")} or ${meets("line")} or ${meets("dots")})
            then st_shortestline(st_collect(array_remove(array[site.poly, site.line, site.dots], null)), near.g) end as way
        from near join site using (n)
        where not st_isempty(near.g) offset 0
      ) as measured
      where coalesce(st_length(way), 0) <= radius_m + a
    ),
    answer as (
      select n, code, properties, ${extent.shapes ? sql`encode(st_asewkb(geom), 'hex')` : sql`''`} as shape, distance as distance_m,
        ${bearing} as bearing_deg, drawn.answer as drawn, shrunk.answer as shrunk, swollen.answer as grown, a > 0 as banded,
        case when a > 0 then (
          select max(st_distance(p.geom, st_boundary(g))) from st_dumppoints(st_collect(array[drawn.poly, drawn.line, drawn.dots])) as p
        ) end as depth_m,
        ${extent.pieces ? sql`jsonb_build_array(${piece("poly")}, ${piece("line")}, ${piece("dots")})` : sql`'[]'::jsonb`} as pieces
      from met
        left join lateral ${overlap(sql`g`, sql`distance <= ${sql.lit(REACH_M)}`)} as drawn on true
        left join lateral ${overlap(sql`st_buffer(g, -a)`, sql`a > 0 and distance <= ${sql.lit(REACH_M)}`)} as shrunk on true
        left join lateral ${overlap(sql`st_buffer(g, a)`, sql`a > 0 and distance <= a + ${sql.lit(REACH_M)}`)} as swollen on true
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

/** What lies of a shape in a box, both in EPSG:4490; of the dimension of the layer. */
function around(
  { geometry }: Pick<Layer, "geometry">,
  shape: RawBuilder<unknown>,
  box: RawBuilder<unknown>,
): RawBuilder<unknown> {
  return sql`st_collectionextract(st_intersection(${shape}, ${box}), ${sql.lit({ point: 1, line: 2, polygon: 3 }[geometry])})`;
}

/** The sites as rows: `n` from 0, the parts by dimension in the frame, accuracy, radius, and boxes in EPSG:4490: the site's own
 *  (`here`), the one that holds all within the radius and what the site's own doubt adds (`box`), and the one that also
 *  holds outlines that may lie nearer than they are drawn (`farthest`). */
function sitesOf(targets: Target[]): RawBuilder<unknown> {
  const rows = targets.map(({ site, bbox, accuracy_m, radius_m }, n) => {
    const { poly, line, dots } = site;
    const reach = radius_m + accuracy_m + SPARE_M;
    const [near, far] = [grown(bbox, reach), grown(bbox, reach + WORST_ACCURACY_M)];
    return { n, poly, line, dots, accuracy_m, radius_m, near, far, bbox };
  });
  const box = (name: string) =>
    sql`st_makeenvelope(${sql.join([0, 1, 2, 3].map((i) => sql`(${sql.ref(name)} -> ${sql.lit(i)})::float8`))}, 4490)`;
  return sql`select n, poly::geometry as poly, line::geometry as line, dots::geometry as dots, accuracy_m, radius_m,
      ${box("near")} as box, ${box("far")} as farthest, ${box("bbox")} as here
    from jsonb_to_recordset(${jsonb(rows)}) as s (n int, poly text, line text, dots text, accuracy_m float8, radius_m float8,
      near jsonb, far jsonb, bbox jsonb)`;
}

/** Rows of (n, code, properties, geom, a, giant) in force on the date round each site, or those of a stored check. `a`: the
 *  metres by which the feature's outline and the site's may be wrong together; a schematic outline is taken as drawn, the site
 *  is not. */
function sourceOf({ layer, origin, themes }: MeasureInput): RawBuilder<unknown> {
  const doubt = (basis: RawBuilder<unknown>, accuracy: RawBuilder<unknown>) =>
    sql`site.accuracy_m + case when ${basis} = 'schematic' then 0 else coalesce(${accuracy}, 0) end as a`;
  const round = sql`2 * (st_xmax(geom) - st_xmin(geom) + st_ymax(geom) - st_ymin(geom))`;
  const giant = sql`not geom @ box and st_npoints(geom) + ${round} / ${sql.lit(DENSIFY_DEG)} > ${sql.lit(GIANT)} as giant`;
  if ("frozen" in origin)
    return sql`select n, code, properties, geom, a, ${giant}
      from (
        select site.n, site.box, f ->> 'code' as code, f -> 'properties' as properties, (f ->> 'shape')::geometry as geom,
          ${doubt(sql`(f -> 'properties' ->> 'basis')`, sql`(f -> 'properties' ->> 'accuracy_m')::float8`)}
        from site, jsonb_array_elements(${jsonb(origin.frozen)}) as f offset 0
      ) as found`;
  // Few outlines are very uncertain: only they are looked for farther off, by an index of their own.
  const far = sql`accuracy_m > ${sql.lit(CLOSE_M)}`;
  return sql`select n, code, properties, geom, a, ${giant}
    from site, lateral (
      select code, ${propertiesOf(layer)} as properties, geom, ${doubt(sql`basis`, sql`accuracy_m`)}
      from (
        select * from ${sql.table(layer.id)} where geom && st_expand(site.box, ${sql.lit(CLOSE_M)} / 50000.0) and (${far}) is not true
        union all
        select * from ${sql.table(layer.id)} where geom && site.farthest and ${far}
      ) as feature
      where ${during(origin.asOf)} and (${sql.join(themes.map(matching), sql` or `)})
        and geom && st_expand(site.box, case when basis = 'schematic' then 0 else coalesce(accuracy_m, 0) end / 50000)
      offset 0
    ) as found`;
}

/** Whether a row of a layer is of a theme. */
export function matching({ match }: ThemeSpec): RawBuilder<unknown> {
  const tests = Object.entries(match).map(([name, value]) => sql`${sql.ref(name)} = ${value}`);
  return tests.length > 0 ? sql`(${sql.join(tests, sql` and `)})` : sql`true`;
}

/** For each site, how many features in force each theme has in the files that claim to cover it and as far beyond it as the
 *  theme matters (none beyond MOST_COUNTED a file is counted): 0 when any of those files has none, for an emptied file proves
 *  nothing, whatever other districts have; a file that a claim goes on from must hold a row at least, of whatever day. A theme
 *  that no file covers here is counted over the whole layer. One array, in the order of the sites. */
function countsOf({ layer, themes, reaches_m }: MeasureInput, asOf: string): RawBuilder<unknown> {
  const counted = (spec: ThemeSpec, file: RawBuilder<unknown> = sql``) => sql`(
    select count(*)::int from (
      select from ${sql.table(layer.id)} where ${file} ${during(asOf)} and ${matching(spec)} limit ${sql.lit(MOST_COUNTED)}
    ) as few)`;
  const names = sql.join(themes.map(({ theme }) => sql`(${sql.lit(theme)}, ${sql.lit(reaches_m[theme] ?? 0)}::float8)`));
  // A box of degrees, generous: what lies at its corners is a little farther.
  const degrees = sql`(asked.reach_m + site.accuracy_m) / 110000`;
  const reached = sql`st_expand(site.here, ${degrees} / cos(radians(least(85, abs(st_ymax(site.here)) + 1))), ${degrees})`;
  const each = (of: (spec: ThemeSpec) => RawBuilder<unknown>) =>
    sql.join(
      themes.map((spec) => sql`when ${sql.lit(spec.theme)} then ${of(spec)}`),
      sql` `,
    );
  return sql`
    with loaded as materialized (
      select distinct reach.n, c.theme, behind.file, behind.own
      from (select site.n, asked.theme, ${reached} as box from site cross join (values ${names}) as asked (theme, reach_m) offset 0) as reach
        join coverage as c on c.theme = reach.theme and c.geom && reach.box and st_intersects(c.geom, reach.box),
        lateral (select c.file, true as own union all select unnest(c.rests_on), false) as behind
      where c.state = 'loaded' and ${during(asOf)}
    ),
    per_file as materialized (
      select theme, asked.file, own, case when own then case theme ${each((spec) => counted(spec, sql`file = asked.file and`))} end
        else case theme ${each((spec) => sql`exists (select from ${sql.table(layer.id)} where file = asked.file and ${matching(spec)})::int`)} end end as features
      from (select distinct theme, file, own from loaded) as asked
    ),
    held as (
      select loaded.n, theme, case when min(features) = 0 then 0 else sum(features) filter (where own)::int end as features
      from loaded join per_file using (theme, file, own)
      group by loaded.n, theme
    ),
    each_site as (
      select site.n, jsonb_object_agg(asked.theme, coalesce(held.features, case asked.theme ${each((spec) => counted(spec))} end)) as counts
      from site cross join (values ${names}) as asked (theme, reach_m) left join held on held.n = site.n and held.theme = asked.theme
      group by site.n
    )
    select jsonb_agg(counts order by n) from each_site`;
}

type Has = { poly: boolean; line: boolean; dots: boolean };

/** A lateral row, where there is one: the pieces of the site that a shape cuts off, by dimension, and their measures as
 *  `answer`. */
function overlapOf(
  layer: Layer,
  { shape, where }: { shape: RawBuilder<unknown>; where: RawBuilder<unknown> },
  has: Has,
  tolerances: Tolerances,
): RawBuilder<unknown> {
  const pieces = layer.geometry === "polygon" ? cut(has, tolerances) : meet(has, layer.geometry);
  return sql`(
    select poly, line, dots, jsonb_build_object(
      'area', st_area(st_transform(poly, 4490)::geography)::float8,
      'width', width,
      'length', st_length(st_transform(line, 4490)::geography)::float8,
      'points', st_npoints(dots)::int,
      'counts', ${counts(has, tolerances)},
      'inside', ${inside(has, tolerances)}) as answer
    from (
      select site_poly, site_line, site_dots, ${pieces}
      from (select met.poly as site_poly, met.line as site_line, met.dots as site_dots, ${shape} as shape where ${where} offset 0) as given offset 0
    ) as pieces, lateral (
      select max(2 * st_area(p.geom) / nullif(st_perimeter(p.geom), 0))::float8 as width, bool_or(${wide(sql`p.geom`, tolerances)}) as wide
      from st_dump(poly) as p
    ) as dumped
  )`;
}

/** Surely more than a sliver, without eroding it, which takes as long as all else. All of a polygon lies within its inradius r
 *  of its edges, and the lines parallel to them grow by 2 pi for each hole: area <= r perimeter + pi holes r^2 (Bonnesen;
 *  Sz.-Nagy). What has twice that for the radius of the erosion keeps a middle, however the corners are rounded. */
function wide(polygon: RawBuilder<unknown>, { sliver_width_m }: Tolerances): RawBuilder<unknown> {
  const r = sliver_width_m / 2;
  return sql`st_area(${polygon}) > 2 * (${sql.lit(r)} * st_perimeter(${polygon}) + ${sql.lit(Math.PI * r * r)} * st_numinteriorrings(${polygon}))`;
}

/** The pieces of each dimension of the site inside a shape. A line or point on the very edge is contact, not inside. */
function cut(has: Has, { contact_m }: Tolerances): RawBuilder<unknown> {
  const none = sql`null::geometry`;
  const core = sql`st_buffer(shape, ${sql.lit(-contact_m)})`;
  return sql`
    ${has.poly ? sql`st_collectionextract(st_intersection(site_poly, shape), 3)` : none} as poly,
    ${has.line ? sql`st_collectionextract(st_intersection(site_line, shape), 2)` : none} as line,
    ${has.line ? sql`st_collectionextract(st_intersection(site_line, ${core}), 2)` : none} as core,
    ${has.dots ? sql`st_collectionextract(st_intersection(site_dots, ${core}), 1)` : none} as dots`;
}

/** A line or point of the layer against the site: the length of the line inside the site's polygon or along its line,
 *  and, as dots, where lines cross and points lie. A point of the site meets these by distance alone. */
function meet(has: Has, geometry: "line" | "point"): RawBuilder<unknown> {
  const none = sql`null::geometry`;
  const met = has.poly ? sql`st_intersection(site_poly, shape)` : has.line ? sql`st_intersection(site_line, shape)` : none;
  const length = sql`st_collectionextract(${met}, 2)`;
  const crossings = has.line ? sql`st_collectionextract(st_intersection(site_line, shape), 1)` : none;
  return sql`
    ${none} as poly, ${length} as line, ${length} as core,
    ${geometry === "point" ? sql`st_collectionextract(${met}, 1)` : crossings} as dots`;
}

/** Above the tolerance: by area and, after erosion by half the width, by something left; by length; by a point. */
function counts(has: Has, t: Tolerances): RawBuilder<unknown> {
  const ways = [
    has.poly
      ? sql`(case when wide then true else not st_isempty(st_buffer(poly, ${sql.lit(-t.sliver_width_m / 2)})) end and st_area(poly) >= ${sql.lit(t.sliver_area_m2)})`
      : null,
    sql`coalesce(st_length(core) >= ${sql.lit(t.line_length_m)}, false)`,
    sql`coalesce(st_npoints(dots) > 0, false)`,
  ].filter((way) => way !== null);
  return sql`(${sql.join(ways, sql` or `)})`;
}

/** Nothing of the site above the tolerance lies outside; of a site below it, less than half. */
function inside(has: Has, t: Tolerances): RawBuilder<unknown> {
  const within = (whole: RawBuilder<unknown>, part: RawBuilder<unknown>, tolerance: number) =>
    sql`${whole} - ${part} < least(${sql.lit(tolerance)}, ${whole} / 2)`;
  const ways = [
    has.poly ? within(sql`st_area(site_poly)`, sql`st_area(poly)`, t.sliver_area_m2) : null,
    has.line ? within(sql`st_length(site_line)`, sql`st_length(line)`, t.line_length_m) : null,
    has.dots ? sql`st_npoints(site_dots) = st_npoints(dots)` : null,
  ].filter((way) => way !== null);
  return sql`(${sql.join(ways, sql` and `)})`;
}

/** From the site's point nearest to the shape, clockwise from grid north; null where they meet. */
const bearing = sql`case when distance > 0 then degrees(st_azimuth(st_startpoint(way), st_endpoint(way))) end`;

function piece(name: string): RawBuilder<unknown> {
  const of = sql.ref(`drawn.${name}`);
  return sql`case when not st_isempty(${of}) then st_asgeojson(st_transform(${of}, 4490), 9, 0)::jsonb end`;
}

/** A box grown by metres on every side, generously, in degrees. */
function grown([west, south, east, north]: [number, number, number, number], metres: number): [number, number, number, number] {
  const lat = metres / 110_000;
  const lon = metres / (110_000 * Math.cos((Math.min(85, Math.max(Math.abs(south), Math.abs(north)) + lat) * Math.PI) / 180));
  return [west - lon, south - lat, east + lon, north + lat];
}

function shape(layer: Layer, raw: Raw): FeatureEvidence {
  const some = (value: number | null | undefined) => value || null;
  const overlap = (part: Cut) => ({
    counts: part?.counts === true,
    area_m2: some(part?.area),
    width_m: some(part?.width),
    length_m: some(part?.length),
    points: some(part?.points),
  });
  const [drawn, shrunk, grown] = [raw.drawn, raw.banded ? raw.shrunk : raw.drawn, raw.banded ? raw.grown : raw.drawn];
  const pieces = (raw.pieces ?? []).filter((each) => each !== null);
  return {
    layer: layer.id,
    code: raw.code,
    name: { zh: String(raw.properties["name_zh"]), en: String(raw.properties["name_en"]) },
    columns: raw.properties,
    basis: raw.properties["basis"] as Basis,
    accuracy_m: raw.properties["accuracy_m"] as number | null,
    overlap: overlap(drawn),
    overlap_shrunk: overlap(shrunk),
    overlap_grown: overlap(grown),
    inside: drawn?.inside === true,
    inside_shrunk: shrunk?.inside === true,
    inside_grown: grown?.inside === true,
    distance_m: raw.distance_m,
    bearing_deg: raw.bearing_deg,
    depth_m: raw.depth_m,
    piece: pieces.length === 0 ? null : pieces.length === 1 ? pieces[0]! : { type: "GeometryCollection", geometries: pieces },
  };
}

/** A buffer is drawn by chords of its circle, eight to a quarter, which run inside it: made larger by this, none does. */
const AROUND = 1 / Math.cos(Math.PI / 32);

/** Coverage of each theme as seen from each site, for each distance asked: does the covered area of the themes' districts
 *  hold the site grown by it and by what the site may be wrong? In the order of the sites. */
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
      select s.n, s.box, d.within_m, case when d.within_m + s.accuracy_m = 0 then s.g
          else st_buffer(s.g, (d.within_m + s.accuracy_m) * ${sql.lit(AROUND)}) end as g
      from (select n, box, accuracy_m, st_collect(array_remove(array[poly, line, dots], null)) as g from site) as s,
        unnest(array[${sql.join(distances_m.map((metres) => sql`${metres}::float8`))}]) as d (within_m)
    ),
    part as materialized (
      select n, box, within_m, st_collectionextract(g, 3) as poly, st_collectionextract(g, 2) as line, st_collectionextract(g, 1) as dots
      from grown
    ),
    claim as materialized (
      select theme, state, data_date, source, basis, outline, geom
      from coverage
      where theme in (${sql.join(themes)}) and ${during(asOf)} and exists (select from site where geom && site.box)
    ),
    -- Most themes cover the same districts: round each site each outline is framed once, and each union of outlines made once.
    outline as materialized (
      select n, outline, ${framed(sql`part`, srid_gk)} as g
      from (
        select site.n, outline, case when geom @ box then geom else ${around({ geometry: "polygon" }, sql`geom`, sql`box`)} end as part
        from (select distinct on (outline) outline, geom from claim order by outline) as one join site on geom && box offset 0
      ) as cut
    ),
    met as materialized (
      select n, outline
      from outline join part using (n)
      where part.within_m = 0 and (st_intersects(outline.g, poly) or st_intersects(outline.g, line) or st_intersects(outline.g, dots))
    ),
    covered as materialized (
      select theme, array_agg(distinct outline order by outline) as outlines
      from claim where state in ('loaded', 'declared_none') group by theme
    ),
    area as materialized (
      select n, outlines, st_union(g) as g
      from (select distinct outlines from covered) as different join outline on outline = any (outlines)
      group by n, outlines
    ),
    held as materialized (
      select n, outlines, jsonb_object_agg(part.within_m::text,
        coalesce(st_area(st_difference(part.poly, area.g)), 0) < ${sql.lit(tolerances.sliver_area_m2)}
        and coalesce(st_length(st_difference(part.line, area.g)), 0) < ${sql.lit(tolerances.line_length_m)}
        and coalesce(st_npoints(st_difference(part.dots, area.g)), 0) = 0) as covers
      from area join part using (n)
      group by n, outlines
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
