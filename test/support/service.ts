/** The whole service on one engine, with the sample data, listening on a free port. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { Check } from "../../server/api/checks.ts";
import type { Problem } from "../../server/api/common.ts";
import { createApp } from "../../server/app.ts";
import type { OpenDatabase } from "../../server/db/open.ts";
import type { Catalogue } from "../../server/domain/rule.ts";
import { readExamples } from "../../server/examples.ts";
import type { ImportLimits } from "../../server/imports/limits.ts";
import type { Jobs } from "../../server/jobs.ts";
import type { ReportLimits } from "../../server/report_maker.ts";
import { GEODATA, prepareDatabase, readCatalogue } from "../../server/service.ts";

export type Service = {
  url: string;
  database: OpenDatabase;
  refreshTiles: () => Promise<void>;
  jobs: Jobs;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  json<T>(path: string): Promise<T>;
  post(path: string, body: unknown): Promise<Response>;
  check(request: Record<string, unknown>, lang?: "zh" | "en"): Promise<Check>;
  problem(request: unknown): Promise<Problem>;
  close(): Promise<void>;
};

/** A polygon of about 68 x 55 m wholly inside 红江闸坝's first-level zone. */
export const IN_FIRST = rectangle(105.9505, 29.2301, 105.9512, 29.2306);
/** Inside the second-level zone, some 500 m from the first. */
export const IN_SECOND = rectangle(105.957, 29.234, 105.958, 29.235);
/** In the district, kilometres from every zone. */
export const FAR = rectangle(105.85, 29.33, 105.851, 29.331);
/** In the East China Sea. */
export const SEA = rectangle(123, 30, 123.001, 30.001);

export function rectangle(west: number, south: number, east: number, north: number) {
  return {
    type: "Polygon" as const,
    coordinates: [
      [
        [west, south],
        [east, south],
        [east, north],
        [west, north],
        [west, south],
      ],
    ],
  };
}

export const PIG_FARM = {
  name: "测试猪场",
  activity: "livestock_farm",
  action: "new",
  attributes: { species: "pig", annual_output: 3000, emits: ["water"], land_absorbs: true },
};

/** A solar plant on land that lets nothing out: no rule of any kind speaks of it away from zones. (Of every farm at scale
 *  a law speaks somewhere: its assessment, its manure.) */
export const CLEAN = {
  activity: "photovoltaic",
  attributes: { emits: ["none"], over_water: false, occupies_water: false },
};

/** The bans of the statutes on drinking-water zones alone (WS-01 to WS-09): what districts, other laws and duties add does
 *  not move what is tested with it. */
export function statutesOnly(catalogue: Catalogue): Catalogue {
  // The Water Law says WS-01 beside both laws, and would say each ban of an outfall twice.
  const rules = catalogue.rules.filter(({ id, instrument }) => id.startsWith("WS-0") && instrument !== "water_law_2016");
  const kept = new Set(rules.map(({ instrument }) => instrument));
  const others = new Set(catalogue.rules.map(({ instrument }) => instrument).filter((id) => !kept.has(id)));
  return {
    ...catalogue,
    version: `${catalogue.version}-statutes`,
    instruments: catalogue.instruments.filter(({ id }) => !others.has(id)),
    rules,
  };
}

type Settings = {
  catalogue?: Catalogue;
  web?: string;
  uploads?: string;
  limits?: Partial<ImportLimits>;
  report_limits?: Partial<ReportLimits>;
  violation_rows?: number;
  publicUrl?: string;
};

export async function startService(
  database: OpenDatabase,
  { geodata, ...settings }: Settings & { geodata?: string } = {},
): Promise<Service> {
  await prepareDatabase(database, () => undefined, geodata);
  const service = await serve(database, settings);
  return { ...service, close: () => service.close().then(() => database.close()) };
}

/** A service on a database that is prepared and stays open when it closes: another process on the same data. */
export async function serve(database: OpenDatabase, settings: Settings = {}): Promise<Service> {
  const quiet = { error: (data: unknown, message: string) => process.env["SHUIJIE_TEST_LOG"] && console.error(message, data) };
  const { server, refreshTiles, jobs } = createApp({
    catalogue: readCatalogue(),
    ...settings,
    database,
    log: quiet,
    examples: readExamples(GEODATA),
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const post = (path: string, body: unknown) =>
    fetch(url + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  return {
    url,
    database,
    refreshTiles,
    jobs,
    get: (path, headers = {}) => fetch(url + path, { headers }),
    json: async (path) => (await fetch(url + path)).json() as never,
    post,
    async check(request, lang = "zh") {
      const response = await post(`/api/checks?lang=${lang}`, { ...PIG_FARM, ...request });
      const body = (await response.json()) as Check;
      if (response.status !== 201) throw new Error(`${response.status} ${JSON.stringify(body)}`);
      return body;
    },
    async problem(request) {
      const response = await post("/api/checks?lang=en", request);
      return (await response.json()) as Problem;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await jobs.close();
    },
  };
}
