/** The images that the style names: hatches and dots of fills, arrows of flow, pins of points. Drawn here, so that a
 *  style needs no sprite. `hatch-wide:#D9730D`, `arrow:#2F7FC1`, `pin:factory:#5F6B76`, `pin:section:#1F5F95:III`. */
import type { Map } from "maplibre-gl";
import { CLASS_SIGNS, DROP, STROKES } from "../pictograms.ts";

const RATIO = 2;
/** Sides in px at ratio 1. */
const TILE = 12;
const PIN = 18;

type Draw = (context: CanvasRenderingContext2D, color: string) => void;

const PATTERNS: Record<string, Draw> = {
  "hatch-dense": (context) => hatch(context, 6, 1),
  "hatch-wide": (context) => hatch(context, 12, 1.1),
  "cross-hatch": (context) => {
    hatch(context, 12, 0.9);
    context.translate(TILE, 0);
    context.scale(-1, 1);
    hatch(context, 12, 0.9);
  },
  "thin-grid": (context) =>
    lines(
      context,
      [
        [0.5, 0, 0.5, TILE],
        [6.5, 0, 6.5, TILE],
        [0, 0.5, TILE, 0.5],
        [0, 6.5, TILE, 6.5],
      ],
      0.6,
    ),
  "vertical-hatch": (context) =>
    lines(
      context,
      [
        [3, 0, 3, TILE],
        [9, 0, 9, TILE],
      ],
      1,
    ),
  dots,
};

function hatch(context: CanvasRenderingContext2D, step: number, width: number): void {
  context.lineWidth = width;
  context.beginPath();
  for (let x = -TILE; x <= 2 * TILE; x += step) {
    context.moveTo(x, TILE);
    context.lineTo(x + TILE, 0);
    // The corners of a tile belong to its neighbours' lines too.
    context.moveTo(x, TILE + TILE);
    context.lineTo(x + 2 * TILE, 0);
  }
  context.stroke();
}

function lines(context: CanvasRenderingContext2D, segments: [number, number, number, number][], width: number): void {
  context.lineWidth = width;
  context.beginPath();
  for (const [x1, y1, x2, y2] of segments) {
    context.moveTo(x1, y1);
    context.lineTo(x2, y2);
  }
  context.stroke();
}

function dots(context: CanvasRenderingContext2D): void {
  for (const [x, y] of [
    [3, 3],
    [9, 9],
  ] as const) {
    context.beginPath();
    context.arc(x, y, 1.3, 0, 2 * Math.PI);
    context.fill();
  }
}

/** Points to the right: along the line it follows the flow. */
function arrow(context: CanvasRenderingContext2D, color: string): void {
  context.lineJoin = "round";
  context.fillStyle = color;
  context.strokeStyle = "#FFFFFF";
  context.lineWidth = 1;
  const path = new Path2D("M3 2.2 9.6 6 3 9.8 4.6 6z");
  context.stroke(path);
  // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type
  context.fill(path);
}

function pin(context: CanvasRenderingContext2D, icon: string, color: string, text: string): void {
  context.translate((PIN - 16) / 2, (PIN - 16) / 2);
  context.lineJoin = context.lineCap = "round";
  context.fillStyle = color;
  context.strokeStyle = "#FFFFFF";
  if (icon === "section") {
    context.fillRect(1, 1, 14, 14);
    context.lineWidth = 1.2;
    context.strokeRect(1, 1, 14, 14);
    context.fillStyle = "#FFFFFF";
    context.font = "bold 10px sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(CLASS_SIGNS[text] ?? "\u00B7", 8, 8.6);
    return;
  }
  if (icon === "source" || icon === "intake") {
    const shape = icon === "source" ? new Path2D(DROP) : circle(3.4);
    if (icon === "intake") {
      context.fillStyle = "#FFFFFF";
      context.strokeStyle = color;
    }
    context.lineWidth = icon === "intake" ? 2 : 1.2;
    context.fill(shape);
    context.stroke(shape);
    return;
  }
  const disc = circle(7);
  context.fill(disc);
  context.lineWidth = 1;
  context.stroke(disc);
  context.lineWidth = 1.2;
  const strokes = STROKES[icon];
  if (strokes) context.stroke(new Path2D(strokes));
}

function circle(radius: number): Path2D {
  const path = new Path2D();
  path.arc(8, 8, radius, 0, 2 * Math.PI);
  return path;
}

/** Answers the style's request for an image by its name. Other names stay missing. */
export function providePatterns(map: Map): void {
  map.setMissingStyleImageResolver((id) => {
    const image = imageOf(id);
    if (image && !map.hasImage(id)) map.addImage(id, image, { pixelRatio: RATIO });
  });
}

function imageOf(id: string): ImageData | undefined {
  const [name = "", first = "", second = "", text = ""] = id.split(":");
  if (name === "pin") return paint(PIN, (context) => pin(context, first, second, text));
  if (name === "arrow") return paint(TILE, (context) => arrow(context, first));
  const pattern = PATTERNS[name];
  return (
    pattern &&
    paint(TILE, (context) => {
      context.strokeStyle = context.fillStyle = first;
      context.globalAlpha = 0.75;
      pattern(context, first);
    })
  );
}

function paint(side: number, draw: (context: CanvasRenderingContext2D) => void): ImageData | undefined {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side * RATIO;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return undefined;
  context.scale(RATIO, RATIO);
  draw(context);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}
