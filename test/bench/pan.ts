/** Smooth panning: the same five seconds of moving and zooming on our page and on the bare one, every layer shown, as the
 *  times between frames. */
import type { Browser, Page } from "playwright-core";
import { type Figure, figure } from "./measure.ts";
import { bareTwin, openPage } from "./pages.ts";

/** All themes that are hidden at first. */
const SHOW = "reach,no_farming_area/suitable,no_farming_area/aquaculture_suitable,control_area/planning_area";
/** Where nearly all facilities of the opening district are in view. */
const VIEW = "10/29.25/105.87";

/** One second each: across, down, into the town and back out. Returns the times between frames, ms. */
const RIDE = `(async () => {
  const legs = [
    { center: [105.97, 29.25], zoom: 10 }, { center: [105.95, 29.35], zoom: 11 }, { center: [105.93, 29.36], zoom: 13 },
    { center: [105.95, 29.30], zoom: 12 }, { center: [105.87, 29.25], zoom: 10 },
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
