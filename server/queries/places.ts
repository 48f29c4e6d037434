/** Features as entries of a list: name, theme, district and place, for codes that another query found. */
import { sql } from "kysely";
import type { Place } from "../api/search.ts";
import type { Db } from "../db/open.ts";
import { layerOf } from "../layers/index.ts";
import { type Layer, themeOf } from "../layers/layer.ts";
import { during } from "./during.ts";

export type Found = { layer: string; code: string };

type Row = {
  code: string;
  zh: string;
  en: string;
  jurisdiction: string | null;
  columns: Record<string, unknown>;
  w: number;
  s: number;
  e: number;
  n: number;
  lon: number;
  lat: number;
};

/** The places of `found` that are in force on `asOf`, by `layer/code`. One statement a layer. */
export async function placesOf(db: Db, found: readonly Found[], asOf: string): Promise<Map<string, Place>> {
  const places = new Map<string, Place>();
  for (const id of new Set(found.map(({ layer }) => layer))) {
    const layer = layerOf(id)!;
    const codes = [...new Set(found.filter((one) => one.layer === id).map(({ code }) => code))];
    const { rows } = await sql<Row>`
      select code, name_zh as zh, name_en as en, competent_jurisdiction as jurisdiction, ${painting(layer)} as columns,
        st_xmin(geom)::float8 as w, st_ymin(geom)::float8 as s, st_xmax(geom)::float8 as e, st_ymax(geom)::float8 as n,
        st_x(st_pointonsurface(geom))::float8 as lon, st_y(st_pointonsurface(geom))::float8 as lat
      from ${sql.table(id)}
      where code in (${sql.join(codes)}) and ${during(asOf)}`.execute(db);
    for (const { code, zh, en, jurisdiction, columns, w, s, e, n, lon, lat } of rows)
      places.set(`${id}/${code}`, {
        layer: id,
        theme: themeOf(layer, columns),
        code,
        name: { zh, en },
        jurisdiction,
        bbox: [w, s, e, n],
        position: [lon, lat],
      });
  }
  return places;
}

/** The columns that decide the theme. */
function painting(layer: Layer) {
  const names = [...new Set(layer.paint.flatMap(({ match }) => Object.keys(match)))];
  if (names.length === 0) return sql`'{}'::jsonb`;
  return sql`jsonb_build_object(${sql.join(names.flatMap((name) => [sql.lit(name), sql.ref(name)]))})`;
}
