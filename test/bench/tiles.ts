/** Tiles over HTTP beside the statements they send, and kept ones beside a bare `node:http` that holds their bytes. */
import { once } from "node:events";
import { Agent, createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { layers } from "../../server/layers/index.ts";
import type { Service } from "../support/service.ts";
import { type Figure, figure, inTurn, timed } from "./measure.ts";
import { replay, statementsOf } from "./statements.ts";

export type Tile = { z: number; x: number; y: number };

/** Round the district of the opening view, and round a town of it where most facilities stand: z 8 to 15. */
const SPOTS: readonly [lon: number, lat: number][] = [
  [105.93, 29.35],
  [105.951, 29.23],
  [86.15, 41.75],
];
const ZOOMS = [8, 9, 10, 11, 12, 13, 14, 15];

export function tileAt(lon: number, lat: number, z: number): Tile {
  const latitude = (lat * Math.PI) / 180;
  return {
    z,
    x: Math.floor(((lon + 180) / 360) * 2 ** z),
    y: Math.floor(((1 - Math.asinh(Math.tan(latitude)) / Math.PI) / 2) * 2 ** z),
  };
}

const agent = new Agent({ keepAlive: true, maxSockets: 4 });

/** The bytes as they come, as a browser asks for them. */
export function fetchBytes(url: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    get(url, { agent, headers: { "accept-encoding": "gzip, deflate, br" } }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () =>
        response.statusCode === 200 || response.statusCode === 204
          ? resolve(Buffer.concat(parts))
          : reject(new Error(`${response.statusCode} ${url}`)),
      );
      response.on("error", reject);
    }).on("error", reject);
  });
}

/** No tile of a day is asked twice: each making asks for another day of the years to come, on which the same is in force. */
export function createDays(): () => string {
  let day = Date.UTC(2030, 0, 1);
  return () => new Date((day += 86_400_000)).toISOString().slice(0, 10);
}

export async function benchTiles(service: Service, rounds: number): Promise<Figure[]> {
  const { engine } = service.database;
  const ids = layers.map(({ id }) => id).join();
  const tiles = SPOTS.flatMap(([lon, lat]) => ZOOMS.map((z) => tileAt(lon, lat, z)));
  const urlOf = ({ z, x, y }: Tile, day?: string) => `${service.url}/tiles/${ids}/${z}/${x}/${y}${day ? `?datetime=${day}` : ""}`;
  const nextDay = createDays();
  const made: number[] = [];
  const straight: number[] = [];
  let statements = 0;
  for (const tile of tiles) {
    await fetchBytes(urlOf(tile, nextDay()));
    const heardOn = nextDay();
    const all = await statementsOf(service.database, () => fetchBytes(urlOf(tile, heardOn)));
    // The layers' versions are asked now and then, beside the tiles.
    const queries = all.filter(({ parameters }) => parameters.includes(heardOn));
    statements = Math.max(statements, queries.length);
    const send = (day: string) => replay(service.database, queries, (value) => (value === heardOn ? day : value));
    await send(nextDay());
    const times = await inTurn(rounds, {
      made: () => timed(() => fetchBytes(urlOf(tile, nextDay()))),
      straight: () => timed(() => send(nextDay())),
    });
    made.push(...times.made);
    straight.push(...times.straight);
  }
  const note = `${tiles.length} tiles of z ${ZOOMS[0]} to ${ZOOMS.at(-1)}, ${layers.length} layers each, ${statements} statements at most`;
  return [
    figure(`tiles, ${engine}`, "tile, made", made, { what: "its statements", times: straight }, { note }),
    await benchKept(engine, tiles, urlOf, rounds),
  ];
}

async function benchKept(engine: string, tiles: Tile[], urlOf: (tile: Tile) => string, rounds: number): Promise<Figure> {
  const bodies = new Map<string, Buffer>();
  for (const tile of tiles) bodies.set(new URL(urlOf(tile)).pathname, await fetchBytes(urlOf(tile)));
  const bare = createServer((request, response) => {
    const body = bodies.get(request.url ?? "")!;
    response.writeHead(200, {
      "Content-Type": "application/vnd.mapbox-vector-tile",
      "Content-Encoding": "br",
      "Content-Length": body.length,
    });
    response.end(body);
  });
  bare.listen(0, "127.0.0.1");
  await once(bare, "listening");
  const origin = `http://127.0.0.1:${(bare.address() as AddressInfo).port}`;
  const kept: number[] = [];
  const constant: number[] = [];
  for (const tile of tiles) {
    const url = urlOf(tile);
    const twin = origin + new URL(url).pathname;
    const times = await inTurn(rounds * 4, {
      kept: () => timed(() => fetchBytes(url)),
      constant: () => timed(() => fetchBytes(twin)),
    });
    kept.push(...times.kept);
    constant.push(...times.constant);
  }
  bare.close();
  bare.closeAllConnections();
  const sizes = [...bodies.values()].map((body) => body.length);
  const note = `${Math.min(...sizes)} to ${Math.max(...sizes)} bytes`;
  return figure(`tiles, ${engine}`, "tile, kept", kept, { what: "bare node:http", times: constant }, { target: 1.25, note });
}
