/** The districts there are, and which of them the map, or the site, lies in. */
import { centroid } from "@turf/turf";
import { computed } from "vue";
import type { Landing } from "../../server/api/collections.ts";
import { lang } from "../messages.ts";
import { landing } from "./app.ts";
import { view_center } from "./map_view.ts";
import { preview } from "./site.ts";

export type Place = Landing["places"][number];

export const places = computed<Place[]>(() => landing.value?.places ?? []);

/** The district in view: of those whose box holds the centre the smallest, else the nearest. */
export const place = computed<Place | undefined>(() => placeAt(view_center.value));

/** The district that a question is about: the site's, once there is one. */
export const asked_place = computed<Place | undefined>(() =>
  preview.value ? placeAt(centroid(preview.value as never).geometry.coordinates as [number, number]) : place.value,
);

function placeAt(at: [number, number] | null): Place | undefined {
  if (!at) return places.value.find(({ bbox }) => bbox.join() === landing.value?.bbox.join()) ?? places.value[0];
  const away = ({ bbox: [west, south, east, north] }: Place) =>
    Math.hypot(Math.max(west - at[0], 0, at[0] - east), Math.max(south - at[1], 0, at[1] - north));
  const size = ({ bbox: [west, south, east, north] }: Place) => (east - west) * (north - south);
  return places.value.toSorted((a, b) => away(a) - away(b) || size(a) - size(b))[0];
}

/** The name of a district by its GB/T 2260 code; the code where no such district is loaded. */
export function placeName(code: string): string {
  return places.value.find((one) => one.code === code)?.name[lang.value] ?? code;
}
