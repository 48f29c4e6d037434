/** Many sites at once: each gets what it would get alone; what is wrong with a row is said of that row. */
import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Check } from "../../server/api/checks.ts";
import type { FeatureCollection, List, Problem } from "../../server/api/common.ts";
import type { ScreenedSite, Screening, SiteOutline } from "../../server/api/screenings.ts";
import { DatabaseError, StatementTimeout } from "../../server/db/errors.ts";
import { createJobs } from "../../server/jobs.ts";
import { keepCatalogue } from "../../server/queries/checks.ts";
import { cancel } from "../../server/queries/runs.ts";
import { storeScreening } from "../../server/queries/screenings.ts";
import { storeSweep } from "../../server/queries/sweeps.ts";
import { keptCatalogues } from "../../server/routes/screenings.ts";
import { rowOf } from "../../server/screening.ts";
import { readCatalogue } from "../../server/service.ts";
import { eachEngine } from "../support/engines.ts";
import { CLEAN, FAR, IN_FIRST, IN_SECOND, PIG_FARM, rectangle, SEA, type Service, startService } from "../support/service.ts";
import { readWorkbook } from "../support/workbook.ts";

const AS_OF = "2026-11-22";
type Row = { geometry: unknown; properties: Record<string, unknown> };
const row = (geometry: unknown, more: Record<string, unknown> = {}): Row => ({ geometry, properties: { ...PIG_FARM, ...more } });
const collection = (rows: Row[]) => ({ type: "FeatureCollection", features: rows.map((each) => ({ type: "Feature", ...each })) });

/** Lines of a CSV without quoted commas. */
const parsed = (text: string) =>
  text
    .trimEnd()
    .split("\r\n")
    .map((line) => line.split(","));

const BOW_TIE = {
  type: "Polygon",
  coordinates: [
    [
      [105.85, 29.33],
      [105.851, 29.331],
      [105.851, 29.33],
      [105.85, 29.331],
      [105.85, 29.33],
    ],
  ],
};
/** Across the outline of two kinds of site, two Gauss-Krueger zones and two districts. */
const SOUND: Row[] = [
  row(IN_FIRST, { name: "一级" }),
  row(IN_SECOND, { name: "二级", action: "expanded" }),
  row(FAR, { name: "远处", ...CLEAN }),
  row(SEA, { name: "海上" }),
  row({ type: "Point", coordinates: [105.9508, 29.2303] }, { name: "点", activity: "outfall", attributes: {} }),
  row(
    {
      type: "LineString",
      coordinates: [
        [105.94, 29.23],
        [105.97, 29.236],
      ],
    },
    { name: "线", activity: "road_bridge", attributes: {} },
  ),
  row({ type: "GeometryCollection", geometries: [FAR, { type: "Point", coordinates: [105.9508, 29.2303] }] }, { name: "混合" }),
  row(rectangle(86.15, 41.75, 86.152, 41.752), { name: "库尔勒" }),
  row(FAR, { name: "精度", accuracy_m: 500 }),
];
const FAULTY: [Row, RegExp][] = [
  [row(BOW_TIE, { name: "领结" }), /#\/geometry.*相交/],
  [row(FAR, { name: "未知", activity: "cheese" }), /#\/activity/],
  [row(null, { name: "无图形" }), /#\/geometry/],
  [row(FAR, { name: "" }), /#\/name/],
  [row(rectangle(35_600_000, 3_200_000, 35_600_100, 3_200_100), { name: "米" }), /#\/geometry/],
  [row(FAR, { name: "坐标系", crs: "EPSG:9999" }), /#\/crs/],
  [row(FAR, { name: "属性", attributes: { horses: 3 } }), /#\/attributes\/horses/],
];

eachEngine((engine) => {
  let service: Service;
  beforeAll(async () => {
    service = await startService(await engine.open());
  });
  afterAll(() => service.close());

  async function begin(sites: unknown, more: Record<string, unknown> = {}): Promise<Screening> {
    const response = await service.post("/api/screenings", { name: "一批", as_of: AS_OF, sites, ...more });
    const body = (await response.json()) as Screening;
    expect(response.status, JSON.stringify(body)).toBe(202);
    expect(response.headers.get("location")).toBe(`/api/screenings/${body.id}`);
    return body;
  }
  const read = (id: string) => service.json<Screening>(`/api/screenings/${id}`);
  const sitesOf = async (id: string, query = "") =>
    (await service.json<List<ScreenedSite>>(`/api/screenings/${id}/sites?limit=500${query}`)).items;
  async function finished(id: string): Promise<Screening> {
    await expect.poll(async () => (await read(id)).state, { timeout: 220_000, interval: 100 }).toBe("done");
    return read(id);
  }

  it("each site gets the answer that a check of it alone gets; faulty rows are named and stop nothing", async () => {
    const rows = SOUND.flatMap((each, index) => [each, ...(FAULTY[index] ? [FAULTY[index][0]] : [])]);
    const begun = await begin(collection(rows));
    expect(begun).toMatchObject({ total: rows.length, name: "一批", as_of: AS_OF });
    const done = await finished(begun.id);
    expect(done).toMatchObject({ done: rows.length, faulty: FAULTY.length, changed_layers: [], failure: null });
    expect(done.rules).toHaveLength(1);
    const sites = await sitesOf(begun.id);
    expect(sites.map(({ n }) => n)).toEqual(rows.map((_, index) => index + 1));
    for (const [index, each] of rows.entries()) {
      const site = sites[index]!;
      const wrong = FAULTY.find(([faulty]) => faulty === each);
      if (wrong) {
        expect(site.result).toBeNull();
        expect(site.faults.map(({ pointer, detail }) => `${pointer} ${detail}`).join("\n")).toMatch(wrong[1]);
        continue;
      }
      const { geometry, properties } = each;
      const response = await service.post("/api/checks?trial=true", { ...properties, geometry, as_of: AS_OF });
      const check = (await response.json()) as Check;
      const { standing, conclusion, known, possible, complete, sentence, jurisdictions } = site.result!;
      expect({ standing, conclusion, known, possible, complete, sentence, jurisdictions }).toEqual({
        standing: check.standing,
        conclusion: check.conclusion,
        known: check.known,
        possible: check.possible,
        complete: check.complete,
        sentence: check.sentence,
        jurisdictions: check.site.jurisdictions,
      });
      const spoken = check.findings.filter((finding) => finding.outcome !== "not_triggered" || finding.conclusion !== "clear");
      const short = (finding: (typeof spoken)[number] | (typeof site.result & object)["findings"][number]) =>
        [
          finding.rule,
          finding.outcome,
          finding.feature,
          finding.overlap_m2,
          finding.distance_m,
          finding.article,
          finding.gist,
        ].join("|");
      // In the same order: the first one is the article that a list names.
      expect(site.result!.findings.map(short)).toEqual(spoken.map(short));
      expect(site.result!.themes.map(({ theme, status }) => `${theme} ${status}`)).toEqual(
        check.themes.map(({ theme, status }) => `${theme} ${status}`),
      );
      expect(site.result!.area_m2).toBe(check.site.area_m2);
    }
    expect(Object.values(done.conclusions).reduce((sum, n) => sum + n, 0)).toBe(SOUND.length);
    expect(new Set(Object.keys(done.conclusions))).toEqual(new Set(sites.flatMap(({ result }) => result?.conclusion ?? [])));
    const prohibited = await sitesOf(begun.id, "&conclusion=prohibited");
    expect(prohibited.length).toBe(done.conclusions.prohibited);
    expect((await sitesOf(begun.id, "&faulty=true")).length).toBe(FAULTY.length);
  });

  it("a row may have its own system; the same names and what nothing reads are said", async () => {
    const metres = rectangle(35_587_200, 3_246_000, 35_587_300, 3_246_100);
    const { id } = await begin(collection([row(metres, { crs: "EPSG:4523", colour: "red" }), row(FAR), row(FAR)]));
    const done = await finished(id);
    expect(done).toMatchObject({ faulty: 0, duplicates: 3 });
    const [first, second, third] = await sitesOf(id);
    expect(first!.ignored).toEqual(["colour"]);
    expect(first!.result!.jurisdictions).toEqual(["500118"]);
    expect(second!.same_name).toEqual([1, 3]);
    expect(third!.same_name).toEqual([1, 2]);
  });

  it("a request that is at fault begins nothing, and says all of it", async () => {
    const before = (await service.json<List<unknown>>("/api/screenings")).numberMatched;
    const ask = async (body: unknown) => {
      const response = await service.post("/api/screenings?lang=en", body);
      return { status: response.status, problem: (await response.json()) as Problem };
    };
    const all = await ask({ name: " ", as_of: "yesterday", crs: "EPSG:1", sites: {}, colour: 1 });
    expect(all.status).toBe(422);
    expect(all.problem.errors!.map(({ pointer }) => pointer)).toEqual(["#/colour", "#/name", "#/as_of", "#/crs", "#/sites"]);
    expect((await ask({ name: "x", sites: collection([]) })).problem.errors![0]!.detail).toMatch(/1 to 10000 sites, got 0/);
    const many = collection(Array.from({ length: 10_001 }, () => ({ geometry: null, properties: {} })));
    expect((await ask({ name: "x", sites: many })).problem.errors![0]!.detail).toMatch(/got 10001/);
    const odd = await ask({ name: "x\0", sites: collection([row(FAR), row(FAR, { note: "\ud842" }), row(FAR, { "a\0": 1 })]) });
    expect([odd.status, ...odd.problem.errors!.map(({ pointer }) => pointer)]).toEqual([
      422,
      "#/name",
      "#/sites/features/1/properties/note",
      "#/sites/features/2/properties/a\ufffd",
    ]);
    expect((await ask("{")).status).toBe(400);
    const big = await ask(`{"name":"${"x".repeat(200 * 1024 * 1024)}"}`);
    expect(big.status).toBe(413);
    expect((await service.json<List<unknown>>("/api/screenings")).numberMatched).toBe(before);
    for (const path of ["", "/sites", "/events", "/results.csv"])
      expect((await service.get(`/api/screenings/00000000-0000-4000-8000-000000000000${path}`)).status).toBe(404);
  });

  it("a crs member is the request's system or a fault with its place: none is passed over", async () => {
    const before = (await service.json<List<unknown>>("/api/screenings")).numberMatched;
    const crs = (name: string) => ({ crs: { type: "name", properties: { name } } });
    const faultsOf = async (sites: unknown, more: Record<string, unknown> = {}) => {
      const response = await service.post("/api/screenings?lang=en", { name: "x", as_of: AS_OF, sites, ...more });
      expect(response.status).toBe(422);
      return ((await response.json()) as Problem).errors!.map(({ pointer, detail }) => `${pointer} ${detail}`);
    };
    const whole = collection([row(FAR)]);
    expect(await faultsOf({ ...whole, ...crs("EPSG:4490") })).toEqual([expect.stringMatching(/^#\/sites\/crs .*crs field/)]);
    expect(await faultsOf({ ...whole, ...crs("EPSG:4326") }, { crs: "EPSG:4490" })).toHaveLength(1);
    for (const [code, datum] of [
      ["4610", "Xi'an 1980"],
      ["2343", "Xi'an 1980"],
      ["4214", "Beijing 1954"],
    ] as const) {
      const [fault] = await faultsOf({ ...whole, ...crs(`urn:ogc:def:crs:EPSG::${code}`) });
      expect(fault).toMatch(new RegExp(`^#/sites/crs .*${datum}.*classified`));
    }
    const inner = collection([row(FAR), { ...row(FAR), ...crs("EPSG:4490") }, row({ ...FAR, ...crs("EPSG:4523") })]);
    expect((await faultsOf(inner)).map((fault) => fault.split(" ")[0])).toEqual([
      "#/sites/features/1/crs",
      "#/sites/features/2/geometry/crs",
    ]);
    expect((await service.json<List<unknown>>("/api/screenings")).numberMatched).toBe(before);
    const metres = rectangle(35_587_200, 3_246_000, 35_587_300, 3_246_100);
    const agreeing = { ...collection([row({ ...metres, ...crs("EPSG:4523") })]), ...crs("urn:ogc:def:crs:EPSG::4523") };
    const { id } = await begin(agreeing, { crs: "EPSG:4523" });
    expect(await finished(id)).toMatchObject({ faulty: 0 });
    expect((await sitesOf(id))[0]!.result!.jurisdictions).toEqual(["500118"]);
    // What says nothing declares nothing; and a collection says it of rows that say the same.
    const rowwise = collection([row(metres, { crs: "EPSG:4523" })]);
    for (const sites of [
      { ...whole, crs: null },
      { ...rowwise, ...crs("EPSG:4523") },
    ])
      expect(await finished((await begin(sites)).id)).toMatchObject({ faulty: 0 });
  });

  it("a body beyond the limit is refused by name, and begins nothing", async () => {
    const before = (await service.json<List<Screening>>("/api/screenings")).numberMatched;
    const body = `{"name":"x","sites":{"type":"FeatureCollection","features":[]},"pad":"${"x".repeat(65 * 1024 * 1024)}"}`;
    const response = await service.post("/api/screenings?lang=en", body);
    expect(response.status).toBe(413);
    expect((await response.json()) as Problem).toMatchObject({ type: expect.stringContaining("/problems/"), status: 413 });
    expect((await service.json<List<Screening>>("/api/screenings")).numberMatched).toBe(before);
  });

  it("of 200 rows a tenth is broken in every way there is: each is named, the others are judged", async () => {
    const broken = [
      { geometry: null },
      {
        geometry: {
          type: "Polygon",
          coordinates: [
            [
              [105.9, 29.2],
              [105.91, 29.2],
              [105.9, 29.2],
            ],
          ],
        },
      },
      {
        geometry: {
          type: "Polygon",
          coordinates: [
            [
              [105.9, 29.2],
              [105.91, 29.21],
              [105.91, 29.2],
              [105.9, 29.21],
              [105.9, 29.2],
            ],
          ],
        },
      },
      { geometry: { type: "Point", coordinates: [500_000, 3_230_000] } },
      { geometry: { type: "Point", coordinates: [12, 48] } },
      { geometry: FAR, properties: { activity: "cheese" } },
      { geometry: FAR, properties: { action: "dream" } },
      { geometry: FAR, properties: { attributes: { species: "dragon" } } },
      { geometry: FAR, properties: { crs: "EPSG:2154" } },
      { geometry: { type: "Point", coordinates: ["105.9", "29.2"] } },
    ];
    const features = Array.from({ length: 200 }, (_, n) => {
      const bad = n % 10 === 3 ? broken[Math.floor(n / 10) % broken.length]! : { geometry: FAR };
      return {
        type: "Feature",
        geometry: bad.geometry,
        properties: { ...PIG_FARM, name: `row ${n}`, ...("properties" in bad ? bad.properties : {}) },
      };
    });
    const { id } = await begin({ type: "FeatureCollection", features });
    expect(await finished(id)).toMatchObject({ total: 200, done: 200, faulty: 20 });
    const items = await sitesOf(id, "&lang=en");
    expect(items.filter(({ faults }) => faults.length > 0).map(({ n }) => (n - 1) % 10)).toEqual(Array<number>(20).fill(3));
    expect(items.every(({ faults, result }) => faults.length > 0 === (result === null))).toBe(true);
  });

  it("progress is told as it goes; meanwhile tiles are answered; cancelled it stops, and goes on where it stopped", async () => {
    const rows = Array.from({ length: 3000 }, (_, n) =>
      row({ type: "Point", coordinates: [105.7 + (n % 60) * 0.005, 29.1 + Math.floor(n / 60) * 0.005] }, { name: `点${n}` }),
    );
    const { id } = await begin(collection(rows));
    const events = await service.get(`/api/screenings/${id}/events`);
    expect(events.headers.get("content-type")).toMatch(/^text\/event-stream/);
    const reader = events.body!.pipeThrough(new TextDecoderStream()).getReader();
    let told = "";
    const progress = () =>
      [...told.matchAll(/event: progress\ndata: (.*)\n\n/g)].map(
        (match) => JSON.parse(match[1]!) as { state: string; total: number; done: number; faulty: number },
      );
    while (!progress().some(({ done }) => done > 0)) told += (await reader.read()).value;
    const tile = await service.get("/tiles/protection_zone/10/812/423");
    expect([200, 204]).toContain(tile.status);
    const cancelled = await service.post(`/api/screenings/${id}/cancel`, {});
    expect(cancelled.status).toBe(200);
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      told += value;
    }
    const last = progress().at(-1)!;
    expect(last).toMatchObject({ state: "cancelled", total: 3000 });
    expect(last.done).toBeLessThan(3000);
    expect((await service.post(`/api/screenings/${id}/cancel`, {})).status).toBe(409);
    await service.jobs.idle();
    const stopped = await read(id);
    expect((await service.post(`/api/screenings/${id}/resume`, {})).status).toBe(200);
    expect((await service.post(`/api/screenings/${id}/resume`, {})).status).toBe(409);
    expect((await read(id)).done).toBeGreaterThanOrEqual(stopped.done);
    expect(await finished(id)).toMatchObject({ done: 3000, faulty: 0 });
    const response = await fetch(`${service.url}/api/screenings/${id}`, { method: "DELETE" });
    expect(response.status).toBe(204);
    expect((await service.get(`/api/screenings/${id}`)).status).toBe(404);
  });

  it("results go to a spreadsheet and a map, every row, faulty ones too; text stays text there", async () => {
    const hostile = '=HYPERLINK("http://x")';
    const { id } = await begin(collection([row(IN_FIRST, { name: hostile }), FAULTY[0]![0]]), { name: "名单/一" });
    await finished(id);
    const csv = await service.get(`/api/screenings/${id}/results.csv?lang=en`);
    expect(csv.headers.get("content-type")).toMatch(/^text\/csv/);
    expect(csv.headers.get("content-disposition")).toContain(encodeURIComponent("名单/一"));
    const text = Buffer.from(await csv.arrayBuffer()).toString("utf8");
    expect(text.startsWith("\uFEFFNo.,Name")).toBe(true);
    const lines = text.trimEnd().split("\r\n");
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(/^1,"'=HYPERLINK\(""http:\/\/x""\)",livestock_farm,new,/);
    expect(lines[2]).toContain("#/geometry");
    const sheet = await service.get(`/api/screenings/${id}/results.xlsx?lang=en`);
    expect(sheet.headers.get("content-disposition")).toContain(encodeURIComponent("名单/一"));
    const rows = await readWorkbook(Buffer.from(await sheet.arrayBuffer()));
    expect(rows).toHaveLength(3);
    expect(rows[0]!.slice(0, 2)).toEqual(["No.", "Name"]);
    expect(rows[1]![1]).toBe(hostile);
    const geojson = await service.json<FeatureCollection>(`/api/screenings/${id}/results.geojson`);
    expect(geojson.features).toHaveLength(2);
    expect(geojson.features[0]!.properties!["conclusion"]).toBe("prohibited");
    expect(geojson.features[0]!.geometry!.type).toBe("Polygon");
    expect(geojson.features[1]!.geometry).toBeNull();
    expect((await service.get(`/api/screenings/${id}/results.ods`)).status).toBe(404);
  });

  it("rows that were not judged say so in every file: no conclusion is not a clearance", async () => {
    const { db } = service.database;
    const id = randomUUID();
    const sites = [row(IN_FIRST, { name: "甲" }), row(FAR, { name: "乙" }), FAULTY[0]![0]].map((each) =>
      rowOf({ type: "Feature", ...each }),
    );
    await storeScreening(db, { id, name: "未完", as_of: AS_OF, asked: { crs: null }, sites });
    await sql`update screening_site set faults = '[{"pointer": "#", "key": "fault.site_failed"}]' where screening = ${id}::uuid and n = 3`.execute(
      db,
    );
    expect(await cancel(db, "screening", id)).toBe(true);
    const zh = parsed(await (await service.get(`/api/screenings/${id}/results.csv?lang=zh`)).text());
    const column = zh[0]!.indexOf("核查情况");
    expect(zh.slice(1).map((each) => each[column])).toEqual([
      expect.stringContaining("尚未核查"),
      expect.stringContaining("尚未核查"),
      "资料有误，未核查",
    ]);
    const sheet = await service.get(`/api/screenings/${id}/results.xlsx?lang=en`);
    const rows = await readWorkbook(Buffer.from(await sheet.arrayBuffer()));
    expect(rows[1]![rows[0]!.indexOf("Looked at")]).toMatch(/^not judged yet/);
    const { features } = await service.json<FeatureCollection>(`/api/screenings/${id}/results.geojson?lang=en`);
    expect(features.map(({ properties }) => properties!["state"])).toEqual(["waiting", "waiting", "faulty"]);
    expect(features[0]!.properties!["state_title"]).toMatch(/^not judged yet/);
    expect(await service.post(`/api/screenings/${id}/resume`, {})).toMatchObject({ status: 200 });
    await finished(id);
    expect((await sitesOf(id)).map(({ state }) => state)).toEqual(["judged", "judged", "faulty"]);
  });

  it.each([
    [new DatabaseError('relation "x" does not exist', { code: "42P01" }), "数据库出错", "answered with an error"],
    [new StatementTimeout("canceling statement due to statement timeout"), "数据库处理超时", "took too long"],
    [new TypeError("x is not a function"), "程序出错", "program failed"],
  ])("a run that failed says why in the reader's words; %s stays in the log and the database", async (error, in_zh, in_en) => {
    const { db } = service.database;
    const screening = randomUUID();
    await storeScreening(db, { id: screening, name: "失败", as_of: AS_OF, asked: { crs: null }, sites: [rowOf(row(FAR))] });
    const sweep = await storeSweep(db, randomUUID(), "2017-01-01");
    const logged: string[] = [];
    const step = () => Promise.reject(error);
    const jobs = createJobs(service.database, { error: (data) => logged.push(String((data as { err: unknown }).err)) }, [
      { table: "screening", step },
      { table: "sweep", step },
    ]);
    jobs.wake();
    await jobs.idle();
    await jobs.close();
    expect(logged).toEqual([String(error), String(error)]);
    for (const path of [`screenings/${screening}`, `sweeps/${sweep}`])
      for (const [lang, words] of [
        ["zh", in_zh],
        ["en", in_en],
      ]) {
        const told = await service.json<Screening>(`/api/${path}?lang=${lang}`);
        expect(told).toMatchObject({ state: "failed", failure: expect.stringContaining(words!) });
        expect(told.failure).not.toContain(error.message);
        const { items } = await service.json<List<Screening>>(`/api/${path.split("/")[0]}?lang=${lang}`);
        expect(items.find(({ id }) => path.endsWith(id))!.failure).toBe(told.failure);
      }
    const { rows } = await sql<{ failure: string }>`select failure from screening where id = ${screening}::uuid`.execute(db);
    expect(rows[0]!.failure).toBe(error.message);
  });

  it("a catalogue that could not be read, or was not there yet, is asked for again", async () => {
    const { db } = service.database;
    const current = readCatalogue();
    const catalogueOf = keptCatalogues(db, current);
    expect(await catalogueOf(undefined)).toBe(current);
    expect(await catalogueOf(current.version)).toBe(current);
    await expect(catalogueOf("of-tomorrow")).rejects.toThrow(/not kept/);
    await keepCatalogue(db, { ...current, version: "of-tomorrow" });
    expect((await catalogueOf("of-tomorrow")).version).toBe("of-tomorrow");
    expect(await catalogueOf("of-tomorrow")).toBe(await catalogueOf("of-tomorrow"));

    const away = keptCatalogues(db, current);
    await sql`alter table catalogue_version rename to hidden`.execute(db);
    await expect(away("of-tomorrow")).rejects.toThrow(/catalogue_version/);
    await sql`alter table hidden rename to catalogue_version`.execute(db);
    expect((await away("of-tomorrow")).version).toBe("of-tomorrow");
  });

  it("a row can be had alone with the request that asks about it; a map gets the judged ones; names are searched", async () => {
    const { id } = await begin(collection([row(IN_FIRST, { name: "塘边猪场" }), FAULTY[0]![0], row(FAR, { name: "山后" })]));
    await finished(id);
    const one = await service.json<ScreenedSite & { request: Record<string, unknown> }>(`/api/screenings/${id}/sites/1`);
    expect(one).toMatchObject({ n: 1, name: "塘边猪场", result: { conclusion: "prohibited" } });
    expect(one.activity_title).toBe("规模畜禽养殖场");
    expect(one.request).toMatchObject({ activity: "livestock_farm", as_of: AS_OF, attributes: PIG_FARM.attributes });
    const response = await service.post("/api/checks?trial=true", one.request);
    expect(((await response.json()) as Check).conclusion).toBe("prohibited");
    const faulty = await service.json<ScreenedSite & { request: Record<string, unknown> }>(`/api/screenings/${id}/sites/2`);
    expect(faulty.result).toBeNull();
    expect((await service.post("/api/checks?trial=true", faulty.request)).status).toBe(422);
    for (const n of ["0", "4", "x", "1.5"]) expect((await service.get(`/api/screenings/${id}/sites/${n}`)).status, n).toBe(404);
    const outlines = await service.json<List<SiteOutline>>(`/api/screenings/${id}/outlines`);
    expect(outlines.items.map(({ n, conclusion, geometry }) => [n, conclusion, geometry.type])).toEqual([
      [1, "prohibited", "Polygon"],
      [3, (await sitesOf(id))[2]!.result!.conclusion, "Polygon"],
    ]);
    expect((await sitesOf(id, `&q=${encodeURIComponent("猪")}`)).map(({ n }) => n)).toEqual([1]);
    expect(await sitesOf(id, "&q=%25")).toEqual([]);
  });
});

eachEngine((engine) => {
  it("what a service left half done, the next one finishes; two services do not do it twice", async () => {
    const database = await engine.open();
    const first = await startService(database);
    const rows = Array.from({ length: 1200 }, (_, n) => row({ type: "Point", coordinates: [105.7 + n * 0.0002, 29.2] }));
    const response = await first.post("/api/screenings", { name: "夜间", as_of: AS_OF, sites: collection(rows) });
    const { id } = (await response.json()) as Screening;
    await expect
      .poll(async () => (await first.json<Screening>(`/api/screenings/${id}`)).done, { timeout: 220_000 })
      .toBeGreaterThan(0);
    await first.jobs.close();
    const left = await first.json<Screening>(`/api/screenings/${id}`);
    expect(left.state).toBe("running");
    expect(left.done).toBeLessThan(1200);
    const second = await startService(database);
    const third = await startService(database);
    await expect
      .poll(async () => (await second.json<Screening>(`/api/screenings/${id}`)).state, { timeout: 220_000, interval: 200 })
      .toBe("done");
    expect(await second.json<Screening>(`/api/screenings/${id}`)).toMatchObject({ done: 1200, faulty: 0 });
    await third.jobs.close();
    await second.jobs.close();
    await first.close();
  });
});
