/** The second signs of fills: hatches and dots, drawn here and tinted by nobody, so that a style names them and colour. */
import type { Map } from "maplibre-gl";

const SIZE = 12; // px of the tile at ratio 1
const RATIO = 2;

type Draw = (context: CanvasRenderingContext2D) => void;

const PATTERNS: Record<string, { color: string; draw: Draw }> = {
  "hatch-dense": { color: "#B4232A", draw: (context) => hatch(context, 6, 1) },
  "hatch-wide": { color: "#D9730D", draw: (context) => hatch(context, 12, 1.1) },
  dots: { color: "#A88700", draw: dots },
};

function hatch(context: CanvasRenderingContext2D, step: number, width: number): void {
  context.lineWidth = width;
  context.beginPath();
  for (let x = -SIZE; x <= 2 * SIZE; x += step) {
    context.moveTo(x, SIZE);
    context.lineTo(x + SIZE, 0);
    // The corners of a tile belong to its neighbours' lines too.
    context.moveTo(x, SIZE + SIZE);
    context.lineTo(x + 2 * SIZE, 0);
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

/** Answers the style's request for `name`, or `name` + `:` + a colour (`hatch-wide:#D9730D`). Other names stay missing. */
export function providePatterns(map: Map): void {
  map.setMissingStyleImageResolver((id) => {
    const image = patternImage(id);
    if (image && !map.hasImage(id)) map.addImage(id, image, { pixelRatio: RATIO });
  });
}

function patternImage(id: string): ImageData | undefined {
  const [name = "", color] = id.split(":");
  const pattern = PATTERNS[name];
  if (!pattern) return undefined;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE * RATIO;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return undefined;
  context.scale(RATIO, RATIO);
  context.strokeStyle = context.fillStyle = color ?? pattern.color;
  context.globalAlpha = 0.75;
  pattern.draw(context);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}
