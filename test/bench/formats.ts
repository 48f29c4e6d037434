/** Files in and out: every format that is read, by the child process that reads uploads, beside ogr2ogr on the same file, both as
 *  whole processes; every format that is written, from features in memory, beside ogr2ogr writing the same features from a
 *  GeoPackage. Each with the most memory that its process held. */
import { spawn, spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { once } from "node:events";
import { join } from "node:path";
import { WRITERS } from "../../server/formats/out/index.ts";
import { IMPORT_LIMITS } from "../../server/imports/limits.ts";
import { readUpload } from "../../server/imports/reading.ts";
import { type FormatFile, formatFiles } from "./format_files.ts";
import { type Figure, figure, inTurn, timed } from "./measure.ts";
import { ROOT } from "./pages.ts";

/** How many vertices each format is written with. */
const WRITTEN: Record<string, number> = {
  geojson: 1_000_000,
  shapefile: 1_000_000,
  kml: 1_000_000,
  gpkg: 1_000_000,
  baopan: 500_000,
  xlsx: 60_000,
  csv: 400_000,
};

/** What ogr2ogr writes of the same features; the others are tables and texts of boundary points, which it does not know. */
const DRIVERS: Record<string, { driver: string; ending: string; options: string[] }> = {
  geojson: { driver: "GeoJSON", ending: ".geojson", options: ["-lco", "COORDINATE_PRECISION=9"] },
  shapefile: { driver: "ESRI Shapefile", ending: ".shz", options: ["-lco", "ENCODING=UTF-8"] },
  kml: { driver: "KML", ending: ".kml", options: [] }, // of LIBKML the time grows with the square of the features
  gpkg: { driver: "GPKG", ending: ".gpkg", options: [] },
};

/** `share`: of the full size of each file. */
export async function benchFormats(folder: string, rounds: number, share: number): Promise<Figure[]> {
  await mkdir(folder, { recursive: true });
  const ogr = spawnSync("ogr2ogr", ["--version"], { encoding: "utf8" });
  const twin = ogr.status === 0 ? ogr.stdout.split(",")[0]!.trim() : undefined;
  if (!twin) console.log("ogr2ogr: not measured; Debian's package gdal-bin has it.");
  const figures: Figure[] = [];
  const files = await formatFiles(folder, share, twin !== undefined);
  for (const file of files) {
    console.log(`formats: reading ${file.name}, ${file.mb.toFixed(1)} MB`);
    figures.push(await benchReading(folder, file, rounds, twin));
  }
  const source = files.find(({ format }) => format === "geopackage")!;
  for (const { id } of WRITERS) {
    console.log(`formats: writing ${id}`);
    figures.push(await benchWriting(folder, id, Math.round(WRITTEN[id]! * share), rounds, twin, source));
  }
  return figures;
}

async function benchReading(folder: string, file: FormatFile, rounds: number, twin: string | undefined): Promise<Figure> {
  const { format, name, path, mb, note, open } = file;
  let [ours, theirs] = [0, 0];
  const read = async () => {
    const reading = readUpload(folder, [{ name, path, bytes: mb * 1e6 }], {}, IMPORT_LIMITS, AbortSignal.timeout(600_000));
    const peak = watch(() => childrenOf(process.pid));
    const { layers } = await reading.finally(() => (ours = Math.max(ours, peak())));
    if (layers.every((layer) => layer.counts.read === 0)) throw new Error(`${name}: nothing was read`);
  };
  const works: Record<string, () => Promise<number>> = { ours: () => timed(read) };
  if (twin && open)
    works["theirs"] = () =>
      timed(async () => {
        theirs = Math.max(theirs, await ogr2ogr(folder, "GeoJSONSeq", "out.geojsonl", open, ["-lco", "COORDINATE_PRECISION=15"]));
      });
  const times = await inTurn(rounds, works);
  return {
    ...figure("formats in", `read ${format}`, times["ours"]!, times["theirs"] && { what: twin!, times: times["theirs"] }),
    file: { mb, peak_mb: ours, ...(times["theirs"] ? { twin_mb: mb, twin_peak_mb: theirs } : {}) },
    ...(note ? { note } : {}),
  };
}

async function benchWriting(
  folder: string,
  id: string,
  vertices: number,
  rounds: number,
  twin: string | undefined,
  source: FormatFile,
): Promise<Figure> {
  const made = { mb: 0, peak_mb: 0, before_mb: 0 };
  const theirs = { mb: 0, peak_mb: 0 };
  const out = join(folder, `out.${id}`);
  const write = async () => {
    const child = spawn(process.execPath, [join(ROOT, "test/bench/format_writer.ts"), id, String(vertices), out], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let printed = "";
    child.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
    const [code] = (await once(child, "exit")) as [number];
    if (code !== 0) throw new Error(`writing ${id} ended with ${code}`);
    const { took_ms, ...told } = JSON.parse(printed) as typeof made & { took_ms: number };
    made.mb = told.mb;
    for (const name of ["peak_mb", "before_mb"] as const) made[name] = Math.max(made[name], told[name]);
    return took_ms;
  };
  const works: Record<string, () => Promise<number>> = { ours: write };
  const driver = DRIVERS[id];
  if (twin && driver)
    works["theirs"] = () =>
      timed(async () => {
        const limit = ["-limit", String(Math.round(vertices / 100))];
        const name = `ogr${driver.ending}`;
        theirs.peak_mb = Math.max(
          theirs.peak_mb,
          await ogr2ogr(folder, driver.driver, name, [source.path], [...limit, ...driver.options], (mb) => (theirs.mb = mb)),
        );
      });
  const times = await inTurn(rounds, works);
  const { before_mb, ...file } = made;
  const from = `${before_mb.toFixed(0)} MB before; ogr2ogr from GeoPackage`;
  return {
    ...figure("formats out", `write ${id}`, times["ours"]!, times["theirs"] && { what: twin!, times: times["theirs"] }),
    file: { ...file, ...(times["theirs"] ? { twin_mb: theirs.mb, twin_peak_mb: theirs.peak_mb } : {}) },
    note: driver ? from : `${before_mb.toFixed(0)} MB before; ogr2ogr writes no boundary points`,
  };
}

/** Runs ogr2ogr; the most memory that it held, MB. Numbers stay as they are: no system is changed into another. */
async function ogr2ogr(
  folder: string,
  driver: string,
  name: string,
  open: readonly string[],
  options: readonly string[],
  sized: (mb: number) => void = () => undefined,
): Promise<number> {
  const out = join(folder, name);
  rmSync(out, { force: true, recursive: true });
  const [from, ...opening] = open;
  const child = spawn("ogr2ogr", ["-a_srs", "EPSG:4326", "-f", driver, out, from!, ...opening, ...options], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, OGR_GEOJSON_MAX_OBJ_SIZE: "0" },
  });
  const peak = watch(() => [child.pid!]);
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, "exit")) as [number];
  const held = peak();
  if (code !== 0) throw new Error(`ogr2ogr -f ${driver} ${from}: ${said.slice(0, 500)}`);
  sized(readFileSync(out).length / 1e6);
  return held;
}

const OFTEN_MS = 10;

/** Looks at the high-water mark of processes every 10 ms until it is called; the most of any, MB. 0 where there is no /proc. */
function watch(pids: () => readonly number[]): () => number {
  let most = 0;
  const timer = setInterval(() => {
    for (const pid of pids()) most = Math.max(most, heldBy(pid));
  }, OFTEN_MS);
  return () => {
    clearInterval(timer);
    return most;
  };
}

function heldBy(pid: number): number {
  try {
    return (Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024) / 1e6;
  } catch {
    return 0; // it has ended
  }
}

/** Processes that this one started. */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
