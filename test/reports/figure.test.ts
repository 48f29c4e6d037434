/** Figures are right on paper: scale, frame, labels within it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { barLength, type Drawing, drawFigure, frameOf, MAP_MM, placeLabels, textWidth } from "../../server/reports/figure.ts";

const style = { color: "#B4232A", opacity: 0.2, width: 0.4, dash: null, pattern: "hatch-dense" };
const drawing = (more: Partial<Drawing> = {}): Drawing => ({
  ...frameOf([0, 0, 100, 100], 50),
  shapes: [
    {
      kind: "area",
      paths: [
        [
          [0, 0],
          [100, 0],
          [100, 100],
          [0, 0],
        ],
      ],
      style,
      arrows: false,
    },
  ],
  labels: [],
  legend: [{ title: "一级保护区", kind: "area", style }],
  notes: ["note"],
  sample: true,
  ...more,
});

describe("the frame", () => {
  it("holds what it is made round with its margin, at a round scale, in the paper's proportions", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.double({ min: 0, max: 3e5, noNaN: true }),
        fc.double({ min: 0, max: 3e5, noNaN: true }),
        fc.double({ min: 1, max: 1e4, noNaN: true }),
        (x, width, height, margin) => {
          const { box, scale } = frameOf([x, 0, x + width, height], margin);
          expect(box[0]).toBeLessThanOrEqual(x - margin + 1e-6);
          expect(box[2]).toBeGreaterThanOrEqual(x + width + margin - 1e-6);
          expect(box[1]).toBeLessThanOrEqual(-margin + 1e-6);
          expect(box[3]).toBeGreaterThanOrEqual(height + margin - 1e-6);
          expect((box[2] - box[0]) / (box[3] - box[1])).toBeCloseTo(MAP_MM.width / MAP_MM.height, 6);
          expect((box[2] - box[0]) * 1000).toBeCloseTo(MAP_MM.width * scale, 3);
          expect(String(scale)).toMatch(/^(1|2|25|5|\d{1,3})0*$/);
        },
      ),
    );
  });

  it("the bar is as long on paper as it says", () => {
    for (const scale of [100, 500, 2000, 2500, 10_000, 250_000, 5_000_000]) {
      const mm = (barLength(scale) * 1000) / scale;
      expect(mm).toBeGreaterThanOrEqual(24);
      expect(mm).toBeLessThanOrEqual(63);
    }
    const text = drawFigure(drawing({ ...frameOf([0, 0, 1000, 500], 0) }), "zh", "f", "title").text;
    const { scale } = frameOf([0, 0, 1000, 500], 0);
    expect(text).toContain(`1:${scale.toLocaleString("en")}`);
  });
});

describe("labels", () => {
  const place = ([x, y]: [number, number]): [number, number] => [x, y];
  it("stay within the frame and never cover each other; the first stands", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            at: fc.tuple(fc.double({ min: -500, max: 500, noNaN: true }), fc.double({ min: -500, max: 500, noNaN: true })),
            text: fc.string({ minLength: 1, maxLength: 300, unit: "grapheme" }),
          }),
          { minLength: 1, maxLength: 40 },
        ),
        (labels) => {
          const placed = placeLabels(
            labels.map((label) => ({ ...label, color: "#000", strong: false })),
            place,
          );
          for (const [i, one] of placed.entries()) {
            expect(one.x).toBeGreaterThanOrEqual(1);
            expect(one.x + one.width).toBeLessThanOrEqual(1 + MAP_MM.width + 1e-6);
            expect(one.y).toBeGreaterThanOrEqual(1);
            expect(one.y + one.height).toBeLessThanOrEqual(1 + MAP_MM.height + 1e-6);
            for (const other of placed.slice(i + 1))
              expect(
                one.x > other.x + other.width ||
                  one.x + one.width < other.x ||
                  one.y > other.y + other.height ||
                  one.y + one.height < other.y,
              ).toBe(true);
          }
        },
      ),
    );
  });
  it("with nothing to read are not placed, and take nobody's place", () => {
    const blank = { at: [80, 40] as [number, number], text: " \t", color: "#000", strong: false };
    expect(placeLabels([blank, { ...blank, text: "a" }], place).map(({ lines }) => lines)).toEqual([["a"]]);
  });
  it("move inside their area or off their point when their place is taken", () => {
    const ring: [number, number][] = [
      [10, 10],
      [150, 10],
      [150, 70],
      [10, 70],
    ];
    const one = { at: [80, 40] as [number, number], text: "水源保护区", color: "#000", strong: false };
    expect(placeLabels([one, one], place)).toHaveLength(1);
    const [, second] = placeLabels([one, { ...one, within: [ring] }], place);
    const middle = [second!.x + second!.width / 2, second!.y + second!.height / 2];
    expect(middle[0]! > 10 && middle[0]! < 150 && middle[1]! > 10 && middle[1]! < 70).toBe(true);
    const [point] = placeLabels([{ ...one, moves: "off" }], place);
    expect(80 < point!.x || 80 > point!.x + point!.width || 40 < point!.y || 40 > point!.y + point!.height).toBe(true);
  });
  it("counts Chinese signs as twice as wide", () => expect(textWidth("水a", 10)).toBeCloseTo(15.6));
});

it("names with markup are text in the drawing", () => {
  const text = drawFigure(
    drawing({ labels: [{ at: [50, 50], text: '<b>&"', color: "#000", strong: false }] }),
    "en",
    "f",
    "title",
  ).text;
  expect(text).toContain("&lt;b&gt;&amp;&quot;");
});
