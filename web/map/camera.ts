/** Carries out the orders that move the map. */
import { bbox } from "@turf/turf";
import type { LngLatBoundsLike, Map } from "maplibre-gl";
import { watch } from "vue";
import { phone, sheet } from "../state/app.ts";
import { comparison_open } from "../state/comparison.ts";
import { map_order } from "../state/map_view.ts";

export function watchOrders(map: Map): void {
  watch(
    map_order,
    (order) => {
      if (!order) return;
      if (order.order === "show") {
        const [west, south, east, north] = bbox(order.geometry);
        if ([west, south, east, north].every((value) => Number.isFinite(value) && Math.abs(value!) <= 180))
          fit(map, [west!, south!, east!, north!]);
      } else if (order.order === "show_bbox") fit(map, order.bbox);
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
