/** The entities of a DXF as its lines have them, to be held against what the package `dxf` makes of them: it leaves out the types
 *  it does not know, reads "105,9" as 105 and a missing y as 0, and takes the frame of a spline for its points. */
import { FormatError } from "./format.ts";
import { RowFault } from "./geometry.ts";

export type DxfGroup = {
  type: string;
  /** Why its numbers cannot be believed. */
  fault: RowFault | null;
  /** Vertices, from 0, that are no points of the line: the frame that a spline was fitted to. */
  frame: Set<number>;
  /** A polyline in space: in the drawing's own coordinates, however it is extruded. */
  in_space: boolean;
};

const NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;
const [SPLINE_FRAME, IN_SPACE] = [16, 8];

/** Group codes whose values make the shape: places, and by type the radius, the bulges, the angles. Heights and widths do not. */
function shapes(type: string, code: number): boolean {
  if (code >= 10 && code < 30) return true;
  if (type === "CIRCLE" || type === "ARC") return code === 40 || (type === "ARC" && (code === 50 || code === 51));
  return code === 42 && (type === "LWPOLYLINE" || type === "VERTEX");
}

/** In the order of the file; the vertices of a polyline are part of it. Throws FormatError `unreadable`. */
export function dxfGroups(text: string): DxfGroup[] {
  const lines = text.split(/\r\n|\r|\n/);
  const groups: DxfGroup[] = [];
  let section = "";
  let sections = 0;
  let type = "";
  let counts = { said: 0, x: 0, y: 0 };
  let vertices = 0;
  const close = () => {
    const group = groups.at(-1);
    if (type !== "LWPOLYLINE" || !group) return;
    if (counts.x !== counts.y) group.fault ??= new RowFault("dxf_value", { group: counts.x > counts.y ? 20 : 10, text: "" });
    else if (counts.x < counts.said) group.fault ??= new RowFault("dxf_vertices", { expected: counts.said, got: counts.x });
  };
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const code = Number.parseInt(lines[i]!, 10);
    const value = lines[i + 1]!.trim();
    if (code === 0) {
      if (section === "ENTITIES") close();
      type = value;
      counts = { said: 0, x: 0, y: 0 };
      if (type === "SECTION" || type === "ENDSEC") section = "";
      else if (section === "ENTITIES" && type === "VERTEX") vertices += 1;
      else if (section === "ENTITIES" && type !== "SEQEND") {
        vertices = 0;
        groups.push({ type, fault: null, frame: new Set(), in_space: false });
      }
      continue;
    }
    if (type === "SECTION" && code === 2) {
      section = value;
      // There is one by the standard; of several the package reads the last alone.
      if (section === "ENTITIES" && ++sections > 1) throw new FormatError("unreadable", { format: "dxf" });
    }
    const group = groups.at(-1);
    if (section !== "ENTITIES" || !group) continue;
    if (shapes(type, code) && !NUMBER.test(value))
      group.fault ??= new RowFault("dxf_value", { group: code, text: value.slice(0, 40) });
    if (code === 10) counts.x += 1;
    if (code === 20) counts.y += 1;
    if (code === 90 && type === "LWPOLYLINE") counts.said = Number.parseInt(value, 10) || 0;
    if (code === 70 && type === "VERTEX" && Number.parseInt(value, 10) & SPLINE_FRAME) group.frame.add(vertices - 1);
    if (code === 70 && type === "POLYLINE" && Number.parseInt(value, 10) & IN_SPACE) group.in_space = true;
  }
  return groups;
}
