/** Makes the sample layers from `geodata/sample/<district>.json`: the district's outline and the zones of one source,
 *  following the channel, as rings. Everything is `schematic`. Run by `npm run shuijie -- sample`; the files are kept. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Geometry, Position } from "./api/common.ts";
import type { Db } from "./db/open.ts";
import { channelRings } from "./queries/delineation.ts";

type Facts = {
  jurisdiction: { code: string; name_zh: string; name_en: string; parent: string; outline: Position[]; source: string };
  river: { name_zh: string; name_en: string; axis: Position[]; source: string };
  intake: { name_zh: string; name_en: string; position: Position; source: string };
  zones: { standard: string; channel_half_width_m: number; first: Depths; second: Depths };
};
type Depths = { upstream_m: number; downstream_m: number; land_depth_m: number };

const DATE = "2026-11-22";
const FROM = "2000-01-01";

export async function makeSample(db: Db, geodata: string, code: string, srid_gk: number): Promise<string[]> {
  const facts = JSON.parse(await readFile(join(geodata, "sample", `${code}.json`), "utf8")) as Facts;
  const { jurisdiction, river, intake, zones } = facts;
  const half = zones.channel_half_width_m;
  const rings = await channelRings(
    db,
    river.axis,
    intake.position,
    [
      {
        upstream_m: zones.first.upstream_m,
        downstream_m: zones.first.downstream_m,
        half_width_m: half + zones.first.land_depth_m,
      },
      {
        upstream_m: zones.first.upstream_m + zones.second.upstream_m,
        downstream_m: zones.first.downstream_m + zones.second.downstream_m,
        half_width_m: half + zones.second.land_depth_m,
      },
    ],
    srid_gk,
  );
  const common = {
    aliases: [],
    valid_from: FROM,
    valid_to: null,
    basis: "schematic",
    accuracy_m: null,
    approval_no: null,
    approval_body: null,
    approval_date: null,
  };
  const zone = (level: "first" | "second", word: string, english: string, geometry: Geometry) => ({
    type: "Feature",
    properties: {
      code: `${code}-HJZB-${level === "first" ? 1 : 2}`,
      name_zh: `${intake.name_zh}饮用水水源${word}保护区`,
      name_en: `${intake.name_en} drinking-water source, ${english} zone`,
      ...common,
      aliases: [intake.name_zh, river.name_zh],
      source: `Shuijie sample: ${zones.standard} along the schematic ${river.name_en}`,
      competent_jurisdiction: code,
      level,
      part: "whole",
      water_source: intake.name_zh,
      wl_basis: "other",
      established: null,
    },
    geometry,
  });
  const outline = {
    type: "Feature",
    properties: {
      code,
      name_zh: jurisdiction.name_zh,
      name_en: jurisdiction.name_en,
      ...common,
      source: jurisdiction.source,
      competent_jurisdiction: code,
      level: "county",
      parent: jurisdiction.parent,
    },
    geometry: { type: "Polygon", coordinates: [jurisdiction.outline] },
  };
  const cover = (theme: string, none = false) => ({
    theme,
    jurisdiction: code,
    state: none ? "declared_none" : "loaded",
    valid_from: FROM,
    ...(none
      ? {
          declared_by: "Shuijie sample data",
          document: "Sample declaration for demonstration; it says nothing of the real district.",
        }
      : {}),
  });
  const source = (title: string, from: string, method: string, coverage: unknown[]) => ({
    title,
    source: from,
    url: null,
    licence: "CC BY 4.0 (Vonng/adcode, for town points and outline); own schematic lines free to use",
    confidence: "schematic",
    basis: "schematic",
    data_date: DATE,
    method,
    coverage,
  });
  return [
    ...(await write(
      geodata,
      "jurisdiction",
      code,
      [outline],
      source(
        "Sample outline of the district",
        jurisdiction.source,
        "Taken from the gazetteer as it stands: coarse, for extents and demonstration, not for boundary questions.",
        [cover("jurisdiction")],
      ),
    )),
    ...(await write(
      geodata,
      "protection_zone",
      code,
      [zone("first", "一级", "first-level", rings[0]!), zone("second", "二级", "second-level", rings[1]!)],
      source(
        `Sample protection zones of ${intake.name_zh}`,
        `Shuijie sample data (${intake.source})`,
        `${zones.standard}: first level ${zones.first.upstream_m} m up and ${zones.first.downstream_m} m down, ${zones.first.land_depth_m} m inland; ` +
          `second level ${zones.second.upstream_m} m and ${zones.second.downstream_m} m beyond, ${zones.second.land_depth_m} m inland; channel taken ${2 * half} m wide; rings.`,
        [
          cover("protection_zone/first"),
          cover("protection_zone/second"),
          cover("protection_zone/quasi", true),
          cover("protection_zone/rural", true),
        ],
      ),
    )),
  ];
}

async function write(geodata: string, layer: string, code: string, features: unknown[], source: unknown): Promise<string[]> {
  const folder = join(geodata, "layers", layer);
  await mkdir(folder, { recursive: true });
  const lines = features.map((feature) => JSON.stringify(feature)).join(",\n");
  const file = join(folder, `${code}.geojson`);
  await writeFile(file, `{"type":"FeatureCollection","features":[\n${lines}\n]}\n`);
  await writeFile(join(folder, `${code}.source.json`), `${JSON.stringify(source, null, 2)}\n`);
  return [file];
}
