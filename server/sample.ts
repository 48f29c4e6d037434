/** Makes the sample layers of a district from `geodata/sample/<district>.json`. Everything is `schematic`, whatever the
 *  confidence of a position; the same facts give the same files. Run by `npm run shuijie -- sample`; the files are kept. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as turf from "@turf/turf";
import type { Geometry } from "./api/common.ts";
import type { Db } from "./db/open.ts";
import { layers } from "./layers/index.ts";
import { channelRings, geodesicLengths } from "./queries/delineation.ts";
import { placeFacilities } from "./sample/facilities.ts";
import type { Facts, Source } from "./sample/facts.ts";
import { type Area, box, circle, cutPlaces, cutRiver, grown, onRiver, shapeOf, tidy, waterOf, without } from "./sample/shapes.ts";

const DATE = "2026-11-24";
const FROM = "2000-01-01";
// A source is one text for readers of both languages.
const SAMPLE = "水界示例数据 / Shuijie sample data";
const OWN = "水界示例：手绘示意，不是真实位置 / Shuijie sample: drawn by hand to look plausible; not a real position";
const LICENCE =
  "CC BY 4.0（Vonng/adcode、GeoNames），LGPL-3+（GSHHG/WDBII 河线）；自绘示意可自由使用 / " +
  "CC BY 4.0 (Vonng/adcode, GeoNames), LGPL-3+ (GSHHG/WDBII river lines); own schematic drawing free to use";

type Row = { properties: Record<string, unknown>; geometry: unknown };
type Zone = {
  source: Source;
  level: "first" | "second" | "quasi" | "rural";
  part: "whole" | "water" | "land";
  geometry: unknown;
  shape: Area;
};

/** Writes the files of every district that has facts; returns their paths. */
export async function makeSample(db: Db, geodata: string): Promise<string[]> {
  const folder = join(geodata, "sample");
  const written: string[] = [];
  for (const name of (await readdir(folder)).toSorted()) {
    const facts = JSON.parse(await readFile(join(folder, name), "utf8")) as Facts;
    const rows = await makeDistrict(db, facts);
    for (const layer of layers) written.push(await write(geodata, facts, layer.id, rows[layer.id] ?? []));
  }
  return written;
}

async function makeDistrict(db: Db, facts: Facts): Promise<Record<string, Row[]>> {
  const zones = await makeZones(db, facts);
  const areas = facts.areas.map((area) => ({ area, shape: shapeOf(area.shape, facts) }));
  const farming = facts.farming.map((area) => ({ area, shape: shapeOf(area.shape, facts) }));
  const parks = facts.parks.map((park) => ({ park, shape: box(park.at, park.width_m, park.height_m) }));
  const facilities = placeFacilities(facts, {
    outline: turf.polygon([facts.outline]) as Area,
    bans: farming.filter(({ area }) => area.kind === "ban" && area.subject === "livestock").map(({ shape }) => shape),
    parks: parks.map(({ shape }) => shape),
    areas: new Map(areas.map(({ area, shape }) => [area.id, shape])),
    zones: zones.map(({ source, level, shape }) => ({ source: source.id, level, shape })),
    waters: areas.filter(({ area }) => area.kind === "reservoir_area").map(({ shape }) => shape),
  });
  const row = (properties: Record<string, unknown>, geometry: unknown): Row => ({
    properties: { ...common(facts), source: OWN, confidence: "schematic", ...properties },
    geometry,
  });
  return {
    jurisdiction: [
      row(
        {
          code: facts.code,
          name_zh: facts.name_zh,
          name_en: facts.name_en,
          source: facts.outline_source,
          confidence: "approximate",
          level: "county",
          parent: facts.parent,
        },
        { type: "Polygon", coordinates: [facts.outline] },
      ),
    ],
    river: facts.rivers.map((river) =>
      row(
        {
          code: riverCode(facts, river.id),
          name_zh: river.name_zh,
          name_en: river.name_en,
          source: river.source,
          confidence: river.confidence,
          stream_order: river.order,
          flows_into: river.flows_into,
          basin: river.basin,
          length_published_km: river.length,
          catchment_km2: river.catchment,
          note: river.note,
        },
        { type: "LineString", coordinates: river.axis },
      ),
    ),
    reach: await makeReaches(db, facts, row),
    monitoring_section: facts.sections.map((section) => {
      const river = facts.rivers.find(({ id }) => id === section.river)!;
      const { position, km } = onRiver(river, section.at);
      return row(
        {
          code: `S-${facts.code}-${section.id}`,
          name_zh: section.name_zh,
          name_en: section.name_en,
          source: section.source,
          confidence: section.confidence,
          river: riverCode(facts, section.river),
          chainage_m: Math.round(km * 1000),
          grade: section.grade,
          water_body_type: "river",
          target_class: section.targets.at(-1)?.split(":")[1] ?? null,
          targets: section.targets,
          target_source: section.target_source,
          basins: section.basins,
        },
        tidy(turf.point(position)),
      );
    }),
    water_source: facts.sources.flatMap((source) => {
      const shared = {
        source: OWN,
        confidence: source.confidence,
        water_body: source.water_body,
        scale: source.scale,
        state: source.state,
        waterworks: source.waterworks,
        aliases: source.aliases,
        zoned: zones.some((zone) => zone.source === source),
      };
      const code = `W-${facts.code}-${source.id}`;
      const at = tidy(turf.point(source.at));
      return [
        row({ ...shared, code, name_zh: source.name_zh, name_en: source.name_en, part: "source", source_code: null }, at),
        row(
          {
            ...shared,
            code: `${code}-I`,
            name_zh: `${source.name_zh}取水口`,
            name_en: `${source.name_en}, intake`,
            part: "intake",
            source_code: code,
          },
          at,
        ),
      ];
    }),
    protection_zone: zones.map((zone, index) => zoneRow(facts, zone, zones.slice(0, index), row)),
    control_area: areas.map(({ area, shape }) =>
      row(
        {
          code: `A-${facts.code}-${area.id}`,
          name_zh: area.name_zh,
          name_en: area.name_en,
          kind: area.kind,
          valid_from: area.valid_from,
          valid_to: area.valid_to,
          ...area.columns,
        },
        tidy(shape),
      ),
    ),
    no_farming_area: farming.map(({ area, shape }) =>
      row(
        {
          code: `N-${facts.code}-${area.id}`,
          name_zh: area.name_zh,
          name_en: area.name_en,
          kind: area.kind,
          subject: area.subject,
          clear_by: area.clear_by,
        },
        tidy(shape),
      ),
    ),
    industrial_park: parks.flatMap(({ park, shape }) =>
      park.versions.map((version) =>
        row(
          {
            code: `P-${facts.code}-${park.id}`,
            name_zh: park.name_zh,
            name_en: park.name_en,
            aliases: park.aliases,
            confidence: park.confidence,
            park_kind: park.park_kind,
            ...version,
          },
          tidy(shape),
        ),
      ),
    ),
    black_odor_water: facts.black.map(({ id, deadline }) => {
      const river = facts.rivers.find((each) => each.id === id)!;
      return row(
        {
          code: `B-${facts.code}-${id}`,
          name_zh: `${river.name_zh}（黑臭水体）`,
          name_en: `${river.name_en} (black-odorous)`,
          river: riverCode(facts, id),
          deadline,
          state: "unknown",
          responsible: null,
        },
        { type: "LineString", coordinates: river.axis },
      );
    }),
    facility: facilities.map(({ properties, geometry }) => row(properties, geometry)),
  };
}

function common(facts: Facts): Record<string, unknown> {
  return {
    aliases: [],
    valid_from: FROM,
    valid_to: null,
    basis: "schematic",
    accuracy_m: null,
    approval_no: null,
    approval_body: null,
    approval_date: null,
    competent_jurisdiction: facts.code,
  };
}

function riverCode(facts: Facts, id: string): string {
  return `R-${facts.code}-${id}`;
}

/** Cut at confluences, sections and borders; chainage is the length of the pieces on the ellipsoid, added up, so that a
 *  river's reaches meet without gap. Whole decimetres. */
async function makeReaches(
  db: Db,
  facts: Facts,
  row: (properties: Record<string, unknown>, geometry: unknown) => Row,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const river of facts.rivers) {
    const pieces = cutRiver(river, cutPlaces(river, facts)).map((piece) => ({ ...piece, geometry: tidy(piece.line) }));
    const lengths = await geodesicLengths(
      db,
      pieces.map(({ geometry }) => geometry as Geometry),
    );
    let at = 0;
    for (const [index, { geometry, from, to }] of pieces.entries()) {
      const end = Math.round((at + lengths[index]!) * 10) / 10;
      rows.push(
        row(
          {
            code: `${riverCode(facts, river.id)}-${String(index + 1).padStart(2, "0")}`,
            name_zh: `${river.name_zh}${from === "源头（河线起点）" ? "源头" : from}—${to}段`,
            name_en: `${river.name_en}, reach ${index + 1}`,
            source: river.source,
            confidence: river.confidence,
            river: riverCode(facts, river.id),
            from_m: at,
            to_m: end,
            from_place: from,
            to_place: to,
          },
          geometry,
        ),
      );
      at = end;
    }
  }
  return rows;
}

/** The zones of every source as rings; where sources meet, the earlier one keeps the ground. */
async function makeZones(db: Db, facts: Facts): Promise<Zone[]> {
  const zones: Zone[] = [];
  for (const source of facts.sources) {
    const drawn = await zonesOf(db, facts, source);
    const taken = zones.filter((zone) => zone.source !== source).map(({ shape }) => shape);
    for (const zone of drawn) {
      const free = taken.some((other) => turf.booleanIntersects(other, zone.shape)) ? without(zone.shape, taken) : zone.shape;
      if (free) zones.push(free === zone.shape ? zone : { ...zone, shape: free, geometry: tidy(free) });
    }
  }
  return zones;
}

async function zonesOf(db: Db, facts: Facts, source: Source): Promise<Zone[]> {
  const { zone } = source;
  const make = (level: Zone["level"], shape: Area, part: Zone["part"] = "whole"): Zone => ({
    source,
    level,
    part,
    shape,
    geometry: tidy(shape),
  });
  switch (zone?.kind) {
    case "channel": {
      const strips = [zone.first, zone.second, ...(zone.quasi ? [zone.quasi] : [])];
      const sum = (n: number, which: 0 | 1) => strips.slice(0, n + 1).reduce((total, each) => total + each[which]!, 0);
      const rings = await channelRings(
        db,
        facts.rivers.find(({ id }) => id === zone.river)!.axis,
        source.at,
        strips.map((strip, n) => ({ upstream_m: sum(n, 0), downstream_m: sum(n, 1), half_width_m: zone.half + strip[2]! })),
        facts.srid_gk,
      );
      return rings.map((geometry, n) => ({
        source,
        level: (["first", "second", "quasi"] as const)[n]!,
        part: "whole",
        geometry,
        shape: turf.feature(geometry as never) as Area,
      }));
    }
    case "reservoir": {
      const water = waterOf(source)!;
      const first = grown(water, zone.first_m);
      const second = grown(water, zone.second_m);
      return [
        ...(zone.split
          ? [make("first", water, "water"), make("first", without(first, [water])!, "land")]
          : [make("first", first)]),
        make("second", without(second, [first])!),
        ...(zone.quasi_m === null ? [] : [make("quasi", without(grown(water, zone.quasi_m), [second])!)]),
      ];
    }
    case "well": {
      const first = circle(source.at, zone.first_m);
      return [make("first", first), make("second", without(circle(source.at, zone.second_m), [first])!)];
    }
    case "rural":
      return [make("rural", circle(source.at, zone.first_m))];
    default:
      return [];
  }
}

const LEVELS = {
  first: { n: 1, zh: "饮用水水源一级保护区", en: "drinking-water source, first-level zone" },
  second: { n: 2, zh: "饮用水水源二级保护区", en: "drinking-water source, second-level zone" },
  quasi: { n: 3, zh: "饮用水水源准保护区", en: "drinking-water source, quasi zone" },
  rural: { n: 4, zh: "水源保护范围", en: "source, rural protection range" },
};
const PARTS = { whole: ["", ""], water: ["（水域）", " (water)"], land: ["（陆域）", " (land)"] };

function zoneRow(
  facts: Facts,
  { source, level, part, geometry }: Zone,
  before: Zone[],
  row: (properties: Record<string, unknown>, geometry: unknown) => Row,
): Row {
  const again = before.filter((zone) => zone.source === source && zone.level === level).length;
  const river =
    source.zone?.kind === "channel" ? facts.rivers.find(({ id }) => id === (source.zone as { river: string }).river) : undefined;
  return row(
    {
      code: `${facts.code}-${source.id}-${LEVELS[level].n}${again > 0 ? "b" : ""}`,
      name_zh: `${source.name_zh}${LEVELS[level].zh}${PARTS[part][0]}`,
      name_en: `${source.name_en} ${LEVELS[level].en}${PARTS[part][1]}`,
      aliases: [source.name_zh, ...(river ? [river.name_zh] : [])],
      source: river
        ? `水界示例：参照 HJ 338-2018 默认范围，沿示意的${river.name_zh}绘制 / ` +
          `Shuijie sample after HJ 338-2018 defaults, along the schematic ${river.name_en}`
        : "水界示例：参照 HJ 338-2018 默认范围，绕示意水面或水井绘制，城镇旁小于默认范围 / " +
          "Shuijie sample after HJ 338-2018 defaults, round a schematic water or well; kept smaller than the defaults beside towns",
      level,
      part,
      water_source: source.name_zh,
      wl_basis: "other",
      established: null,
    },
    geometry,
  );
}

/** What the district's file says of each theme of a layer: loaded where it has a feature, declared none where the sample
 *  declares so, and otherwise not loaded. */
function coverageOf(facts: Facts, layer: string, rows: Row[]) {
  return layers
    .find(({ id }) => id === layer)!
    .paint.map(({ theme, match }) => {
      const has = rows.some(({ properties }) => Object.entries(match).every(([name, value]) => properties[name] === value));
      const state = has ? "loaded" : facts.declared_none.includes(theme) ? "declared_none" : "not_loaded";
      return {
        theme,
        jurisdiction: facts.code,
        state,
        valid_from: FROM,
        ...(state === "declared_none"
          ? {
              declared_by: SAMPLE,
              document:
                "演示用示例声明，不代表真实区县。 / Sample declaration for demonstration; it says nothing of the real district.",
            }
          : {}),
      };
    });
}

async function write(geodata: string, facts: Facts, layer: string, rows: Row[]): Promise<string> {
  const folder = join(geodata, "layers", layer);
  await mkdir(folder, { recursive: true });
  const lines = rows.map(({ properties, geometry }) => JSON.stringify({ type: "Feature", properties, geometry })).join(",\n");
  const file = join(folder, `${facts.code}.geojson`);
  await writeFile(file, `{"type":"FeatureCollection","features":[\n${lines}\n]}\n`);
  const source = {
    title: `Sample ${layer.replaceAll("_", " ")} of ${facts.name_en}`,
    source: layer === "jurisdiction" ? facts.outline_source : SAMPLE,
    url: null,
    licence: LICENCE,
    confidence: "schematic",
    basis: "schematic",
    data_date: DATE,
    method:
      layer === "jurisdiction"
        ? "Taken from the gazetteer as it stands: coarse, for extents and demonstration, not for boundary questions."
        : "Made by `npm run shuijie -- sample` from geodata/sample; each feature names its own source and confidence.",
    coverage: coverageOf(facts, layer, rows),
  };
  await writeFile(join(folder, `${facts.code}.source.json`), `${JSON.stringify(source, null, 2)}\n`);
  return file;
}
