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
import type { Position } from "../../server/api/common.ts";
import { joinParts, type Part } from "../parts.ts";
import { caught, map_order } from "../state/map_view.ts";
import { adding, addPart, draw_mode, type DrawMode, drawing, editable, parts, setSite, site } from "../state/site.ts";
import { createSnapper } from "./snapping.ts";

const INK = "#111111";
const WHITE = "#ffffff";
/** terra-draw refuses coordinates with more. */
const DECIMALS = 9;
/** How near a click must come to a vertex to mean it, px. terra-draw's 40 swallows the corners of small plots. */
const POINTER_DISTANCE = 12;
const MODES: Record<Exclude<DrawMode, "idle" | "edit">, string> = { polygon: "polygon", line: "linestring", point: "point" };

function createTool(map: Map, history: TerraDrawModeUndoRedo): TerraDraw {
  const snapping = { toCustom: createSnapper(map) };
  const coordinates = { draggable: true, midpoints: { draggable: true }, deletable: true, snappable: snapping };
  return new TerraDraw({
    adapter: new TerraDrawMapLibreGLAdapter({ map, lib: maplibre, coordinatePrecision: DECIMALS, prefixId: "td" } as never),
    undoRedo: { modeLevel: history },
    modes: [
      new TerraDrawPolygonMode({
        pointerDistance: POINTER_DISTANCE,
        snapping,
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
        snapping,
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
        // A part is removed in the list of parts, where it can be had back.
        keyEvents: { deselect: null, delete: null, rotate: null, scale: null },
        flags: {
          // What crosses itself is named by the service, with its place; the tool would only refuse to move.
          polygon: { feature: { draggable: true, selfIntersectable: true, coordinates } },
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
  const history = new TerraDrawModeUndoRedo();
  const tool = createTool(map, history);
  tool.start();
  tool.setMode("select");
  const canvas = map.getCanvas();
  let own_change = false;

  const clear = () => {
    if (tool.getSnapshot().length > 0) tool.clear();
    tool.clearUndoRedoHistory();
    drawing.value = { vertices: 0, can_undo: false, can_redo: false };
  };
  /** Puts the site's parts into the tool, the vertices of the first shown; a click on another shows its. */
  const edit = () => {
    clear();
    tool.setMode("select");
    const results = editable.value ? tool.addFeatures(parts.value.map(storable)) : [];
    const [first] = results;
    if (first?.id === undefined || results.some(({ valid }) => !valid)) return void (draw_mode.value = "idle");
    tool.selectFeature(first.id);
  };

  watch(
    draw_mode,
    (mode) => {
      canvas.classList.toggle("drawing", mode !== "idle");
      caught.value = null;
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
    own_change = true;
    if (mode === "select") {
      const moved = joinParts(snapshotParts(tool));
      if (moved) setSite({ given: moved, crs: "EPSG:4490", origin: "edited" });
    } else {
      const figure = tool.getSnapshotFeature(id)?.geometry as Part | undefined;
      if (figure && adding.value) addPart(figure);
      else if (figure) setSite({ given: figure, crs: "EPSG:4490", origin: "drawn" });
    }
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
      // Of a line the tool counts no vertices; each is one step of its history.
      vertices: Number(feature?.properties["committedCoordinateCount"] ?? history.undoSize()),
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

/** The parts as they stand in the tool, in their order; its handles are not among them. */
function snapshotParts(tool: TerraDraw): Part[] {
  return tool
    .getSnapshot()
    .filter(({ properties }) => typeof properties[PART] === "number")
    .toSorted((a, b) => Number(a.properties[PART]) - Number(b.properties[PART]))
    .map(({ geometry }) => geometry as Part);
}

const PART = "sj_part";
const MODE_OF: Record<Part["type"], string> = { Polygon: "polygon", LineString: "linestring", Point: "point" };

function storable(part: Part, index: number): GeoJSONStoreFeatures {
  const round = ([x, y]: Position): Position => [Number(x?.toFixed(DECIMALS)), Number(y?.toFixed(DECIMALS))];
  const coordinates =
    part.type === "Polygon"
      ? part.coordinates.map((ring) => ring.map(round))
      : part.type === "LineString"
        ? part.coordinates.map(round)
        : round(part.coordinates);
  const geometry = { type: part.type, coordinates };
  return { type: "Feature", geometry, properties: { mode: MODE_OF[part.type], [PART]: index } } as GeoJSONStoreFeatures;
}
