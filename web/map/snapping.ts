/** Catches a vertex by the features shown: by their corners, else by their edges. The shapes are asked of the service as
 *  they are stored; what tiles show is thinned and would put a site beside the boundary it is drawn along. */
import type { Map, PointLike } from "maplibre-gl";
import { watch } from "vue";
import type { Geometry, Position, Text } from "../../server/api/common.ts";
import { getItems, isAborted } from "../client.ts";
import { as_of } from "../state/app.ts";
import { collections, hidden, themesOf } from "../state/layers.ts";
import { caught, snapping } from "../state/map_view.ts";
import { draw_mode } from "../state/site.ts";

/** Below it a pixel is more than ten metres. */
const FROM_ZOOM = 12;
/** Features of one layer in view. */
const LIMIT = 200;
/** Of the pointer to a corner, to an edge, px. */
const CORNER_PX = 12;
const EDGE_PX = 8;

type Line = { name: Text; positions: Position[] };

/** For terra-draw: where the pointer is caught, or undefined. Needs a loaded map. */
export function createSnapper(map: Map): (pointer: { lng: number; lat: number }) => [number, number] | undefined {
  let lines: Line[] = [];
  let loading: AbortController | undefined;

  const load = async () => {
    loading?.abort();
    lines = [];
    if (!snapping.value || draw_mode.value === "idle" || map.getZoom() < FROM_ZOOM) return;
    const mine = new AbortController();
    loading = mine;
    const bounds = map.getBounds();
    const box = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    const shown = collections.value.filter((one) => themesOf(one).some((theme) => !hidden.value.has(theme)));
    await Promise.all(
      shown.map(async ({ id }) => {
        try {
          const { features } = await getItems(id, box, LIMIT, as_of.value, mine.signal);
          if (mine.signal.aborted) return;
          lines = [
            ...lines,
            ...features.flatMap(({ geometry, properties }) =>
              linesOf(geometry).map((positions) => ({
                name: { zh: String(properties?.["name_zh"]), en: String(properties?.["name_en"]) },
                positions,
              })),
            ),
          ];
        } catch (error) {
          // A layer that does not come catches nothing; the map itself says when the service is gone.
          if (!isAborted(error)) return;
        }
      }),
    );
  };
  map.on("moveend", () => void load());
  watch([draw_mode, snapping, hidden, as_of], () => void load());

  return ({ lng, lat }) => {
    const found = snapping.value ? nearest(map, lines, [lng, lat]) : undefined;
    caught.value = found ? { name: found.name, on: found.on } : null;
    return found?.position;
  };
}

function linesOf(geometry: Geometry | null): Position[][] {
  switch (geometry?.type) {
    case "Point":
      return [[geometry.coordinates]];
    case "MultiPoint":
      return geometry.coordinates.map((position) => [position]);
    case "LineString":
      return [geometry.coordinates];
    case "MultiLineString":
    case "Polygon":
      return geometry.coordinates;
    case "MultiPolygon":
      return geometry.coordinates.flat();
    case "GeometryCollection":
      return geometry.geometries.flatMap(linesOf);
    default:
      return [];
  }
}

type Caught = { name: Text; on: "vertex" | "edge"; position: [number, number] };

function nearest(map: Map, lines: readonly Line[], at: [number, number]): Caught | undefined {
  const pointer = map.project(at);
  const corner = map.unproject([pointer.x + CORNER_PX, pointer.y + CORNER_PX] as PointLike);
  const reach = [Math.abs(corner.lng - at[0]), Math.abs(corner.lat - at[1])] as const;
  let best: (Caught & { px: number }) | undefined;
  const take = (found: Caught, limit: number) => {
    const { x, y } = map.project(found.position);
    const px = Math.hypot(x - pointer.x, y - pointer.y);
    // A corner in reach wins over any edge.
    const better = !best || (best.on === found.on ? px < best.px : found.on === "vertex");
    if (px <= limit && better) best = { ...found, px };
  };
  for (const { name, positions } of lines)
    for (const [i, position] of positions.entries()) {
      const [x, y] = position as [number, number];
      if (Math.abs(x - at[0]) <= reach[0] && Math.abs(y - at[1]) <= reach[1])
        take({ name, on: "vertex", position: [x, y] }, CORNER_PX);
      const next = positions[i + 1];
      if (!next) continue;
      const foot = footOn([x, y], next as [number, number], at, reach[1] / reach[0]);
      if (foot && Math.abs(foot[0] - at[0]) <= reach[0] && Math.abs(foot[1] - at[1]) <= reach[1])
        take({ name, on: "edge", position: foot }, EDGE_PX);
    }
  return best;
}

/** The point of the straight edge a-b (in degrees, as stored) nearest to p on the screen, where a degree of latitude is
 *  `1 / stretch` times as long as one of longitude. */
function footOn(a: [number, number], b: [number, number], p: [number, number], stretch: number): [number, number] | undefined {
  const scale = 1 / stretch;
  const dx = b[0] - a[0];
  const dy = (b[1] - a[1]) * scale;
  const length = dx * dx + dy * dy;
  if (length === 0) return undefined;
  const t = ((p[0] - a[0]) * dx + (p[1] - a[1]) * scale * dy) / length;
  if (t <= 0 || t >= 1) return undefined;
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
}
