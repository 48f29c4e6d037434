/** First idle: our page beside MapLibre alone, the same tiles of the same service, an empty browser cache each time. */
import type { Browser } from "playwright-core";
import { type Figure, figure, inTurn, median } from "./measure.ts";
import { bareTwin, openPage } from "./pages.ts";

/** Also prints where the time goes: medians of each mark, ms from the start of the navigation. */
export async function benchIdle(browser: Browser, url: string, rounds: number): Promise<Figure[]> {
  const ours = `${url}/?test=1`;
  const bare = await bareTwin(browser, url, ours);
  const marks: Record<"ours" | "bare", Record<string, number[]>> = { ours: {}, bare: {} };
  const open = async (which: "ours" | "bare", address: string) => {
    const opening = await openPage(browser, address);
    for (const [name, at] of Object.entries(opening.marks)) (marks[which][name] ??= []).push(at);
    return opening.idle;
  };
  await openPage(browser, bare);
  const times = await inTurn(rounds, { ours: () => open("ours", ours), bare: () => open("bare", bare) });
  printMarks(marks);
  return [
    figure("first idle", "our page, empty cache", times.ours, { what: "MapLibre alone", times: times.bare }, { target: 1.3 }),
  ];
}

function printMarks({ ours, bare }: Record<"ours" | "bare", Record<string, number[]>>): void {
  const at = (times: number[] | undefined) => (times ? median(times).toFixed(0) : "-");
  const names = [...new Set([...Object.keys(ours), ...Object.keys(bare)])].toSorted(
    (a, b) => median(ours[a] ?? bare[a]!) - median(ours[b] ?? bare[b]!),
  );
  console.log("\nWhen what happens, ms from navigation, medians      ours     bare");
  for (const name of names) console.log(`  ${name.padEnd(46)}${at(ours[name]).padStart(7)}${at(bare[name]).padStart(9)}`);
  console.log("");
}
