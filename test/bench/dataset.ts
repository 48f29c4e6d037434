/** Made-up protection zones by the ten thousand, farms and sites among them: the same on every machine and engine, since all
 *  that varies is a hash of a number. 6 by 6 degrees round 113 E 37 N, far from the sample. Blobs of 20 to 400 vertices,
 *  log-normal radii, median 480 m; five times as many zones lie five times as close. */
import { type RawBuilder, sql } from "kysely";
import type { Geometry } from "../../server/api/common.ts";
import { jsonb } from "../../server/db/json.ts";
import type { Db } from "../../server/db/open.ts";

export const WEST = 110;
export const SOUTH = 34;
export const SIDE = 6;
const FILE = "bench/zones";
/** A statement inserts so many zones, and stays below the time limit. */
const CHUNK = 200;

/** A number in [0, 1) from `id` and a name. */
const noise = (name: string): RawBuilder<number> =>
  sql`(('x' || substr(md5(id::text || ${sql.lit(`:${name}`)}), 1, 7))::bit(28)::int / 268435456.0)`;

/** The district that holds them all, and what covers it. Call once, then `addZones`. */
export async function prepareDistrict(db: Db): Promise<void> {
  const outline = sql`st_multi(st_makeenvelope(${sql.lit(WEST - 0.5)}, ${sql.lit(SOUTH - 0.5)}, ${sql.lit(WEST + SIDE + 0.5)}, ${sql.lit(SOUTH + SIDE + 0.5)}, 4490))`;
  await sql`insert into jurisdiction (code, name_zh, name_en, valid_from, basis, source, file, geom, geom_3857, level)
    select '990101', '测速区', 'Bench District', '2000-01-01', 'schematic', 'bench', ${FILE}, g, st_transform(g, 3857), 'county'
    from (select ${outline} as g) as one`.execute(db);
  for (const theme of ["jurisdiction", ...["first", "second", "quasi", "rural"].map((level) => `protection_zone/${level}`)])
    await sql`insert into coverage (theme, jurisdiction, state, data_date, source, licence, basis, valid_from, file, geom)
      select ${theme}, '990101', 'loaded', '2026-01-01', 'bench', 'none', 'schematic', '2000-01-01', ${FILE}, ${outline}`.execute(
      db,
    );
}

/** Zones `from` (exclusive) to `to`, by number from 1, two chunks at once where the engine can. */
export async function addZones(db: Db, from: number, to: number, tell: (done: number) => void): Promise<void> {
  let next = from + 1;
  const lane = async () => {
    for (let first = next; first <= to; first = next) {
      next = first + CHUNK;
      await addChunk(db, first, Math.min(to, next - 1));
      if (first > from + 1 && (first - 1) % 20_000 === 0) tell(first - 1);
    }
  };
  await Promise.all([lane(), lane()]);
  await sql`insert into layer_version (layer, version) values ('protection_zone', 1)
    on conflict (layer) do update set version = layer_version.version + 1`.execute(db);
  await sql`analyze protection_zone`.execute(db);
}

async function addChunk(db: Db, first: number, last: number): Promise<void> {
  await sql`
      with p as materialized (
        select id, ${sql.lit(WEST)} + ${sql.lit(SIDE)} * ${noise("x")} as cx, ${sql.lit(SOUTH)} + ${sql.lit(SIDE)} * ${noise("y")} as cy,
          least(6000, greatest(40, exp(6.17 + 0.75 * sqrt(-2 * ln(1 - ${noise("r")})) * cos(2 * pi() * ${noise("q")})))) as r,
          floor(exp(ln(20.0) + ${noise("n")} * (ln(401.0) - ln(20.0))))::int as n,
          0.5 + 0.5 * ${noise("squash")} as squash, 2 * pi() * ${noise("rot")} as rot,
          2 * pi() * ${noise("p1")} as p1, 2 * pi() * ${noise("p2")} as p2, 2 * pi() * ${noise("p3")} as p3,
          0.05 + 0.25 * ${noise("a1")} as a1, 0.03 + 0.15 * ${noise("a2")} as a2, 0.02 + 0.08 * ${noise("a3")} as a3, ${noise("level")} as level
        from generate_series(${first}::int, ${last}::int) as id
      ),
      at as (
        select id, k, cx, cy, r, squash, rot, 2 * pi() * k / n as t,
          1 + a1 * sin(4 * pi() * k / n + p1) + a2 * sin(10 * pi() * k / n + p2) + a3 * sin(22 * pi() * k / n + p3)
            + 0.1 * (((id::bigint * 2654435761 + k::bigint * 40503 * 65537) % 1000003)::float8 / 1000003 - 0.5) as f
        from p, lateral generate_series(0, n - 1) as k
      ),
      ring as (
        select id, array_agg(st_makepoint(
          round((cx + (r * f * cos(t) * cos(rot) - r * squash * f * sin(t) * sin(rot)) / (111320 * cos(radians(cy))))::numeric, 7)::float8,
          round((cy + (r * f * cos(t) * sin(rot) + r * squash * f * sin(t) * cos(rot)) / 111320)::numeric, 7)::float8) order by k) as pts
        from at group by id
      )
      insert into protection_zone (code, name_zh, name_en, valid_from, basis, source, competent_jurisdiction, file, geom, geom_3857, level, part, water_source)
      select 'BZ-' || lpad(id::text, 7, '0'), '测速保护区' || id, 'Bench zone ' || id, '2010-01-01', 'schematic', 'bench', '990101', ${FILE},
        g, st_transform(g, 3857), case when level < 0.2 then 'first' when level < 0.75 then 'second' else 'quasi' end, 'whole', 'BS-' || id % 1000
      from ring join p using (id), lateral (select st_multi(st_setsrid(st_makepolygon(st_makeline(pts || pts[1])), 4490)) as g) as made
      where st_isvalid(g)`.execute(db);
}

/** Farms that stand, spread over the district, for a sweep. */
export async function addFarms(db: Db, count: number): Promise<void> {
  await sql`
    insert into facility (code, name_zh, name_en, valid_from, basis, source, competent_jurisdiction, file, geom, geom_3857, kind, activity, state, species, annual_output, emits)
    select 'BF-' || id, '测速猪场' || id, 'Bench farm ' || id, '2010-01-01', 'schematic', 'bench', '990101', ${FILE}, g, st_transform(g, 3857),
      'livestock_farm', 'livestock_farm', 'operating', 'pig', 3000, '["water"]'
    from generate_series(1, ${count}::int) as id,
      lateral (select st_setsrid(st_makepoint(${sql.lit(WEST)} + ${sql.lit(SIDE)} * ${noise("fx")}, ${sql.lit(SOUTH)} + ${sql.lit(SIDE)} * ${noise("fy")}), 4490) as g) as made`.execute(
    db,
  );
  await sql`analyze facility`.execute(db);
}

/** Footprints of 0.5 to 5 km across with 8 to 60 vertices; a quarter of the perf set's size, as projects are. */
export async function sitesOf(db: Db, count: number): Promise<Geometry[]> {
  const { rows } = await sql<{ g: Geometry }>`
    with p as (
      select id, ${sql.lit(WEST + 0.1)} + ${sql.lit(SIDE - 0.2)} * ${noise("sx")} as cx, ${sql.lit(SOUTH + 0.1)} + ${sql.lit(SIDE - 0.2)} * ${noise("sy")} as cy,
        0.5 * (500 + 4500 * ${noise("sr")}) as r, 8 + floor(53 * ${noise("sn")})::int as n, 2 * pi() * ${noise("sp")} as p1, 0.1 + 0.25 * ${noise("sa")} as a1
      from generate_series(1, ${count}::int) as id
    ),
    at as (select p.*, k, 2 * pi() * k / n as t from p, lateral generate_series(0, n - 1) as k),
    ring as (
      select id, array_agg(st_makepoint(
        round((cx + r * 0.74 * (1 + a1 * sin(3 * t + p1)) * cos(t) / (111320 * cos(radians(cy))))::numeric, 7)::float8,
        round((cy + r * 0.6 * (1 + a1 * sin(3 * t + p1)) * sin(t) / 111320)::numeric, 7)::float8) order by k) as pts
      from at group by id
    )
    select st_asgeojson(st_makepolygon(st_makeline(pts || pts[1])), 7, 0)::jsonb as g from ring order by id`.execute(db);
  return rows.map(({ g }) => g);
}

/** Sites as a screening takes them. */
export function screeningOf(sites: readonly Geometry[]): object {
  return {
    name: "bench",
    sites: {
      type: "FeatureCollection",
      features: sites.map((geometry, n) => ({
        type: "Feature",
        geometry,
        properties: { name: `site ${n + 1}`, ...PROJECT },
      })),
    },
  };
}

export const PROJECT = {
  activity: "livestock_farm",
  action: "new",
  attributes: { species: "pig", annual_output: 3000, emits: ["water"], land_absorbs: true },
};

/** What a person who knows SQL would write for one site: the zones in force that overlap it by more than a square metre,
 *  with the area on the ellipsoid. `site` is GeoJSON in EPSG:4490; the frame is its Gauss-Krueger zone. */
export function overlayByHand(site: Geometry, srid_gk: number): RawBuilder<{ code: string; area: number }> {
  return sql`
    select code, area from (
      select code, st_area(st_transform(st_intersection(st_transform(geom, ${sql.lit(srid_gk)}), st_transform(site, ${sql.lit(srid_gk)})), 4490)::geography)::float8 as area
      from protection_zone, (select st_setsrid(st_geomfromgeojson(${JSON.stringify(site)}::text), 4490) as site offset 0) as one
      where geom && site and st_intersects(geom, site) and valid_from <= '2026-11-26' and (valid_to is null or '2026-11-26' < valid_to)
    ) as met where area > 1`;
}

/** The same for many sites in one statement. */
export function overlayOfManyByHand(sites: readonly Geometry[], srid_gk: number): RawBuilder<{ n: number; area: number }> {
  return sql`
    with site as materialized (
      select n, st_setsrid(st_geomfromgeojson(g::text), 4490) as site, st_transform(st_setsrid(st_geomfromgeojson(g::text), 4490), ${sql.lit(srid_gk)}) as framed
      from jsonb_array_elements(${jsonb(sites)}) with ordinality as given (g, n)
    )
    select n, code, st_area(st_transform(st_intersection(st_transform(geom, ${sql.lit(srid_gk)}), framed), 4490)::geography)::float8 as area
    from site join protection_zone on geom && site and st_intersects(geom, site)
    where valid_from <= '2026-11-26' and (valid_to is null or '2026-11-26' < valid_to)`;
}

/** What a check asks the database, as a person would write it in one statement for one site or many: the districts, the zones
 *  in force within `radius_m` with their distance, and where they overlap the area, the share and whether it is more than a
 *  sliver; whether what is loaded covers the site grown by each of the distances; that each kind of zone is not empty. */
export function questionByHand(
  sites: readonly Geometry[],
  srid_gk: number,
  { radius_m, distances_m }: { radius_m: number; distances_m: readonly number[] },
): RawBuilder<unknown> {
  const inForce = sql`valid_from <= '2026-11-26' and (valid_to is null or '2026-11-26' < valid_to)`;
  const framed = (geometry: RawBuilder<unknown>) => sql`st_transform(${geometry}, ${sql.lit(srid_gk)})`;
  const ellipsoid = (geometry: RawBuilder<unknown>) => sql`st_area(st_transform(${geometry}, 4490)::geography)`;
  return sql`
    with site as materialized (
      select n, g, ${framed(sql`g`)} as f, st_expand(g, ${sql.lit(radius_m / 85_000)}) as box, st_area(g::geography) as area
      from (select n, st_setsrid(st_geomfromgeojson(g::text), 4490) as g from jsonb_array_elements(${jsonb(sites)}) with ordinality as given (g, n)) as read
    ),
    near as materialized (
      select n, code, level, z.f, site.f as s, area, st_distance(z.f, site.f) as distance
      from site, lateral (select code, level, ${framed(sql`geom`)} as f from protection_zone where geom && box and ${inForce} offset 0) as z
    ),
    met as materialized (
      select n, code, level, distance, area, case when distance = 0 then st_intersection(f, s) end as piece
      from near where distance <= ${sql.lit(radius_m)}
    )
    select n,
      (select jsonb_agg(code) from jurisdiction where geom && g and st_intersects(geom, g) and ${inForce}) as districts,
      (select jsonb_agg(jsonb_build_object('code', code, 'level', level, 'distance', distance, 'area', ${ellipsoid(sql`piece`)},
          'share', ${ellipsoid(sql`piece`)} / area, 'counts', not st_isempty(st_buffer(piece, -0.5))) order by distance)
        from met where met.n = site.n) as zones,
      (select jsonb_agg(jsonb_build_object('theme', theme, 'covers', array(
          select st_covers(geom, case when metres = 0 then g else st_transform(st_buffer(f, metres), 4490) end)
          from unnest(array[${sql.join(distances_m.map((metres) => sql.lit(metres)))}]::float8[]) as metres)))
        from coverage where geom && g and ${inForce}) as coverage,
      (select jsonb_agg(exists (select from protection_zone where level = kind and ${inForce})) from unnest(array['first', 'second', 'quasi', 'rural']) as kind) as held
    from site`;
}
