/** Turning points as a table: a row a point with its ring, metres in a Gauss-Krueger zone, and degrees as decimals or with minutes
 *  and seconds. For spreadsheets and for reading by people; what somebody typed is text there, never a formula. */
import type { Lang, Position } from "../../api/common.ts";
import { say } from "../../messages.ts";
import type { Cell, Table } from "../../table.ts";
import { gaussKrueger } from "../crs.ts";
import { FormatError } from "../format.ts";
import { inSystem, partsOf, zoneOf, type Part } from "./system.ts";
import { cellOf, textOf, type OutLayer, type OutNote, type OutOptions } from "./writer.ts";

export type PointTable = Table & {
  /** What is said above the table: the layer and the system of its metres. */
  title: string;
  notes: OutNote[];
};

/** Metres of a zone and degrees are what the columns are for. */
export function takesPoints(crs: string): boolean {
  return gaussKrueger(crs) !== undefined || crs === "EPSG:4490" || crs === "EPSG:4326";
}

/** Every turning point of a layer. `crs` is that of the metres when it is a zone; in degrees, the zone of the features' middle.
 *  The attributes of a feature stand in its first row. Throws FormatError `no_zone` where no zone holds the features. */
export function pointTable(layer: OutLayer, { crs, notation, lang }: OutOptions): PointTable {
  const zone = gaussKrueger(crs) ? crs : zoneOf(layer.features, 3, true);
  if (zone === null && layer.features.some(({ geometry }) => geometry !== null)) throw new FormatError("no_zone");
  const metres = inSystem(layer.features, zone ?? "EPSG:4490");
  const degrees = inSystem(layer.features, "EPSG:4490").features;
  const others = layer.fields.filter(({ name }) => name !== layer.code && name !== layer.label);
  const say_column = (name: string) => say(lang, `export.column.${name}`, { crs: zone ?? "" });
  const parts = layer.features.flatMap(({ geometry }) => (geometry === null ? [] : partsOf(geometry)));
  const lines = parts.length > 0 && parts.every(({ kind }) => kind === "line");
  const columns = [
    ...["plot", "plot_name", lines ? "line" : "ring", "point", "north", "east"].map(say_column),
    ...(notation === "gk" ? [] : ["lon", "lat"].map(say_column)),
    ...others.map(({ title, unit }) => (unit === null ? title[lang] : `${title[lang]} (${unit})`)),
  ];
  const rows: Cell[][] = [];
  let empty = 0;
  for (const [i, { geometry, properties }] of metres.features.entries()) {
    if (geometry === null) {
      empty += 1;
      continue;
    }
    const code = textOf(properties[layer.code]) || String(i + 1);
    const name = textOf(properties[layer.label]);
    const places = turningPoints(partsOf(degrees[i]!.geometry!));
    for (const [k, { ring, point, position }] of turningPoints(partsOf(geometry)).entries()) {
      const [lon, lat] = places[k]!.position;
      const told = others.map((field): Cell => (k === 0 ? cellOf(properties[field.name]) : null));
      rows.push([
        code,
        name,
        ring,
        point,
        position[1]!,
        position[0]!,
        ...(notation === "gk" ? [] : [angle(lon!, notation), angle(lat!, notation)]),
        ...told,
      ]);
    }
  }
  const notes = [...metres.notes, ...(empty > 0 ? [{ code: "no_shape_left_out", params: { count: empty } }] : [])];
  return { columns, rows, title: titleOf(layer, zone, lang), notes };
}

function titleOf(layer: OutLayer, crs: string | null, lang: Lang): string {
  const zone = crs === null ? undefined : gaussKrueger(crs);
  if (!zone) return layer.title[lang];
  const { width, central_meridian } = zone;
  return say(lang, "export.points.title", { layer: layer.title[lang], width, meridian: central_meridian, crs: crs! });
}

type TurningPoint = { ring: number; point: string; position: Position };

/** Points numbered through all rings; the last one of a ring is its first again. */
function turningPoints(parts: readonly Part[]): TurningPoint[] {
  const points: TurningPoint[] = [];
  let [ring, number] = [0, 0];
  for (const { kind, lines } of parts)
    for (const line of lines) {
      ring += 1;
      const first = number + 1;
      for (const [k, position] of line.entries()) {
        const closing = kind === "polygon" && k === line.length - 1;
        if (!closing) number += 1;
        points.push({ ring, point: `J${closing ? first : number}`, position });
      }
    }
  return points;
}

/** Seconds to five decimals, 0.3 mm. */
function angle(degrees: number, notation: "decimal" | "dms"): Cell {
  if (notation === "decimal") return degrees;
  const steps = Math.round(Math.abs(degrees) * 3600 * 1e5);
  const [whole, minutes] = [Math.floor(steps / 3.6e8), Math.floor((steps % 3.6e8) / 6e6)];
  const seconds = ((steps % 6e6) / 1e5).toFixed(5).padStart(8, "0");
  return `${degrees < 0 ? "-" : ""}${whole}°${String(minutes).padStart(2, "0")}′${seconds}″`;
}
