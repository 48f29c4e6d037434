/** The site: what the user gave, in which coordinates, and how it came to be, step by step. */
import { area, length } from "@turf/turf";
import { computed, ref, shallowRef } from "vue";
import type { AnyGeoJson, Geometry } from "../../server/api/common.ts";
import { isPlainDegrees, toDegrees } from "../projection.ts";
import { joinParts, type Part, partsOf, verticesOf } from "../parts.ts";
import { geometryOf } from "../site_text.ts";

export type SiteOrigin = "drawn" | "edited" | "given" | "file" | "repair" | "check" | "example" | "facility";
export type Site = { given: AnyGeoJson; crs: string; origin: SiteOrigin };
export type DrawMode = "idle" | "polygon" | "line" | "point" | "edit";

export const site = shallowRef<Site | null>(null);
export const draw_mode = ref<DrawMode>("idle");
/** The figure being drawn becomes one more part of the site, instead of the site. */
export const adding = ref(false);
/** Vertices set so far in the drawing at hand, and whether one can be taken back or put again; told by the map. */
export const drawing = ref({ vertices: 0, can_undo: false, can_redo: false });

const past = shallowRef<(Site | null)[]>([]);
const future = shallowRef<(Site | null)[]>([]);

/** In degrees, for the map; null when there is no site or its coordinates cannot be placed. */
export const preview = computed<Geometry | null>(() => {
  if (!site.value) return null;
  const geometry = geometryOf(site.value.given);
  return geometry && toDegrees(geometry, site.value.crs);
});

/** Turf's sphere, at most 0.34 % off: shown with 约 only. Null where it does not apply. */
export const approximate_m2 = computed(() => measure((geometry) => area(geometry)));
export const approximate_m = computed(() =>
  approximate_m2.value === null && !hasArea(preview.value)
    ? measure((geometry) => length({ type: "Feature", geometry, properties: {} }, { units: "meters" }))
    : null,
);

function hasArea(geometry: Geometry | null): boolean {
  if (geometry?.type === "GeometryCollection") return geometry.geometries.some(hasArea);
  return geometry?.type === "Polygon" || geometry?.type === "MultiPolygon";
}

function measure(of: (geometry: Geometry) => number): number | null {
  if (!preview.value) return null;
  try {
    const value = of(preview.value);
    return Number.isFinite(value) && value > 0 ? value : null;
  } catch {
    return null;
  }
}

/** The single figures of the site, in degrees. */
export const parts = computed<Part[]>(() => (preview.value ? partsOf(preview.value) : []));

/** In degrees, so that what is drawn can be joined to it as it is. */
export const extendable = computed(() => site.value !== null && preview.value !== null && isPlainDegrees(site.value.crs));

/** More than this cannot be moved by hand with any sense. */
const MAX_EDITED_VERTICES = 2000;

/** Vertices can be moved on the map: figures without holes, in degrees. */
export const editable = computed(() => {
  if (!extendable.value) return false;
  const vertices = parts.value.reduce((sum, part) => sum + verticesOf(part), 0);
  return vertices <= MAX_EDITED_VERTICES && parts.value.every((part) => part.type !== "Polygon" || part.coordinates.length === 1);
});

/** One more figure beside those there are. In degrees. */
export function addPart(part: Part): void {
  const joined = joinParts([...parts.value, part]);
  if (joined) setSite({ given: joined, crs: site.value?.crs ?? "EPSG:4490", origin: site.value ? "edited" : "drawn" });
}

/** Without figure number `index`; the last one leaves no site. */
export function removePart(index: number): void {
  const joined = joinParts(parts.value.filter((_, i) => i !== index));
  setSite(joined && { given: joined, crs: site.value?.crs ?? "EPSG:4490", origin: "edited" });
}

export const can_undo = computed(
  () => drawing.value.can_undo || (draw_mode.value !== "polygon" && draw_mode.value !== "line" && past.value.length > 0),
);
export const can_redo = computed(
  () => drawing.value.can_redo || (draw_mode.value !== "polygon" && draw_mode.value !== "line" && future.value.length > 0),
);

/** A new state of the site; the one before can be had back. */
export function setSite(next: Site | null): void {
  past.value = [...past.value, site.value].slice(-100);
  future.value = [];
  site.value = next;
}

/** The site of a stored check: nothing to undo. */
export function showSite(next: Site): void {
  past.value = [];
  future.value = [];
  site.value = next;
}

export function stepBack(): void {
  const before = past.value.at(-1);
  if (before === undefined) return;
  past.value = past.value.slice(0, -1);
  future.value = [site.value, ...future.value];
  site.value = before;
}

export function stepForward(): void {
  const after = future.value[0];
  if (after === undefined) return;
  future.value = future.value.slice(1);
  past.value = [...past.value, site.value];
  site.value = after;
}
