/** Nothing on the map is told apart by colour alone: for eyes without red, green or blue cones, two surfaces or lines differ
 *  in hatch or dash, or still clearly in colour. */
import { describe, expect, it } from "vitest";
import { layers } from "../../server/layers/index.ts";

/** Machado, Oliveira & Fernandes 2009, severity 1.0, on linear RGB. */
const EYES: Record<string, number[][]> = {
  "all cones": [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};
/** CIE76 difference below which two colours in two places of a map are easily mixed up. */
const CLEAR = 15;

function linear(hex: string): number[] {
  return [1, 3, 5].map((from) => {
    const value = parseInt(hex.slice(from, from + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
}
const times = (matrix: number[][], vector: number[]) =>
  matrix.map((row) =>
    Math.min(
      1,
      Math.max(
        0,
        row.reduce((sum, each, i) => sum + each * vector[i]!, 0),
      ),
    ),
  );

/** CIE L*a*b*, D65. */
function lab(rgb: number[]): number[] {
  const [x, y, z] = times(
    [
      [0.4124 / 0.9505, 0.3576 / 0.9505, 0.1805 / 0.9505],
      [0.2126, 0.7152, 0.0722],
      [0.0193 / 1.089, 0.1192 / 1.089, 0.9505 / 1.089],
    ],
    rgb,
  ).map((t) => (t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27 / 116) * t + 16 / 116)) as [number, number, number];
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
function apart(a: string, b: string, eyes: number[][]): number {
  const [one, two] = [a, b].map((hex) => lab(times(eyes, linear(hex)))) as [number[], number[]];
  return Math.hypot(...one.map((each, i) => each - two[i]!));
}

describe("colours", () => {
  it("the measure itself: red and green of one lightness are far for all cones and near without the green ones", () => {
    expect(apart("#B4232A", "#5A7000", EYES["all cones"]!)).toBeGreaterThan(60);
    expect(apart("#B4232A", "#7A6A00", EYES["deuteranopia"]!)).toBeLessThan(apart("#B4232A", "#7A6A00", EYES["all cones"]!));
  });

  it.each(Object.keys(EYES))("%s: two surfaces of one hatch and dash, or two lines of one dash, differ in colour", (name) => {
    const signs = layers.flatMap((layer) =>
      layer.geometry === "point"
        ? []
        : layer.paint.map(({ theme, color, pattern, dash, arrows }) => ({
            theme,
            color,
            sign: [layer.geometry, pattern, dash?.join(), arrows === true].join("|"),
          })),
    );
    const mixed = signs.flatMap((a, i) =>
      signs
        .slice(i + 1)
        .filter((b) => a.sign === b.sign && apart(a.color, b.color, EYES[name]!) < CLEAR)
        .map(
          (b) =>
            `${a.theme} ${a.color} and ${b.theme} ${b.color}: ${apart(a.color, b.color, EYES[name]!).toFixed(0)} (${a.sign})`,
        ),
    );
    expect(mixed).toEqual([]);
  });

  it("kinds of points differ in pictogram", () => {
    for (const layer of layers.filter(({ geometry }) => geometry === "point")) {
      const shapes = layer.paint.map(({ color, icon }) => `${icon} ${color}`);
      expect(new Set(shapes).size, layer.id).toBe(shapes.length);
    }
  });
});
