/** DXF drawings as text: closed polylines, circles and hatches as polygons, open polylines and lines as lines, points. A drawing names no
 *  reference system; a person must. The package `dxf` reads the entities; arcs are drawn here, finer than its 5 degrees. */
import { parseString, type DxfEntity } from "dxf";
import type { Geometry, Position } from "../api/common.ts";
import { FormatError, type Format, type FormatNote, type InputFile, type ReadLayer, type ReadOptions } from "./format.ts";
import { type DxfGroup, dxfGroups } from "./dxf_groups.ts";
import { budgetOf, closeRing, readLayer, RowFault, takeVertices, type Budget, type Row } from "./geometry.ts";
import { nestRings } from "./rings.ts";
import { decodeText, peekText } from "./text.ts";

/** An arc becomes chords of at most 2 degrees: at a radius of 100 m they are within 2 cm of it. */
const STEP = Math.PI / 90;

export const dxf: Format = {
  id: "dxf",
  endings: [".dxf"],
  sniff: (files) => (files.some(isDxf) ? 0.9 : 0),
  read: async (files, options, limits) => {
    const budget = budgetOf(limits);
    return files.filter(isDxf).map((file) => readOne(file, options, budget));
  },
};

function isDxf({ bytes }: InputFile): boolean {
  return /^(\s*999\s*\r?\n[^\n]*\n)*\s*0\s*\r?\n\s*SECTION\s*\r?\n\s*2\s*\r?\n\s*(HEADER|CLASSES|TABLES|BLOCKS|ENTITIES)/.test(
    peekText(bytes) ?? "",
  );
}

function readOne(file: InputFile, options: ReadOptions, budget: Budget): ReadLayer {
  const { text, encoding } = decodeText(file.bytes, options.encoding);
  // Whatever stands before it, a drawing without its last line was cut off.
  if (!/\n\s*0\s*\r?\n\s*EOF\s*$/.test(text.slice(-100))) throw new FormatError("dxf_truncated");
  const { entities, header } = parseString(text);
  const rows: Row[] = [];
  const ignored = new Map<string, number>();
  let next = 0;
  for (const group of dxfGroups(text)) {
    // The package hands on what it knows, in order.
    const entity = entities[next]?.type === group.type ? entities[next++]! : null;
    const geometry = !entity || entity.paperSpace ? null : shapeOf(entity, budget, group);
    if (entity && geometry)
      rows.push({
        row: rows.length + 1,
        geometry: () => {
          if (group.fault) throw group.fault;
          return geometry();
        },
        properties: { layer: named(entity.layer ?? "0"), handle: entity.handle ?? null },
      });
    else ignored.set(group.type, (ignored.get(group.type) ?? 0) + 1);
  }
  if (next < entities.length) throw new FormatError("unreadable", { format: "dxf" });
  const notes: FormatNote[] = [];
  if (ignored.size > 0)
    notes.push(note("entities_ignored", { types: [...ignored].map(([type, count]) => `${type} ${count}`).join(", ") }));
  if (entities.some(({ vertices, type }) => type === "CIRCLE" || type === "ARC" || vertices?.some(({ bulge }) => bulge)))
    notes.push(note("arcs_as_chords", {}));
  const hatches = rows.length > 0 ? entities.filter((entity) => entity.type === "HATCH" && shapeOf(entity, budget)).length : 0;
  if (hatches > 0) notes.push(note("hatches_read", { count: hatches }));
  if (header.insUnits === 4) notes.push(note("drawn_in_millimetres", {}));
  return readLayer({ name: file.name.replace(/\.\w+$/, ""), rows, encoding, notes }, budget);
}

function note(code: string, params: FormatNote["params"]): FormatNote {
  return { code, params, row: null, position: null };
}

/** Characters of old drawings: `\U+6C34`. */
function named(layer: string): string {
  return layer.trim().replace(/\\U\+([0-9A-F]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** Undefined for what is no shape on the ground: texts, dimensions, blocks, hatches. */
function shapeOf(entity: DxfEntity, budget: Budget, group?: DxfGroup): (() => Geometry | null) | undefined {
  // Drawn from behind: the x of the entity's own system runs the other way.
  const mirror = (positions: Position[]) =>
    entity.extrusionZ === -1 && !group?.in_space ? positions.map(([x, y]) => [-x!, y!]) : positions;
  const { x, y, r } = entity;
  switch (entity.type) {
    case "POINT":
      // A point and a line stand in the drawing's own coordinates.
      return () => ({ type: "Point", coordinates: [x!, y!] });
    case "LINE":
      return () => ({ type: "LineString", coordinates: [entity.start!, entity.end!].map((end) => [end.x, end.y]) });
    case "CIRCLE":
      return () => polygon(closeRing(mirror(arc([x!, y!], r!, 0, 2 * Math.PI)).slice(0, -1)));
    case "ARC":
      return () => ({
        type: "LineString",
        coordinates: mirror(arc([x!, y!], r!, entity.startAngle!, after(entity.startAngle!, entity.endAngle!))),
      });
    case "LWPOLYLINE":
    case "POLYLINE":
      if (entity.polygonMesh || entity.polyfaceMesh) return undefined;
      return () => {
        const vertices = (entity.vertices ?? []).filter((_, i) => !group?.frame.has(i));
        return polyline({ ...entity, vertices }, mirror, budget);
      };
    case "HATCH": {
      const loops = (entity.boundary?.loops ?? []).map(({ entities }) => entities);
      // Of edges that are no polylines the package gives no order to rely on.
      if (loops.length === 0 || loops.some((edges) => edges.length !== 1 || !edges[0]!.points?.length)) return undefined;
      return () => nestRings(loops.map((edges) => outline(edges[0]!.points!, true, budget))).geometry;
    }
    default:
      return undefined;
  }
}

function polygon(ring: Position[]): Geometry {
  return { type: "Polygon", coordinates: [ring] };
}

function polyline(
  { vertices = [], closed = false }: DxfEntity,
  mirror: (positions: Position[]) => Position[],
  budget: Budget,
): Geometry | null {
  if (vertices.length === 0) return null;
  const first = vertices[0]!;
  const last = vertices.at(-1)!;
  const round = closed || (vertices.length > 3 && first.x === last.x && first.y === last.y);
  const positions = outline(vertices, closed, budget);
  return round ? polygon(mirror(positions)) : { type: "LineString", coordinates: mirror(positions) };
}

type Vertex = { x: number; y: number; bulge?: number };

/** The positions along the vertices with their arcs; `closed`: and back to the first. */
function outline(vertices: readonly Vertex[], closed: boolean, budget: Budget): Position[] {
  const first = vertices[0]!;
  const last = vertices.at(-1)!;
  const positions: Position[] = [];
  for (const [i, from] of vertices.entries()) {
    positions.push([from.x, from.y]);
    // Arcs make many vertices of few.
    if (positions.length > budget.vertices) takeVertices(budget, positions.length);
    const to = vertices[i + 1] ?? (closed ? first : undefined);
    if (to && from.bulge) for (const position of bulged(from, to, from.bulge)) positions.push(position);
  }
  if (closed && (first.x !== last.x || first.y !== last.y || vertices.length === 1)) positions.push([first.x, first.y]);
  return positions;
}

/** Positions between two vertices on the arc whose quarter angle has the tangent `bulge`, counter-clockwise when positive. */
function bulged(from: Vertex, to: Vertex, bulge: number): Position[] {
  const angle = 4 * Math.atan(bulge);
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  if (!Number.isFinite(angle) || (dx === 0 && dy === 0)) return [];
  const offset = (1 - bulge * bulge) / (4 * bulge);
  const centre: Position = [(from.x + to.x) / 2 - dy * offset, (from.y + to.y) / 2 + dx * offset];
  const start = Math.atan2(from.y - centre[1]!, from.x - centre[0]!);
  return arc(centre, Math.hypot(from.x - centre[0]!, from.y - centre[1]!), start, start + angle).slice(1, -1);
}

/** From one angle to the other in radians; an arc of the drawing always runs counter-clockwise. */
function arc([x, y]: Position, radius: number, from: number, to: number): Position[] {
  const end = to === from ? from + 2 * Math.PI : to;
  const turn = end - from;
  if (![x, y, radius, turn].every(Number.isFinite)) throw new RowFault("not_a_number", { x: String(x), y: String(y) });
  const steps = Math.max(1, Math.ceil(Math.min(Math.abs(turn), 4 * Math.PI) / STEP));
  return Array.from({ length: steps + 1 }, (_, i) => {
    const angle = from + (turn * i) / steps;
    return [x! + radius * Math.cos(angle), y! + radius * Math.sin(angle)];
  });
}

function after(start: number, end: number): number {
  return end <= start ? end + 2 * Math.PI : end;
}
