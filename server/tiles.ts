/** `/tiles/{layers}/{z}/{x}/{y}`, answered before Express: from memory when the tile was made already, so that a long
 *  query in the database does not hold the map. `datetime` picks the day; ETag and 304; 204 when empty. */
import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { brotliCompress, brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { LRUCache } from "lru-cache";
import type { OpenDatabase } from "./db/open.ts";
import { createQueue } from "./db/queue.ts";
import { layerOf, layers } from "./layers/index.ts";
import { layerVersions } from "./queries/collections.ts";
import { layerTiles } from "./queries/tiles.ts";
import { isDate, today } from "./query.ts";

const compressAside = promisify(brotliCompress);
/** Bytes from which compressing well takes longer than it saves on the way. */
const LARGE = 256 * 1024;
/** Bytes up to which compressing takes less than handing it to a thread, some 0.1 ms. */
const SMALL = 16 * 1024;
const MAX_BYTES = 128 * 1024 * 1024;
/** Versions are asked anew at most this often; until the answer comes, tiles of the last known version are served. */
const VERSIONS_FRESH_MS = 2000;
/** Tiles made at once, as many as a browser asks for at once. The others wait here and not in the queue for the database,
 *  where everybody else would stand behind them: on the embedded engine, after a long transaction, for a minute. */
const MADE_AT_ONCE = 6;
const MAX_LAYERS = layers.length;

type Tile = { body: Buffer; etag: string };
/** A tile that is being made or waits to be, and who asked for it. */
type Making = { tile: Promise<Tile | undefined>; askers: ServerResponse[] };

export type TileServer = {
  /** True when the request was a tile's and is being answered; false hands it to Express, which answers faults in words. */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
  /** After a load: versions are read at once. */
  refresh(): Promise<void>;
};

export function createTileServer(
  database: OpenDatabase,
  now: () => Date,
  fail: (error: unknown, request: IncomingMessage, response: ServerResponse) => void,
): TileServer {
  const cache = new LRUCache<string, Tile>({ maxSize: MAX_BYTES, sizeCalculation: (tile) => tile.body.length + 200 });
  const making = new Map<string, Making>();
  const turns = createQueue(Array.from({ length: MADE_AT_ONCE }, (_, i) => i));
  let versions: Record<string, number> = {};
  let readAt = -Infinity;
  let reading: Promise<void> | undefined;

  function refresh(): Promise<void> {
    reading ??= layerVersions(database.db)
      .then((found) => {
        versions = found;
        readAt = performance.now();
      })
      .finally(() => {
        reading = undefined;
      });
    return reading;
  }

  /** Undefined when all who asked had gone before its turn came: a map that is moved on asks for much that it drops. */
  async function makeInTurn(
    key: string,
    askers: readonly ServerResponse[],
    make: () => Promise<Tile>,
  ): Promise<Tile | undefined> {
    const turn = await turns.take();
    try {
      return askers.every(({ destroyed }) => destroyed) ? undefined : await make();
    } finally {
      making.delete(key);
      turns.give(turn);
    }
  }

  async function make(key: string, ids: string[], z: number, x: number, y: number, asOf: string): Promise<Tile> {
    const asked = ids.map((id) => layerOf(id)!);
    // Each statement stays prepared on each connection: not one for every choice of layers that somebody may think of.
    const statements = asked.length === MAX_LAYERS ? [layers] : asked.map((layer) => [layer]);
    const parts: Buffer[] = [];
    for (const each of statements) parts.push(await layerTiles(database, each, { z, x, y, asOf }));
    const raw = Buffer.concat(parts);
    const body = await compress(raw);
    const tile = { body, etag: `"${createHash("sha256").update(raw).digest("base64url").slice(0, 22)}"` };
    cache.set(key, tile);
    return tile;
  }

  async function answer(request: IncomingMessage, response: ServerResponse, wanted: Wanted): Promise<void> {
    if (readAt === -Infinity) await refresh();
    else if (performance.now() - readAt > VERSIONS_FRESH_MS) void refresh().catch(() => undefined);
    const { ids, z, x, y } = wanted;
    const asOf = wanted.asOf ?? today(now());
    const key = `${ids.map((id) => `${id}@${versions[id] ?? 0}`).join()}/${z}/${x}/${y}/${asOf}`;
    let tile = cache.get(key);
    if (!tile) {
      let one = making.get(key);
      if (!one) {
        const askers: ServerResponse[] = [];
        one = { askers, tile: makeInTurn(key, askers, () => make(key, ids, z, x, y, asOf)) };
        making.set(key, one);
      }
      one.askers.push(response);
      tile = await one.tile;
    }
    if (tile) send(request, response, tile);
  }

  return {
    refresh,
    handle(request, response) {
      if (request.method !== "GET" && request.method !== "HEAD") return false;
      const wanted = parse(request.url ?? "");
      if (!wanted) return false;
      answer(request, response, wanted).catch((error: unknown) => fail(error, request, response));
      return true;
    },
  };
}

/** Quality 2 makes tiles as small as 4 does, in a third of the time; a window no wider than the tile takes less memory. */
async function compress(raw: Buffer): Promise<Buffer> {
  if (raw.length === 0) return raw;
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: raw.length > LARGE ? 1 : 2,
    [constants.BROTLI_PARAM_LGWIN]: raw.length > 2 ** 16 ? constants.BROTLI_DEFAULT_WINDOW : 16,
  };
  return raw.length <= SMALL ? brotliCompressSync(raw, { params }) : compressAside(raw, { params });
}

type Wanted = { ids: string[]; z: number; x: number; y: number; asOf: string | undefined };

/** Only a wholly right address; anything else is Express' to explain. */
function parse(url: string): Wanted | undefined {
  const match =
    /^\/tiles\/([a-z_,]+)\/(\d{1,2})\/(\d{1,8})\/(\d{1,8})(?:\.(?:mvt|pbf))?(?:\?datetime=(\d{4}-\d{2}-\d{2}))?$/.exec(url);
  if (!match) return undefined;
  const ids = [...new Set(match[1]!.split(","))];
  const [z, x, y] = [Number(match[2]), Number(match[3]), Number(match[4])];
  if (ids.length > MAX_LAYERS || !ids.every(layerOf) || !isTile(z, x, y) || (match[5] !== undefined && !isDate(match[5])))
    return undefined;
  return { ids, z, x, y, asOf: match[5] };
}

/** z 0-22, x and y within the zoom. */
export function isTile(z: number, x: number, y: number): boolean {
  return [z, x, y].every(Number.isInteger) && z >= 0 && z <= 22 && x >= 0 && y >= 0 && x < 2 ** z && y < 2 ** z;
}

function send(request: IncomingMessage, response: ServerResponse, { body, etag }: Tile): void {
  if (response.destroyed) return;
  const headers = { ETag: etag, "Cache-Control": "no-cache", Vary: "Accept-Encoding", "X-Content-Type-Options": "nosniff" };
  if (request.headers["if-none-match"] === etag) return void response.writeHead(304, headers).end();
  if (body.length === 0) return void response.writeHead(204, headers).end();
  const brotli = /\bbr\b/.test(String(request.headers["accept-encoding"] ?? ""));
  const bytes = brotli ? body : brotliDecompressSync(body);
  response.writeHead(200, {
    ...headers,
    "Content-Type": "application/vnd.mapbox-vector-tile",
    "Content-Length": bytes.length,
    ...(brotli ? { "Content-Encoding": "br" } : {}),
  });
  response.end(request.method === "HEAD" ? undefined : bytes);
}
