/** Smooth panning: the same five seconds of moving and zooming on our page and on the bare one, every layer shown, as the
 *  times between frames. */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { GEODATA } from "../../server/service.ts";
import { type Figure, figure } from "./measure.ts";
import { bareTwin, openPage } from "./pages.ts";

/** All themes that are hidden at first. */
const SHOW = "reach,no_farming_area/suitable,no_farming_area/aquaculture_suitable,control_area/planning_area";
/** The first zoom at which facilities are drawn, where most of them are. */
const VIEW = "11/29.306/105.872";

/** Each facility of the opening district stands this often in the map that is moved: some 600 are in view at once. */
const TIMES = 3;
const APART_DEG = 0.006;

/** A copy of `geodata/` in `into` with more facilities. */
export function crowd(into: string): string {
  const folder = join(into, "geodata");
  cpSync(GEODATA, folder, { recursive: true });
  const file = join(folder, "layers", "facility", "500118.geojson");
  type Point = { properties: Record<string, unknown>; geometry: { type: "Point"; coordinates: [number, number] } };
  const collection = JSON.parse(readFileSync(file, "utf8")) as { features: Point[] };
  const more = Array.from({ length: TIMES - 1 }, (_, n) =>
    collection.features.map(({ properties, geometry, ...rest }) => ({
      ...rest,
      properties: { ...properties, code: `${String(properties["code"])}-${n + 2}` },
      geometry: {
        ...geometry,
        coordinates: [geometry.coordinates[0] + APART_DEG * (n + 1), geometry.coordinates[1] + APART_DEG],
      },
    })),
  );
  writeFileSync(file, JSON.stringify({ ...collection, features: [...collection.features, ...more.flat()] }));
  return folder;
}

/** One second each: across, into the town, closer, and back out. Returns the times between frames, ms. */
const RIDE = `(async () => {
  const legs = [
    { center: [105.97, 29.306], zoom: 11 }, { center: [105.93, 29.36], zoom: 12 }, { center: [105.93, 29.38], zoom: 13 },
    { center: [105.9, 29.33], zoom: 12 }, { center: [105.872, 29.306], zoom: 11 },
  ];
  const frames = [];
  let last, riding = true;
  requestAnimationFrame(function frame(now) {
    if (last !== undefined) frames.push(now - last);
    last = now;
    if (riding) requestAnimationFrame(frame);
  });
  for (const leg of legs) {
    shuijie_map.easeTo({ ...leg, duration: 1000, easing: (t) => t });
    await new Promise((resolve) => shuijie_map.once("moveend", resolve));
  }
  riding = false;
  return frames;
})()`;

const FACILITIES = `new Set(shuijie_map.queryRenderedFeatures().filter((one) => one.sourceLayer === "facility")
  .map((one) => one.properties.code)).size`;

export async function benchPan(browser: Browser, url: string, rounds: number): Promise<Figure[]> {
  const ours = `${url}/?${new URLSearchParams({ test: "1", show: SHOW })}#map=${VIEW}`;
  const bare = await bareTwin(browser, url, ours);
  const frames = { ours: [] as number[], bare: [] as number[] };
  let facilities = 0;
  const ride = (which: "ours" | "bare", address: string) =>
    openPage(browser, address, async (page: Page) => {
      await page.waitForTimeout(1500);
      if (which === "ours") facilities = Math.max(facilities, await page.evaluate<number>(FACILITIES));
      // Once to have every tile, as a user who has been here; then the one that counts.
      await page.evaluate(RIDE);
      await page.waitForTimeout(1000);
      frames[which].push(...(await page.evaluate<number[]>(RIDE)));
    });
  for (let round = 0; round < rounds; round++)
    for (const which of round % 2 === 0 ? (["ours", "bare"] as const) : (["bare", "ours"] as const))
      await ride(which, which === "ours" ? ours : bare);
  const p95 = (times: number[]) => times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)]!.toFixed(0);
  const note = `${facilities} facilities in the first view, every layer shown; p95 ${p95(frames.ours)} / ${p95(frames.bare)} ms`;
  return [
    figure("pan", "a frame of 5 s of moving", frames.ours, { what: "MapLibre alone", times: frames.bare }, { target: 1.3, note }),
  ];
}
