/** Carries out the orders that move the map. */
import { bbox } from "@turf/turf";
import type { LngLatBoundsLike, Map } from "maplibre-gl";
import { watch } from "vue";
import { phone, sheet } from "../state/app.ts";
import { comparison_open } from "../state/comparison.ts";
import { map_order } from "../state/map_view.ts";

/** A map that is made lower or higher just after an order (a table slides up) carries it out anew, ms. */
const SETTLING_MS = 4000;

export function watchOrders(map: Map): void {
  let last: { bounds: [number, number, number, number]; at: number } | undefined;
  const go = (bounds: [number, number, number, number]) => {
    last = { bounds, at: performance.now() };
    fit(map, bounds);
  };
  // The hand on the map wins.
  for (const event of ["dragstart", "wheel"] as const) map.on(event, () => (last = undefined));
  map.on("resize", () => {
    if (last && performance.now() - last.at < SETTLING_MS) fit(map, last.bounds);
  });
  watch(
    map_order,
    (order) => {
      if (!order) return;
      if (order.order === "show") {
        const [west, south, east, north] = bbox(order.geometry);
        if ([west, south, east, north].every((value) => Number.isFinite(value) && Math.abs(value!) <= 180))
          go([west!, south!, east!, north!]);
      } else if (order.order === "show_bbox") go(order.bbox);
      else if (order.order === "zoom") map.zoomTo(map.getZoom() + order.by, { duration: 200 });
    },
    { flush: "post", immediate: true },
  );
}

/** On a phone the sheet covers the lower part; elsewhere the comparison does, while it is open. */
function fit(map: Map, [west, south, east, north]: [number, number, number, number]): void {
  const { clientHeight, clientWidth } = map.getContainer();
  const covered = phone.value
    ? sheet.value === "peek"
      ? 96
      : clientHeight * 0.52
    : comparison_open.value
      ? clientHeight * 0.58
      : 0;
  const side = Math.min(90, clientWidth * 0.12);
  const bounds: LngLatBoundsLike = [west, south, east, north];
  map.fitBounds(bounds, {
    padding: { top: Math.min(80, clientHeight * 0.1), bottom: covered + 48, left: side, right: side },
    maxZoom: 16.5,
    duration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 600,
  });
}
