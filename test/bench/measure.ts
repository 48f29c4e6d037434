/** Figures and their twins: times taken in turn in one run, told as p50, p99 and a ratio. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Of a list of times, ms. With few rounds p99 is the longest. */
export type Spread = { p50: number; p99: number; n: number };

/** One line of the table. `twin` is what the figure stands beside; absent where there is nothing to stand beside. */
export type Figure = {
  part: string;
  what: string;
  ours: Spread;
  twin?: { what: string } & Spread;
  /** Ours by the twin's, of both percentiles. */
  ratio?: { p50: number; p99: number };
  /** The ratio of p50 that we want at most. */
  target?: number;
  /** Of work on a file: its size and the most memory that the processes held, MB. */
  file?: { mb: number; peak_mb: number; twin_mb?: number; twin_peak_mb?: number };
  note?: string;
};

export function spread(times: readonly number[]): Spread {
  const sorted = times.toSorted((a, b) => a - b);
  return { p50: percentile(sorted, 50), p99: percentile(sorted, 99), n: sorted.length };
}

/** `sorted` ascending; the nearest rank, NaN of nothing. */
export function percentile(sorted: readonly number[], p: number): number {
  return sorted[Math.max(0, Math.ceil((sorted.length * p) / 100) - 1)] ?? Number.NaN;
}

export function median(times: readonly number[]): number {
  return spread(times).p50;
}

export function figure(
  part: string,
  what: string,
  ours: readonly number[],
  twin?: { what: string; times: readonly number[] },
  more: { target?: number; note?: string } = {},
): Figure {
  const own = spread(ours);
  if (!twin) return { part, what, ours: own, ...more };
  const other = spread(twin.times);
  const ratio = { p50: own.p50 / other.p50, p99: own.p99 / other.p99 };
  return { part, what, ours: own, twin: { what: twin.what, ...other }, ratio, ...more };
}

/** How long `work` takes, ms. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Runs each of `works` once a round, the first one changing from round to round, so that what else the machine does falls
 *  on all alike. Returns the times by name. */
export async function inTurn<K extends string>(
  rounds: number,
  works: Record<K, (round: number) => Promise<number>>,
): Promise<Record<K, number[]>> {
  const names = Object.keys(works) as K[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<K, number[]>;
  for (let round = 0; round < rounds; round++)
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + round) % names.length]!;
      times[name].push(await works[name](round));
    }
  return times;
}

export function printTable(figures: readonly Figure[]): void {
  const cells = figures.map(({ what, ours, twin, ratio, target, file, note }) => [
    what,
    ms(ours.p50),
    ms(ours.p99),
    twin?.what ?? "",
    twin ? ms(twin.p50) : "",
    twin ? ms(twin.p99) : "",
    ratio ? ratio.p50.toFixed(2) : "",
    ratio ? ratio.p99.toFixed(2) : "",
    ratio && target !== undefined ? `<= ${target}${ratio.p50 <= target ? "" : " MISSED"}` : "",
    String(ours.n),
    [file ? speedOf(file, ours, twin) : "", note ?? ""].filter(Boolean).join("; "),
  ]);
  const head = ["figure", "p50 ms", "p99 ms", "beside", "p50 ms", "p99 ms", "ratio", "p99", "goal", "n", "note"];
  const widths = head.map((name, i) => Math.max(name.length, ...cells.map((row) => row[i]!.length)));
  const right = new Set([1, 2, 4, 5, 6, 7, 9]);
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (right.has(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join("  ")
      .trimEnd();
  console.log(line(head));
  let part = "";
  figures.forEach((each, i) => {
    if (each.part !== part) console.log(`-- ${(part = each.part)}`);
    console.log(line(cells[i]!));
  });
}

/** Megabytes of the file a second, and memory, ours beside the twin's. */
function speedOf({ mb, peak_mb, twin_mb, twin_peak_mb }: NonNullable<Figure["file"]>, ours: Spread, twin?: Spread): string {
  const told = (size: number, { p50 }: Spread, held: number) =>
    `${((size * 1000) / p50).toFixed(1)} MB/s, ${held.toFixed(0)} MB held`;
  const own = `${mb.toFixed(1)} MB: ${told(mb, ours, peak_mb)}`;
  if (!twin || twin_mb === undefined || twin_peak_mb === undefined) return own;
  return `${own} beside ${told(twin_mb, twin, twin_peak_mb)} (${(peak_mb / twin_peak_mb).toFixed(1)}x)`;
}

function ms(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

export function writeJson(path: string, run: object): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(run, null, 2)}\n`);
}
