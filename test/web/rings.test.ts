/** A measured ring that crosses itself has no area: its loops would be taken from each other. */
import { describe, expect, it } from "vitest";
import { crossesItself } from "../../web/rings.ts";

const [A, B, C, D] = [
  [105.949, 29.23],
  [105.956, 29.23],
  [105.956, 29.236],
  [105.949, 29.236],
] as const satisfies readonly [number, number][];

describe("a ring through points", () => {
  it.each([
    ["square", [A, B, C, D]],
    ["triangle", [A, B, C]],
    ["square whose last point was clicked twice", [A, B, C, D, D]],
    ["square closed by hand", [A, B, C, D, A]],
    ["bay", [A, B, C, [105.9525, 29.232], D]],
    ["two points", [A, B]],
    ["nothing", []],
  ] as const)("%s does not cross itself", (_, points) => {
    expect(crossesItself(points as unknown as [number, number][])).toBe(false);
  });

  it.each([
    ["bow tie", [A, C, B, D]],
    ["bow tie begun elsewhere", [C, B, D, A]],
    ["point on another edge", [A, B, C, [105.9525, 29.23], D]],
    ["five-pointed star", [0, 2, 4, 1, 3].map((k) => [Math.sin((k * 2 * Math.PI) / 5), Math.cos((k * 2 * Math.PI) / 5)])],
  ] as const)("%s does", (_, points) => {
    expect(crossesItself(points as unknown as [number, number][])).toBe(true);
  });
});
