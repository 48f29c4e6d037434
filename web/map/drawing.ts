/** Drawing and moving vertices, with terra-draw. It holds a figure only while one is made or changed; the site's state
 *  is the truth at all other times. */
import type { Map } from "maplibre-gl";
import * as maplibre from "maplibre-gl";
import {
  type GeoJSONStoreFeatures,
  TerraDraw,
  TerraDrawLineStringMode,
  TerraDrawModeUndoRedo,
  TerraDrawPointMode,
  TerraDrawPolygonMode,
  TerraDrawSelectMode,
} from "terra-draw";
import { TerraDrawMapLibreGLAdapter } from "terra-draw-maplibre-gl-adapter";
import { watch } from "vue";
import type { Geometry, Position } from "../../server/api/common.ts";
import { map_order } from "../state/map_view.ts";
import { draw_mode, type DrawMode, drawing, editable, preview, setSite, site } from "../state/site.ts";

const INK = "#111111";
const WHITE = "#ffffff";
/** terra-draw refuses coordinates with more. */
const DECIMALS = 9;
/** How near a click must come to a vertex to mean it, px. terra-draw's 40 swallows the corners of small plots. */
const POINTER_DISTANCE = 12;
const MODES: Record<Exclude<DrawMode, "idle" | "edit">, string> = { polygon: "polygon", line: "linestring", point: "point" };

const coordinates = { draggable: true, midpoints: { draggable: true }, deletable: true };

function createTool(map: Map): TerraDraw {
  return new TerraDraw({
    adapter: new TerraDrawMapLibreGLAdapter({ map, lib: maplibre, coordinatePrecision: DECIMALS, prefixId: "td" } as never),
    undoRedo: { modeLevel: new TerraDrawModeUndoRedo() },
    modes: [
      new TerraDrawPolygonMode({
        pointerDistance: POINTER_DISTANCE,
        styles: {
          fillColor: INK,
          fillOpacity: 0.08,
          outlineColor: INK,
          outlineWidth: 2.5,
          closingPointColor: WHITE,
          closingPointOutlineColor: INK,
          closingPointOutlineWidth: 2,
          closingPointWidth: 5,
        },
      }),
      new TerraDrawLineStringMode({
        pointerDistance: POINTER_DISTANCE,
        styles: {
          lineStringColor: INK,
          lineStringWidth: 2.5,
          closingPointColor: WHITE,
          closingPointOutlineColor: INK,
          closingPointOutlineWidth: 2,
        },
      }),
      new TerraDrawPointMode({ styles: { pointColor: INK, pointWidth: 6, pointOutlineColor: WHITE, pointOutlineWidth: 2.5 } }),
      new TerraDrawSelectMode({
        pointerDistance: POINTER_DISTANCE + 4,
        allowManualDeselection: false,
        flags: {
          polygon: { feature: { draggable: true, coordinates } },
          linestring: { feature: { draggable: true, coordinates } },
          point: { feature: { draggable: true } },
        },
        styles: {
          selectedPolygonColor: INK,
          selectedPolygonFillOpacity: 0.08,
          selectedPolygonOutlineColor: INK,
          selectedPolygonOutlineWidth: 2.5,
          selectedLineStringColor: INK,
          selectedLineStringWidth: 2.5,
          selectedPointColor: INK,
          selectionPointColor: WHITE,
          selectionPointOutlineColor: INK,
          selectionPointOutlineWidth: 2,
          selectionPointWidth: 5,
          midPointColor: INK,
          midPointOutlineColor: WHITE,
          midPointOutlineWidth: 1,
          midPointWidth: 3,
        },
      }),
    ],
  });
}

/** Needs a loaded map. */
export function startDrawingTools(map: Map): void {
  const tool = createTool(map);
  tool.start();
  tool.setMode("select");
  const canvas = map.getCanvas();
  let own_change = false;

  const clear = () => {
    if (tool.getSnapshot().length > 0) tool.clear();
    tool.clearUndoRedoHistory();
    drawing.value = { vertices: 0, can_undo: false, can_redo: false };
  };
  /** Puts the site into the tool, its vertices shown. */
  const edit = () => {
    clear();
    tool.setMode("select");
    const figure = preview.value && editable.value ? storable(preview.value) : undefined;
    if (!figure) return void (draw_mode.value = "idle");
    const [result] = tool.addFeatures([figure]);
    if (!result?.valid || result.id === undefined) return void (draw_mode.value = "idle");
    tool.selectFeature(result.id);
  };

  watch(
    draw_mode,
    (mode) => {
      canvas.classList.toggle("drawing", mode !== "idle");
      map.doubleClickZoom[mode === "idle" ? "enable" : "disable"]();
      if (mode === "idle") {
        tool.setMode("select");
        clear();
      } else if (mode === "edit") edit();
      else {
        clear();
        tool.setMode(MODES[mode]);
      }
    },
    { flush: "sync" },
  );
  watch(
    site,
    () => {
      if (draw_mode.value === "edit" && !own_change) edit();
      own_change = false;
    },
    { flush: "sync" },
  );

  tool.on("finish", (id, { action, mode }) => {
    const geometry = tool.getSnapshotFeature(id)?.geometry as Geometry | undefined;
    if (!geometry) return;
    own_change = true;
    setSite({ given: geometry, crs: "EPSG:4490", origin: mode === "select" ? "edited" : "drawn" });
    own_change = false;
    // Drawn: at once changeable. Later, so that the click that closed the figure is over.
    if (action === "draw")
      setTimeout(() => {
        if (draw_mode.value !== "idle" && draw_mode.value !== "edit") draw_mode.value = "edit";
      });
  });
  const tell = () => {
    if (draw_mode.value === "idle" || draw_mode.value === "edit") return;
    const feature = tool.getSnapshot().find((one) => one.geometry.type === "Polygon" || one.geometry.type === "LineString");
    const state = {
      vertices: Number(feature?.properties["committedCoordinateCount"] ?? 0),
      can_undo: tool.canUndo(),
      can_redo: tool.canRedo(),
    };
    if (JSON.stringify(state) !== JSON.stringify(drawing.value)) drawing.value = state;
  };
  tool.on("change", tell);
  tool.on("history", tell);

  watch(map_order, (order) => {
    if (order?.order === "undo_vertex") tool.undo();
    else if (order?.order === "redo_vertex") tool.redo();
    else if (order?.order === "finish_drawing") canvas.dispatchEvent(new KeyboardEvent("keyup", { key: "Enter", bubbles: true }));
    tell();
  });
}

function storable(geometry: Geometry): GeoJSONStoreFeatures | undefined {
  const round = ([x, y]: Position): Position => [Number(x?.toFixed(DECIMALS)), Number(y?.toFixed(DECIMALS))];
  const feature = (rounded: unknown, mode: string) =>
    ({ type: "Feature", geometry: rounded, properties: { mode } }) as GeoJSONStoreFeatures;
  if (geometry.type === "Polygon")
    return feature({ type: "Polygon", coordinates: geometry.coordinates.map((ring) => ring.map(round)) }, "polygon");
  if (geometry.type === "LineString")
    return feature({ type: "LineString", coordinates: geometry.coordinates.map(round) }, "linestring");
  if (geometry.type === "Point") return feature({ type: "Point", coordinates: round(geometry.coordinates) }, "point");
  return undefined;
}
