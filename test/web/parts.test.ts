import { expect, it } from "vitest";
import { joinParts, partsOf } from "../../web/parts.ts";
import type { Geometry } from "../../server/api/common.ts";

const ring = (x: number) => [
  [
    [x, 0],
    [x + 1, 0],
    [x + 1, 1],
    [x, 0],
  ],
];
const polygon: Geometry = { type: "Polygon", coordinates: ring(0) };
const point: Geometry = { type: "Point", coordinates: [5, 5] };

it.each([
  [polygon],
  [point],
  [{ type: "MultiPolygon", coordinates: [ring(0), ring(3)] }],
  [{ type: "MultiLineString", coordinates: [...ring(0), ...ring(3)] }],
  [
    {
      type: "MultiPoint",
      coordinates: [
        [1, 2],
        [3, 4],
      ],
    },
  ],
  [{ type: "GeometryCollection", geometries: [polygon, point] }],
] as Geometry[][])("%j is the same after taking it apart and joining it", (geometry) => {
  expect(joinParts(partsOf(geometry!))).toEqual(geometry);
});

it("a figure added to another of its kind makes a multi-geometry, to others a collection; none is null", () => {
  const both = joinParts([...partsOf(polygon), ...partsOf({ type: "Polygon", coordinates: ring(3) })]);
  expect(both).toEqual({ type: "MultiPolygon", coordinates: [ring(0), ring(3)] });
  expect(joinParts([...partsOf(both!), ...partsOf(point)])).toMatchObject({ type: "GeometryCollection" });
  expect(joinParts([])).toBeNull();
});

it("nested collections are flat afterwards, and no part is lost", () => {
  const nested: Geometry = {
    type: "GeometryCollection",
    geometries: [{ type: "GeometryCollection", geometries: [point, polygon] }, point],
  };
  expect(partsOf(nested).map(({ type }) => type)).toEqual(["Point", "Polygon", "Point"]);
});
