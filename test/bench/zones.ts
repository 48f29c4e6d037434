/** Checks, screenings, sweeps and tiles among 20,000 to a million zones, each beside the SQL that a person would write for
 *  it, in turn in one run. Tiles too beside the plain shape of ST_AsMVTGeom and, where pgbench is installed, beside that
 *  shape and the fastest one that we know of, sent by pgbench. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type RawBuilder, sql } from "kysely";
import type { Geometry } from "../../server/api/common.ts";
import type { Screening } from "../../server/api/screenings.ts";
import type { Sweep } from "../../server/api/sweeps.ts";
import { TOLERANCES } from "../../server/domain/evidence.ts";
import { looksOf } from "../../server/domain/settings.ts";
import { columnsOf } from "../../server/layers/layer.ts";
import { protection_zone } from "../../server/layers/protection_zone.ts";
import { readCatalogue } from "../../server/service.ts";
import type { Service } from "../support/service.ts";
import {
  addFarms,
  addZones,
  overlayByHand,
  overlayOfManyByHand,
  prepareDistrict,
  PROJECT,
  questionByHand,
  screeningOf,
  SIDE,
  sitesOf,
  SOUTH,
  WEST,
} from "./dataset.ts";
import { type Figure, figure, inTurn, timed } from "./measure.ts";
import { createDays, fetchBytes, type Tile, tileAt } from "./tiles.ts";

const CHECKS = 60;
const WARM_ROUNDS = 3;
const SCREENED = 500;
const FARMS = 1000;

/** `sizes` ascending; each adds to the one before. `take` is given what was measured at each, so that it is not lost when the
 *  next fails. */
export async function benchZones(
  service: Service,
  sizes: readonly number[],
  rounds: number,
  take: (figures: Figure[]) => void,
  databaseUrl?: string,
): Promise<void> {
  const { db, engine } = service.database;
  await prepareDistrict(db);
  await addFarms(db, FARMS);
  const sites = await sitesOf(db, SCREENED);
  let held = 0;
  for (const size of sizes) {
    const began = performance.now();
    await addZones(db, held, size, (done) => console.log(`zones, ${engine}: ${done} of ${size}`));
    held = size;
    console.log(`zones, ${engine}: ${size} stand after ${((performance.now() - began) / 1000).toFixed(0)} s`);
    await service.refreshTiles();
    await benchOneSize(service, `${size / 1000}k zones, ${engine}`, sites, rounds, take, databaseUrl);
  }
}

export async function benchOneSize(
  service: Service,
  part: string,
  sites: Geometry[],
  rounds: number,
  take: (figures: Figure[]) => void,
  databaseUrl?: string,
): Promise<void> {
  take(await benchOneCheck(service, part, sites.slice(0, CHECKS), rounds));
  take(await benchScreening(service, part, sites, rounds));
  take(await benchSweep(service, part));
  take(await benchTileShapes(service, part, rounds, databaseUrl));
}

/** The 3-degree Gauss-Krueger zone of its first corner. */
const frameOf = (own: Geometry) =>
  4509 + Math.floor(((own as Extract<Geometry, { type: "Polygon" }>).coordinates[0]![0]![0]! + 1.5) / 3);

async function benchOneCheck(service: Service, part: string, sites: Geometry[], rounds: number): Promise<Figure[]> {
  const ask = async (geometry: unknown) => {
    const response = await service.post("/api/checks?lang=zh&trial=true", { name: "bench", ...PROJECT, geometry });
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status} ${text.slice(0, 300)}`);
  };
  const http: number[] = [];
  const hand: number[] = [];
  const question: number[] = [];
  // As in use: every connection knows the statements by now, and the program is warm.
  for (let round = 0; round < WARM_ROUNDS; round++) for (const site of sites) await ask(site);
  for (const site of sites) {
    const query = overlayByHand(site, frameOf(site));
    const whole = questionByHand([site], frameOf(site), REACH);
    await ask(site);
    await query.execute(service.database.db);
    await whole.execute(service.database.db);
    const times = await inTurn(rounds, {
      http: () => timed(() => ask(site)),
      hand: () => timed(() => query.execute(service.database.db)),
      question: () => timed(() => whole.execute(service.database.db)),
    });
    http.push(...times.http);
    hand.push(...times.hand);
    question.push(...times.question);
  }
  const what = "check over HTTP, all layers and rules";
  return [
    figure(part, what, http, { what: OVERLAY, times: hand }, { target: 1.5, note: `${sites.length} sites` }),
    figure(part, what, http, { what: QUESTION, times: question }, { target: 1.5 }),
  ];
}

const OVERLAY = "one overlay of zones by hand";
const QUESTION = "all that it asks of zones by hand";

const { distances_m } = looksOf(readCatalogue());
/** How far a check looks, and the distances for which it asks what is covered. */
const REACH = { radius_m: TOLERANCES.near_m + Math.max(...distances_m), distances_m };

const LOOK_EVERY_MS = 100;

async function finished<T extends { state: string }>(read: () => Promise<T>): Promise<T> {
  for (;;) {
    const now = await read();
    if (now.state === "done") return now;
    if (now.state === "failed" || now.state === "cancelled") throw new Error(JSON.stringify(now));
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

async function benchScreening(service: Service, part: string, sites: Geometry[], rounds: number): Promise<Figure[]> {
  const screen = async () => {
    const response = await service.post("/api/screenings", screeningOf(sites));
    const { id } = (await response.json()) as Screening;
    await finished(() => service.json<Screening>(`/api/screenings/${id}`));
  };
  const times = await inTurn(Math.max(2, Math.ceil(rounds / 2)), {
    ours: () => timed(screen),
    hand: () => timed(() => byHand(service, sites, overlayOfManyByHand)),
    question: () => timed(() => byHand(service, sites, (alike, srid) => questionByHand(alike, srid, REACH))),
  });
  const watched = await beside(service, screen);
  const what = `screening of ${sites.length} sites`;
  return [
    figure(part, what, times.ours, { what: OVERLAY, times: times.hand }, { target: 1.2 }),
    figure(part, what, times.ours, { what: QUESTION, times: times.question }, { target: 1.2 }),
    figure(part, `tile of zones, made, during the ${what}`, watched.during, { what: "with nothing else", times: watched.before }),
  ];
}

async function byHand(
  service: Service,
  sites: Geometry[],
  write: (alike: Geometry[], srid_gk: number) => RawBuilder<unknown>,
): Promise<void> {
  for (const [srid, alike] of Map.groupBy(sites, frameOf)) await write(alike, srid).execute(service.database.db);
}

async function benchSweep(service: Service, part: string): Promise<Figure[]> {
  const { db } = service.database;
  const ours = await beside(service, async () => {
    const response = await service.post("/api/sweeps", { as_of: "2026-11-26" });
    const { id } = (await response.json()) as Sweep;
    await finished(() => service.json<Sweep>(`/api/sweeps/${id}`));
  });
  const hand = await timed(() =>
    sql`select f.code, z.code from facility as f join protection_zone as z on z.geom && f.geom and st_intersects(z.geom, f.geom)
      where f.state = 'operating' and z.valid_from <= '2026-11-26' and (z.valid_to is null or '2026-11-26' < z.valid_to)`.execute(
      db,
    ),
  );
  return [
    figure(part, "sweep, every facility and rule", [ours.took], { what: "facilities in zones by hand", times: [hand] }),
    figure(part, "tile of zones, made, during the sweep", ours.during, { what: "with nothing else", times: ours.before }),
  ];
}

const TILE_EVERY_MS = 100;

/** How long `work` takes, and how long somebody who looks at the map meanwhile waits for a tile, before and during it. */
async function beside(
  service: Service,
  work: () => Promise<void>,
): Promise<{ took: number; before: number[]; during: number[] }> {
  const tiles = tilesOf().filter(({ z }) => z >= 12);
  let asked = 0;
  const look = () => timed(() => fetchTile(service, tiles[asked++ % tiles.length]!));
  const before: number[] = [];
  for (const _ of tiles) before.push(await look());
  const during: number[] = [];
  const now = { busy: true };
  const looking = (async () => {
    while (now.busy) {
      during.push(await look());
      await new Promise((resolve) => setTimeout(resolve, TILE_EVERY_MS));
    }
  })();
  try {
    const took = await timed(work);
    return { took, before, during };
  } finally {
    now.busy = false;
    await looking.catch(() => undefined); // What ended the work is told, not what it ended.
  }
}

/** Tiles of z 8 to 14 along a diagonal of the district. */
function tilesOf(): Tile[] {
  const tiles: Tile[] = [];
  for (let z = 8; z <= 14; z++)
    for (let i = 0; i < Math.min(8, 2 ** (z - 7)); i++) {
      const along = 0.3 + ((SIDE - 0.6) * (i + 0.5)) / 8;
      tiles.push(tileAt(WEST + along, SOUTH + along, z));
    }
  return tiles;
}

const TAGS = Object.entries(columnsOf(protection_zone))
  .filter(([, column]) => column.tiled)
  .map(([name]) => name);

/** As most tile servers do: transformed, clipped and validated at each request. */
const plainShape = ({ z, x, y }: Tile | { z: string; x: string; y: string }) => `
  select st_asmvt(t, 'protection_zone', 4096, 'geom') from (
    select ${TAGS.join(", ")}, st_asmvtgeom(st_transform(geom, 3857), st_tileenvelope(${z}, ${x}, ${y}), 4096, 64, true) as geom
    from protection_zone
    where geom && st_setsrid(st_transform(st_tileenvelope(${z}, ${x}, ${y}, margin => 0.015625), 4326), 4490)
      and valid_from <= '2026-11-26' and (valid_to is null or '2026-11-26' < valid_to)
  ) as t`;

/** The fastest shape that we know of without an encoder of one's own: stored in Web Mercator, clipped by box where the tile
 *  does not hold it, affine, snapped; no ST_AsMVTGeom. */
const fastShape = ({ z, x, y }: { z: string; x: string; y: string }) => `
  select st_asmvt(t, 'protection_zone', 4096, 'geom') from (
    select * from (
      select ${TAGS.join(", ")}, st_snaptogrid(st_affine(
        case when geom_3857 @ box then geom_3857 else st_forcepolygoncw(st_collectionextract(st_clipbybox2d(geom_3857, box), 3)) end,
        s, 0, 0, -s, 4096 * (2 ^ (${z} - 1) - ${x}), 4096 * (2 ^ (${z} - 1) - ${y})), 1) as geom
      from protection_zone,
        (select st_tileenvelope(${z}, ${x}, ${y}, margin => 0.015625) as box, 4096 * 2 ^ ${z} / 40075016.68557849 as s) as tile
      where geom_3857 && st_tileenvelope(${z}, ${x}, ${y}, margin => 0.015625)
        and valid_from <= '2026-11-26' and (valid_to is null or '2026-11-26' < valid_to)
      offset 0
    ) as placed where not st_isempty(geom)
  ) as t`;

const freshDay = createDays();

/** Made anew, never one that is kept. */
async function fetchTile(service: Service, { z, x, y }: Tile): Promise<void> {
  await fetchBytes(`${service.url}/tiles/protection_zone/${z}/${x}/${y}?datetime=${freshDay()}`);
}

async function benchTileShapes(service: Service, part: string, rounds: number, databaseUrl?: string): Promise<Figure[]> {
  const { db, engine } = service.database;
  const tiles = tilesOf();
  if (engine === "embedded") {
    const made: number[] = [];
    for (const tile of tiles) made.push(await timed(() => fetchTile(service, tile)));
    return [figure(part, "tile of zones, made", made, undefined, { note: "the engine has no ST_AsMVTGeom" })];
  }
  const made: Record<"low" | "high", number[]> = { low: [], high: [] };
  const plain: Record<"low" | "high", number[]> = { low: [], high: [] };
  for (const tile of tiles) {
    const band = tile.z >= 11 ? "high" : "low";
    const query = sql.raw(plainShape(tile));
    await fetchTile(service, tile);
    await query.execute(db);
    const times = await inTurn(Math.max(2, Math.ceil(rounds / 2)), {
      made: () => timed(() => fetchTile(service, tile)),
      plain: () => timed(() => query.execute(db)),
    });
    made[band].push(...times.made);
    plain[band].push(...times.plain);
  }
  const figures = (["low", "high"] as const).map((band) =>
    figure(
      part,
      `tile of zones over HTTP, z ${band === "low" ? "8-10" : "11-14"}`,
      made[band],
      { what: "plain ST_AsMVTGeom", times: plain[band] },
      { target: 0.25 },
    ),
  );
  return [...figures, ...(await besidePgbench(service, part, tiles, databaseUrl))];
}

const TURNS = 3;
const TURN_S = 4;

/** Four clients each, z 9 and up, in turn: milliseconds a tile. */
async function besidePgbench(service: Service, part: string, tiles: Tile[], databaseUrl: string | undefined): Promise<Figure[]> {
  const found = findPgbench();
  if (!found || !databaseUrl) return [];
  const walk = tiles.filter(({ z }) => z >= 9);
  const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(service.database.db);
  const url = new URL(databaseUrl);
  url.pathname = `/${rows[0]!.name}`;
  const variables = { z: ":z", x: ":x", y: ":y" };
  const plain = scriptOf("plain", plainShape(variables), walk);
  const fast = scriptOf("fast", fastShape(variables), walk);
  const times = await inTurn(TURNS, {
    ours: () => serveFor(service, walk),
    plain: () => pgbench(found, plain, url),
    fast: () => pgbench(found, fast, url),
  });
  const what = "tile of zones, four clients at once, ms a tile";
  return [
    figure(part, what, times.ours, { what: "plain shape by pgbench", times: times.plain }, { target: 0.25 }),
    figure(part, what, times.ours, { what: "shape F by pgbench", times: times.fast }, { target: 1.67 }),
  ];
}

function findPgbench(): string | undefined {
  const folder = "/usr/lib/postgresql";
  if (!existsSync(folder)) return undefined;
  return readdirSync(folder)
    .map((version) => join(folder, version, "bin", "pgbench"))
    .find((path) => existsSync(path));
}

/** A tile of `walk` by chance, and `text` for it. */
function scriptOf(name: string, text: string, walk: Tile[]): string {
  const script = join(import.meta.dirname, "..", "..", ".cache", `${name}.pgb`);
  mkdirSync(dirname(script), { recursive: true });
  const list = (of: (tile: Tile) => number) => walk.map((tile, i) => `when :i = ${i} then ${of(tile)}`).join(" ");
  writeFileSync(
    script,
    [
      `\\set i random(0, ${walk.length - 1})`,
      `\\set z case ${list(({ z }) => z)} end`,
      `\\set x case ${list(({ x }) => x)} end`,
      `\\set y case ${list(({ y }) => y)} end`,
      `${text.replaceAll(/\s+/g, " ")};`,
    ].join("\n"),
  );
  return script;
}

async function pgbench(program: string, script: string, url: URL): Promise<number> {
  const child = spawn(program, ["-n", "-M", "prepared", "-c", "4", "-j", "2", "-T", String(TURN_S), "-f", script, url.href], {
    env: { ...process.env, PGOPTIONS: "-c jit=off" },
  });
  let printed = "";
  for (const told of [child.stdout, child.stderr]) told.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  await once(child, "close");
  const tps = Number(/tps = ([\d.]+)/.exec(printed)?.[1]);
  if (!Number.isFinite(tps)) throw new Error(`pgbench measured nothing: ${printed.slice(0, 500)}`);
  return 1000 / tps;
}

async function serveFor(service: Service, walk: Tile[]): Promise<number> {
  let served = 0;
  const until = performance.now() + TURN_S * 1000;
  await Promise.all(
    [0, 1, 2, 3].map(async () => {
      while (performance.now() < until) {
        await fetchTile(service, walk[Math.floor(Math.random() * walk.length)]!);
        served++;
      }
    }),
  );
  return (TURN_S * 1000) / served;
}
