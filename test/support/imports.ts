/** Uploading and applying, as the web application does it. */
import { sql } from "kysely";
import type { Applied, Import } from "../../server/api/imports.ts";
import type { FeatureCollection, Problem } from "../../server/api/common.ts";
import type { Db } from "../../server/db/open.ts";
import type { Service } from "./service.ts";

type Answer<T> = { status: number; body: T; problem: Problem };

export type Uploads = {
  upload(files: { name: string; bytes: string | Uint8Array }[], query?: string): Promise<Answer<Import>>;
  uploadGeoJson(features: unknown[], crs?: string): Promise<Import>;
  look(id: string, query?: string): Promise<Answer<Import>>;
  apply<T extends Applied>(id: string, request: Record<string, unknown>, query?: string): Promise<Answer<T>>;
  undo(id: string): Promise<Answer<{ changes: Import["applied"][] }>>;
};

export function uploadsOf(service: () => Service): Uploads {
  const answer = async <T>(response: Response): Promise<Answer<T>> => {
    const body = (await response.json()) as T;
    return { status: response.status, body, problem: body as unknown as Problem };
  };
  const uploads: Uploads = {
    async upload(files, query = "") {
      const form = new FormData();
      for (const { name, bytes } of files) form.append("file", new Blob([bytes as string]), name);
      return answer(await fetch(`${service().url}/api/imports?lang=en${query}`, { method: "POST", body: form }));
    },
    async uploadGeoJson(features, crs = "EPSG:4490") {
      const bytes = geoJson(features, crs);
      const { status, body } = await uploads.upload([{ name: "zones.geojson", bytes }]);
      if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
      return body;
    },
    look: async (id, query = "") => answer(await service().get(`/api/imports/${id}?lang=en${query}`)),
    apply: async (id, request, query = "") => answer(await service().post(`/api/imports/${id}/apply?lang=en${query}`, request)),
    undo: async (id) => answer(await service().post(`/api/imports/${id}/undo?lang=en`, {})),
  };
  return uploads;
}

/** A file that declares its reference system, unless `crs` is empty. */
export function geoJson(features: unknown[], crs = "EPSG:4490"): string {
  const declared = crs === "" ? {} : { crs: { type: "name", properties: { name: `urn:ogc:def:crs:${crs.replace(":", "::")}` } } };
  return JSON.stringify({ type: "FeatureCollection", ...declared, features });
}

export function zone(code: string, geometry: unknown, more: Record<string, unknown> = {}) {
  return {
    type: "Feature" as const,
    geometry,
    properties: { 编号: code, 名称: `${code} 保护区`, 级别: "一级保护区", 水域或陆域: "陆域", 水源地: "红江闸坝", ...more },
  };
}

/** As schematic zones of Yongchuan, from the first day of 2026. */
export const AS_ZONES = {
  as: "layer",
  layer: "protection_zone",
  district: "500118",
  valid_from: "2026-01-01",
  mode: "all_or_nothing",
  source: { title: "永川区水源地矢量", data_date: "2025-12-31", basis: "schematic" },
};

/** How many rows stand in every table that an import writes. */
export async function countRows(db: Db): Promise<Record<string, number>> {
  const tables = [
    "import",
    "import_feature",
    "import_fault",
    "import_row",
    "change_log",
    "change_feature",
    "protection_zone",
    "coverage",
  ];
  const counts: Record<string, number> = {};
  for (const table of tables) {
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from ${sql.table(table)}`.execute(db);
    counts[table] = rows[0]!.n;
  }
  return counts;
}

export type Items = FeatureCollection & { numberMatched: number };
