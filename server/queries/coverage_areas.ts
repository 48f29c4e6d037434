/** A district as it is claimed for one theme: the areas that claims speak of, and what is left. For display only; checks
 *  measure the stored outlines themselves (queries/evidence.ts). */
import { sql } from "kysely";
import type { CoverageArea } from "../api/coverage.ts";
import type { Geometry, Text } from "../api/common.ts";
import type { Db } from "../db/open.ts";
import { moment } from "./checks.ts";
import { during } from "./during.ts";

/** `jurisdiction_names` is null where nobody claims. */
export type ClaimedArea = Omit<
  CoverageArea,
  "theme" | "title" | "layer" | "district" | "jurisdiction_name" | "age_days" | "stale"
> & { jurisdiction_names: Text | null; geometry: Geometry };

/** Outlines of more vertices than this are thinned, to a two-thousandth of the district's extent. */
const WHOLE_VERTICES = 500;
/** Overlays are made on a grid of about 0.1 mm: without one, borders that nearly coincide make GEOS try twice, and the embedded
 *  engine loses what the first try throws. */
const GRID_DEG = 1e-9;

/** The outline of a district that holds on `asOf` (its newest where none does), cut by the claims on `theme` of that day: one row
 *  for each claim with area in it, whichever jurisdiction claims and also where one says that it has not loaded the theme; and
 *  one without a `jurisdiction` for what no claim reaches. Together they are the district; they overlap where two jurisdictions
 *  speak of the same ground. Areas are on the ellipsoid, shares of the district's; shapes are EPSG:4490. Empty: the district has
 *  no outline. */
export async function claimedAreas(
  db: Db,
  { theme, jurisdiction, asOf }: { theme: string; jurisdiction: string; asOf: string },
): Promise<ClaimedArea[]> {
  const { rows } = await sql<ClaimedArea>`
    with district as materialized (
      select geom, st_area(geom::geography) as whole_m2,
        greatest(st_xmax(geom) - st_xmin(geom), st_ymax(geom) - st_ymin(geom)) / 2000 as thinned_deg
      from jurisdiction where code = ${jurisdiction}
      order by (${during(asOf)}) desc, valid_from desc limit 1
    ),
    claim as materialized (
      select c.*, case when c.geom is null or st_covers(c.geom, d.geom) then d.geom when st_covers(d.geom, c.geom) then c.geom
        else st_collectionextract(st_intersection(d.geom, c.geom, ${sql.lit(GRID_DEG)}), 3) end as part
      from district as d, coverage as c
      where c.theme = ${theme} and ${during(asOf, "c")}
        and (c.geom && d.geom and st_intersects(c.geom, d.geom) or c.geom is null and c.jurisdiction = ${jurisdiction})
    ),
    gap as (
      select case when claimed is null then d.geom else st_collectionextract(st_difference(d.geom, claimed, ${sql.lit(GRID_DEG)}), 3) end as part
      from district as d, (select st_union(part, ${sql.lit(GRID_DEG)}) as claimed from claim) as every
    ),
    area as (
      select jurisdiction, state, data_date, source, licence, basis, document, declared_by, valid_from, valid_to, file, part from claim
      union all
      select null, 'not_loaded', null, null, null, null, null, null, null, null, null, part from gap
    )
    select area.jurisdiction, area.state, area.data_date::text as data_date, area.source, area.licence, area.basis, area.document,
      area.declared_by, area.valid_from::text as valid_from, area.valid_to::text as valid_to,
      case when area.file is null then null when area.file like 'declared/%' then 'declaration' when area.file like 'import/%' then 'import'
        else 'file' end as origin,
      made.who, ${moment(sql`made.at`)} as made_at,
      (select jsonb_agg(f ->> 'name') from import, jsonb_array_elements(import.files) as f where import.id = made.import) as files,
      (select jsonb_build_object('zh', j.name_zh, 'en', j.name_en) from jurisdiction as j
        where j.code = area.jurisdiction order by j.valid_from desc limit 1) as jurisdiction_names,
      st_area(area.part::geography)::float8 as area_m2, (st_area(area.part::geography) / d.whole_m2)::float8 as share,
      st_asgeojson(case when st_npoints(area.part) > ${sql.lit(WHOLE_VERTICES)} then st_simplify(area.part, d.thinned_deg, true)
        else area.part end, 7, 0)::jsonb as geometry
    from district as d, area left join lateral (
      select l.who, l.at, l.import from change_log as l
      where l.id = case when area.file like 'declared/%' then substr(area.file, 10)::uuid end
        or (l.what = 'imported' and l.import = case when area.file like 'import/%' then substr(area.file, 8)::uuid end)
      order by l.seq desc limit 1
    ) as made on true
    where not st_isempty(area.part)
    order by (area.jurisdiction = ${jurisdiction}) desc nulls last, area.jurisdiction collate "C"`.execute(db);
  return rows;
}
