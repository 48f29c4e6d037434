/** From a stored check to the model of its report: everything from what was frozen, so that the report of a check is the
 *  same for ever. Figures that cannot be drawn say so in their place. */
import type { Check } from "./api/checks.ts";
import type { Geometry, Lang, Position } from "./api/common.ts";
import type { Frozen } from "./gather.ts";
import { hashOf } from "./hash.ts";
import type { Db } from "./db/open.ts";
import { speaks } from "./domain/conclude.ts";
import { JURISDICTION, statusOn } from "./domain/judge.ts";
import type { Catalogue } from "./domain/rule.ts";
import { momentText } from "./measures.ts";
import { say } from "./messages.ts";
import type { StoredCheck } from "./queries/checks.ts";
import { framePositions, shapesAsGeometry } from "./queries/figure.ts";
import { zoneMeridian } from "./queries/site.ts";
import { attempt, drawAll, OVERVIEW } from "./report_figures.ts";
import type { CoordinateRow, Report, ReportFeature } from "./reports/report.ts";

/** Corners listed; a longer site has all of them in the check itself. */
const MAX_CORNERS = 500;

export type ReportOptions = {
  lang: Lang;
  /** Where the service is reached from outside, without a slash at its end. */
  base: string;
  /** With the shapes of the features that its findings speak of. */
  features?: boolean;
};

/** Throws only when the database is gone; what breaks in one figure is said there. Features asked for that cannot be read
 *  are a failure of the whole: a file of shapes without them would say that there are none. */
export async function reportOf(db: Db, stored: StoredCheck, { lang, base, features }: ReportOptions): Promise<Report> {
  const hash = hashOf(stored);
  const frozen = stored.frozen as Frozen;
  const check = stored.said[lang];
  const { catalogue } = stored;
  const made_at = madeAt(check);
  const srid_gk = Number(check.site.crs_gk.split(":")[1]);
  const corners = cornersOf(check.site.geometry);
  const listed = corners.slice(0, MAX_CORNERS);
  const framed = await attempt(lang, () =>
    framePositions(db, { positions: listed.map(({ at }) => at), site: check.site.geometry, srid_gk }),
  );
  const coordinates: CoordinateRow[] =
    "failed" in framed
      ? []
      : listed.map(({ at, ...corner }, i) => {
          const [easting, northing] = framed.value.places[i]!;
          return { ...corner, x: northing, y: easting, lon: at[0]!, lat: at[1]! };
        });
  const figures =
    "failed" in framed
      ? [{ number: 1, title: say(lang, OVERVIEW), place: "project" as const, failed: framed.failed }]
      : await drawAll(db, {
          check,
          frozen,
          lang,
          srid_gk,
          site_box: framed.value.box,
          corners: corners.length === listed.length ? coordinates : [],
        });
  return {
    check,
    number: numberOf(check),
    hash,
    made_at,
    link: `/?check=${check.id}`,
    verify: `${base}/verify/${hash}`,
    districts: districtNames(frozen, lang),
    attributes: attributesOf(check, catalogue, lang),
    instruments: instrumentsOf(check, catalogue, lang),
    central_meridian: zoneMeridian(srid_gk),
    coordinates,
    more_coordinates: "failed" in framed ? 0 : corners.length - listed.length,
    coordinates_failed: "failed" in framed ? framed.failed : null,
    figures,
    features: features ? await featuresOf(db, frozen, check) : null,
  };
}

/** When a check was made, in Asia/Shanghai: 2026-11-24 08:05. */
export function madeAt({ created_at }: Pick<Check, "created_at">): string {
  return momentText(created_at);
}

/** SJ-20261124-1A2B3C4D: the day in Asia/Shanghai and the beginning of the check's id. */
export function numberOf(check: Pick<Check, "id" | "created_at">): string {
  return `SJ-${madeAt(check).slice(0, 10).replaceAll("-", "")}-${check.id.slice(0, 8).toUpperCase()}`;
}

/** Every feature that a finding speaks of, once a theme, as it was when the check was made. */
async function featuresOf(db: Db, frozen: Frozen, check: Check): Promise<ReportFeature[]> {
  const named = new Map<string, Omit<ReportFeature, "geometry"> & { shape: string }>();
  for (const { layer, feature, theme, feature_name } of check.findings.filter(speaks)) {
    if (layer === null || feature === null || theme === null) continue;
    const stored = frozen.layers[layer];
    const own = stored && "features" in stored ? stored.features.find(({ code }) => code === feature) : undefined;
    if (own) named.set(`${theme}/${feature}`, { layer, code: feature, name: feature_name ?? feature, theme, shape: own.shape });
  }
  const features = [...named.values()];
  const geometries = await shapesAsGeometry(
    db,
    features.map(({ shape }) => shape),
  );
  return features.map(({ layer, code, name, theme }, i) => ({ layer, code, name, theme, geometry: geometries[i]! }));
}

/** The districts that hold or may hold the site, by name and code. */
export function districtNames(frozen: Frozen, lang: Lang): string[] {
  return frozen.jurisdictions.map((code) => nameOfDistrict(frozen, code, lang));
}

function nameOfDistrict(frozen: Frozen, code: string, lang: Lang): string {
  const layer = frozen.layers[JURISDICTION];
  const own = layer && "features" in layer ? layer.features.find((feature) => feature.code === code) : undefined;
  return own ? `${String(own.properties[`name_${lang}`])} ${code}` : code;
}

function attributesOf(check: Check, catalogue: Catalogue, lang: Lang): Report["attributes"] {
  return Object.entries(check.project.attributes).map(([name, value]) => {
    const spec = catalogue.attributes.find((each) => each.name === name);
    const one = (each: unknown) =>
      typeof each === "boolean"
        ? say(lang, `value.${each}`)
        : (spec?.options?.find((option) => option.value === each)?.title[lang] ?? String(each));
    const words = [value].flat().map(one).join(say(lang, "sentence.list"));
    return { title: spec?.title[lang] ?? name, value: spec?.unit ? `${words} ${spec.unit}` : words };
  });
}

/** The instruments whose rules took part, law first as the findings are sorted, each once. */
function instrumentsOf(check: Check, catalogue: Catalogue, lang: Lang): Report["instruments"] {
  const ids = [...new Set(check.findings.map(({ instrument }) => instrument))];
  return ids.flatMap((id) => {
    const spec = catalogue.instruments.find((each) => each.id === id);
    if (!spec) return [];
    const { number, rank, in_force_from, in_force_until, confidence } = spec;
    return [
      {
        id,
        title: spec.title[lang],
        number,
        issuer: spec.issuer[lang],
        rank,
        status: statusOn(spec, check.as_of),
        from: in_force_from,
        until: in_force_until,
        confidence,
      },
    ];
  });
}

type Corner = Pick<CoordinateRow, "part" | "ring" | "number"> & { at: Position };

/** Every corner, numbered by part and ring. A ring's last position is its first and is not told again. */
function cornersOf(geometry: Geometry): Corner[] {
  return partsOf(geometry).flatMap((rings, part) =>
    rings.flatMap((ring, i) => ring.map((at, n) => ({ part: part + 1, ring: i + 1, number: n + 1, at }))),
  );
}

/** Parts of the site, each with its rings; a line is a part of one ring, points together are one. */
function partsOf(geometry: Geometry): Position[][][] {
  const open = (rings: Position[][]) => rings.map((ring) => ring.slice(0, -1));
  switch (geometry.type) {
    case "Point":
      return [[[geometry.coordinates]]];
    case "MultiPoint":
    case "LineString":
      return [[geometry.coordinates]];
    case "MultiLineString":
      return geometry.coordinates.map((line) => [line]);
    case "Polygon":
      return [open(geometry.coordinates)];
    case "MultiPolygon":
      return geometry.coordinates.map(open);
    case "GeometryCollection":
      return geometry.geometries.flatMap(partsOf);
  }
}
