/** What the map is asked for and what it tells: orders to it, the popup, the piece shown, the pointer. */
import { computed, ref, shallowRef } from "vue";
import type { CoverageAreas } from "../../server/api/coverage.ts";
import type { Feature, Geometry, Text } from "../../server/api/common.ts";
import { styleKey } from "../early.ts";
import { lang } from "../messages.ts";
import { as_of, data_version, phone, sheet } from "./app.ts";
import { adding, can_redo, can_undo, draw_mode, drawing, preview, stepBack, stepForward } from "./site.ts";

export type MapOrder =
  | { order: "show"; geometry: Geometry }
  | { order: "show_bbox"; bbox: [number, number, number, number] }
  | { order: "zoom"; by: number }
  | { order: "finish_drawing" }
  | { order: "undo_vertex" }
  | { order: "redo_vertex" };

export type PopupTarget = { layer: string; theme: string; code: string; name: Text };
export type MapFailure = "no_webgl2" | "style" | "worker";

/** The newest order; each is a new object, so that the same order twice is two orders. */
export const map_order = shallowRef<MapOrder | null>(null);
/** Centre of the map in degrees; null before the map stands. */
export const view_center = shallowRef<[number, number] | null>(null);
/** Themes of which something is drawn in the view. */
export const drawn = shallowRef<ReadonlySet<string>>(new Set());
/** Of the map; null before it stands. */
export const view_zoom = ref<number | null>(null);
/** What the vertex under the pointer was caught by; null where it is free. */
export const caught = shallowRef<{ name: Text; on: "vertex" | "edge" } | null>(null);
/** Vertices are caught by the features shown. */
export const snapping = ref(true);
/** The first picture stands. */
export const map_rested = ref(false);
export const pointer = ref<[number, number] | null>(null);
export const popup = shallowRef<{ at: [number, number]; targets: PopupTarget[] } | null>(null);
/** The clipped pieces of the finding in hand, with the words written on them. */
export const piece = shallowRef<{ id: string; geometry: Geometry; label: string } | null>(null);
/** Places of faults in what was sent. */
export const fault_positions = shallowRef<[number, number][]>([]);
/** What came through the door, where it would lie. Without a reference system a row has no geometry. */
export const uploaded = shallowRef<Feature[]>([]);
/** Who claims to cover which part of a district, while that is shown. */
export const claimed = shallowRef<CoverageAreas["features"]>([]);
export const map_failure = ref<MapFailure | null>(null);
/** The language, the day and the state of the data that the map ought to show, and those that it does show; empty: none yet. */
export const style_wanted = computed(() => `${styleKey(lang.value, as_of.value)} ${data_version.value}`);
export const style_shown = ref("");

/** What takes a click on the map instead of the popup, at a point of it in px and with the features there; null: nothing does.
 *  True: it was taken. */
export const click_taker = shallowRef<((point: [number, number], targets: PopupTarget[]) => boolean) | null>(null);

export function orderMap(order: MapOrder): void {
  map_order.value = { ...order };
}

/** Shows a geometry; on a phone the sheet makes room for it. */
export function showGeometry(geometry: Geometry): void {
  if (phone.value && sheet.value === "full") sheet.value = "half";
  orderMap({ order: "show", geometry });
}

/** One step back: the last vertex while drawing, the last state of the site otherwise. */
export function undo(): void {
  if (!can_undo.value) return;
  if (drawing.value.can_undo) orderMap({ order: "undo_vertex" });
  else stepBack();
}

export function redo(): void {
  if (!can_redo.value) return;
  if (drawing.value.can_redo) orderMap({ order: "redo_vertex" });
  else stepForward();
}

/** The next facility clicked becomes the site. */
export const picking = ref(false);
/** The last click found none. */
export const pick_missed = ref(false);

export function startPicking(on: boolean): void {
  stopDrawing();
  picking.value = on;
  pick_missed.value = false;
  popup.value = null;
  if (on && phone.value) sheet.value = "peek";
}

/** Begins a figure, or the moving of vertices. `more`: it will be one more part of the site. */
export function startDrawing(mode: "polygon" | "line" | "point" | "edit", more = false): void {
  popup.value = null;
  picking.value = false;
  adding.value = more;
  fault_positions.value = [];
  if (phone.value) sheet.value = "peek";
  draw_mode.value = mode;
}

/** Leaves drawing; an unfinished figure is dropped. */
export function stopDrawing(): void {
  draw_mode.value = "idle";
  if (!phone.value || sheet.value !== "peek") return;
  sheet.value = "half";
  // The sheet comes up over the lower half: what was drawn moves out of its way.
  if (preview.value) orderMap({ order: "show", geometry: preview.value });
}
