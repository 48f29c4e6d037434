/** Every facility against every rule of a date: what is suspected, what changed, and what officers did about it. */
import { randomUUID } from "node:crypto";
import { VectorTile } from "@mapbox/vector-tile";
import { sql } from "kysely";
import { PbfReader } from "pbf";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Check } from "../../server/api/checks.ts";
import type { FeatureCollection, List, Problem } from "../../server/api/common.ts";
import type { Sweep, SweepFault, Violation, ViolationCounts, ViolationEvent } from "../../server/api/sweeps.ts";
import { resume } from "../../server/queries/runs.ts";
import { progressOfSweep, readSweep, storeSweep } from "../../server/queries/sweeps.ts";
import { readCatalogue } from "../../server/service.ts";
import { sweepNow } from "../../server/sweep.ts";
import { eachEngine } from "../support/engines.ts";
import { serve, type Service, startService } from "../support/service.ts";
import { readWorkbook } from "../support/workbook.ts";

const AS_OF = "2018-01-01";
type Told = Violation & { events: ViolationEvent[]; ways: string[] };

eachEngine((engine) => {
  let service: Service;
  let first: Sweep;
  beforeAll(async () => {
    service = await startService(await engine.open());
    expect((await service.json<List<Violation>>("/api/violations")).items).toEqual([]);
    const nothing = await service.get("/api/violations/counts?lang=en");
    expect(nothing.status).toBe(404);
    expect(((await nothing.json()) as Problem).detail).toMatch(/does not say that all is well/);
    first = await sweep(AS_OF);
  });
  afterAll(() => service.close());

  async function sweep(as_of: string): Promise<Sweep> {
    const response = await service.post("/api/sweeps", { as_of });
    expect(response.status).toBe(202);
    const { id } = (await response.json()) as Sweep;
    expect(response.headers.get("location")).toBe(`/api/sweeps/${id}`);
    for (;;) {
      const now = await service.json<Sweep>(`/api/sweeps/${id}`);
      if (now.state !== "queued" && now.state !== "running") break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return service.json<Sweep>(`/api/sweeps/${id}`);
  }
  const list = async (query = "") => (await service.json<List<Violation>>(`/api/violations?limit=1000${query}`)).items;
  /** A sweep that was written and not begun. */
  const storeOnly = async (as_of: string) => ({ id: await storeSweep(service.database.db, randomUUID(), as_of) });
  /** What the map draws of the facilities, by code. */
  const drawn = async (query: string) => {
    const response = await service.get(`/api/violations/tiles/0/0/0?${query.replace(/^&/, "")}`);
    const layer = new VectorTile(new PbfReader(new Uint8Array(await response.arrayBuffer()))).layers["violation"]!;
    const points = Array.from({ length: layer.length }, (_, index) => layer.feature(index).properties);
    return new Map(points.map((each) => [each["code"], each]));
  };
  const one = (id: string) => service.json<Told>(`/api/violations/${id}`);
  const act = async (id: string, body: object) => {
    const response = await service.post(`/api/violations/${id}/state?lang=en`, body);
    return { status: response.status, body: (await response.json()) as Told & Pick<Problem, "errors"> };
  };

  it("the farms of the plan: 105 in the ban areas of 永川, 40 to close by 2016 and 65 by 2017, all overdue by 2018", async () => {
    expect(first).toMatchObject({ as_of: AS_OF, faulty: 0, failure: null, changed_layers: [] });
    expect(first.done).toBe(first.total);
    expect(first.change).toMatchObject({ previous: null, gone: 0, changed: 0, kept: 0, appeared: first.clues });
    const farms = await list("&rule=YC-R37&jurisdiction=500118");
    expect(farms).toHaveLength(105);
    expect(farms.filter(({ deadline }) => deadline === "2016-12-31")).toHaveLength(40);
    expect(farms.filter(({ deadline }) => deadline === "2017-12-31")).toHaveLength(65);
    expect(await list("&rule=YC-R37&deadline=2016-12-31")).toHaveLength(40);
    expect(await list("&rule=YC-R37&overdue=true")).toHaveLength(105);
    expect(await list("&rule=YC-R37&overdue=false")).toHaveLength(0);
    // Opened from 2003 to 2015, before the plan: what stood before is told so, with the day that decided.
    expect(farms.map(({ decided_by }) => decided_by?.before)).toEqual(Array<boolean>(105).fill(true));
    expect(farms[0]!.decided_by).toMatchObject({ what: "rule", date: "2016-07-25", text: expect.stringContaining("补偿") });
    for (const farm of farms)
      expect(farm).toMatchObject({ effect: "relocate", certain: true, state: "suspected", change: "appeared" });
  });

  it("the planner knows of the rows as soon as they are there: it would plan the end of a large sweep for an empty table", async () => {
    const { rows } = await sql<{ name: string; known: number; held: number }>`
      select 'sweep_facility' as name, (select count(*)::int from sweep_facility) as held,
        (select reltuples::int from pg_class where relname = 'sweep_facility') as known
      union all select 'sweep_violation', (select count(*)::int from sweep_violation),
        (select reltuples::int from pg_class where relname = 'sweep_violation')`.execute(service.database.db);
    for (const { held, known } of rows) expect([held > 100, known]).toEqual([true, held]);
  });

  it("a clue says what a check of that facility says, no more and no less", async () => {
    const all = await list();
    for (const facility of [...new Set(all.map((each) => each.facility))].filter((_, index) => index % 12 === 0)) {
      const item = await service.json<{ geometry: unknown; properties: Record<string, unknown> }>(
        `/api/collections/facility/items/${facility}?datetime=${AS_OF}`,
      );
      const { activity, name_zh: name } = item.properties;
      const specs = (
        await service.json<List<{ code: string; actions: string[]; attributes: { name: string }[] }>>(
          "/api/activities?limit=1000",
        )
      ).items.find(({ code }) => code === activity)!;
      const attributes = Object.fromEntries(
        specs.attributes.flatMap(({ name: each }) => (item.properties[each] == null ? [] : [[each, item.properties[each]]])),
      );
      const expected = new Set<string>();
      for (const action of ["existing", "operating"].filter((each) => specs.actions.includes(each))) {
        const response = await service.post("/api/checks?trial=true", {
          name,
          activity,
          action,
          attributes,
          geometry: item.geometry,
          crs: "EPSG:4490",
          as_of: AS_OF,
        });
        const check = (await response.json()) as Check;
        expect(response.status, JSON.stringify(check)).toBe(200);
        for (const { rule, outcome, effect, feature, status } of check.findings)
          if (
            ["prohibit", "allowlist", "gate", "remove", "relocate"].includes(effect) &&
            ["triggered", "cannot_tell", "touches"].includes(outcome) &&
            feature !== null &&
            status !== "draft"
          )
            expected.add(`${rule} ${feature}`);
      }
      const mine = all.filter((each) => each.facility === facility && each.feature !== null);
      expect(new Set(mine.map(({ rule, feature }) => `${rule} ${feature}`)), facility).toEqual(expected);
    }
  });

  it("drafts suspect nobody; what could not be answered is counted, not cleared", async () => {
    expect((await list()).filter(({ rule }) => rule.startsWith("BJ-"))).toEqual([]);
    expect(first.unproven.length).toBeGreaterThan(0);
    for (const { facilities, title } of first.unproven) {
      expect(facilities).toBeGreaterThan(0);
      expect(title).not.toBe("");
    }
    for (const clue of (await list("&certain=false")).slice(0, 20)) expect(clue.reasons.length).toBeGreaterThan(0);
  });

  it("themes off the checklist are told with how many facilities, where a rule could suspect one by them", async () => {
    const { rows } = await sql<{ theme: string; n: number }>`
      select theme, count(*)::int as n from sweep_facility as f, jsonb_array_elements_text(f.result -> 'not_asked') as theme
      where f.sweep = ${first.id}::uuid group by theme order by n desc, theme`.execute(service.database.db);
    const { rules } = readCatalogue();
    const suspecting = new Set(
      rules
        .filter(({ effect }) => ["prohibit", "allowlist", "gate", "remove", "relocate"].includes(effect))
        .map(({ where }) => where.theme),
    );
    const stored = rows.map(({ theme, n }) => ({ theme, facilities: n }));
    const told = first.not_asked.map(({ theme, facilities }) => ({ theme, facilities }));
    expect(told.length).toBeGreaterThan(0);
    expect(told.length).toBeLessThan(stored.length);
    expect(told).toEqual(stored.filter(({ theme }) => told.some((each) => each.theme === theme)));
    for (const { theme, title } of first.not_asked) {
      expect(suspecting, theme).toContain(theme);
      expect(title).not.toBe(theme);
    }
  });

  it("filters and counts agree; files carry every row; a tile has each facility once", async () => {
    const all = await list();
    const counts = await service.json<ViolationCounts>("/api/violations/counts");
    expect(counts.total).toBe(all.length);
    expect(counts.facilities).toBe(new Set(all.map(({ facility }) => facility)).size);
    expect(counts.certain).toBe((await list("&certain=true")).length);
    for (const { key, count, title } of counts.by.rule) {
      expect((await list(`&rule=${key}`)).length).toBe(count);
      expect(title).not.toBe(key);
    }
    for (const { key, count } of counts.by.theme) expect((await list(`&theme=${key}`)).length).toBe(count);
    for (const { key, count, title } of counts.by.district) {
      expect((await list(`&jurisdiction=${key}`)).length).toBe(count);
      expect(title).not.toBe(key);
    }
    // A prefecture or province has what its districts have.
    for (const [wide, digits] of [
      ["500000", "50"],
      ["500100", "5001"],
    ] as const) {
      const within = all.filter(({ districts }) => districts.some((code) => code.startsWith(digits)));
      expect(within.length).toBeGreaterThan(100);
      expect((await list(`&jurisdiction=${wide}`)).map(({ id }) => id)).toEqual(within.map(({ id }) => id));
    }
    expect(await list("&jurisdiction=110000")).toEqual([]);
    const [zone] = counts.by.feature;
    expect((await list(`&feature=${zone!.key}`)).length).toBe(zone!.count);
    expect(zone!.title).toBe((await list(`&feature=${zone!.key}`))[0]!.feature_name);
    expect((await list("&class=livestock_any")).every(({ activity }) => activity.startsWith("livestock"))).toBe(true);
    expect(
      (await list(`&q=${encodeURIComponent("养殖场002")}`)).every(({ facility_name }) => facility_name.includes("养殖场002")),
    ).toBe(true);
    const page = await service.json<List<Violation>>("/api/violations?limit=50");
    const next = page.links.find(({ rel }) => rel === "next")!;
    expect((await service.json<List<Violation>>(next.href)).items[0]!.id).toBe(all[50]!.id);

    const csv = await (await service.get("/api/violations?f=csv&lang=en")).text();
    expect(csv.trimEnd().split("\r\n")).toHaveLength(all.length + 1);
    const sheet = await service.get("/api/violations?f=xlsx&lang=zh");
    expect(sheet.headers.get("content-type")).toContain("spreadsheetml");
    const rows = await readWorkbook(Buffer.from(await sheet.arrayBuffer()));
    expect(rows).toHaveLength(all.length + 1);
    expect(rows[0]![0]).toBe("设施");
    expect(rows[1]![0]).toBe(all[0]!.facility_name);
    expect(rows[1]).toContain(all[0]!.gist);
    for (const name of ["变化", "处理后再次发现"]) expect(rows[0]).toContain(name);
    expect(rows[1]![rows[0]!.indexOf("变化")]).toBe("新出现");
    // With a system or a notation, the same are turning points, or shapes in that system.
    const dms = await (await service.get("/api/violations?f=csv&notation=dms&lang=en")).text();
    expect(dms.trimEnd().split("\r\n")).toHaveLength(
      1 + new Set(all.map(({ facility, rule, feature }) => `${facility} ${rule} ${feature}`)).size,
    );
    expect(dms).toMatch(/\d+°\d\d′\d\d\.\d{5}″/);
    const metres = await service.json<FeatureCollection>("/api/violations?f=geojson&crs=EPSG:4523");
    expect((metres as { crs?: { properties: { name: string } } }).crs!.properties.name).toMatch(/4523/);
    expect((metres.features[0]!.geometry as { coordinates: number[] }).coordinates[0]).toBeGreaterThan(35_000_000);
    expect((await service.get("/api/violations?f=xlsx&crs=EPSG:3857")).status).toBe(400);
    const geojson = await service.json<FeatureCollection>("/api/violations?f=geojson");
    expect(geojson.features.map(({ id }) => id)).toEqual(all.map(({ id }) => id));

    const response = await service.get("/api/violations/tiles/6/50/26");
    expect(response.status).toBe(200);
    const layer = new VectorTile(new PbfReader(new Uint8Array(await response.arrayBuffer()))).layers["violation"]!;
    const drawn = Array.from({ length: layer.length }, (_, index) => layer.feature(index).properties);
    const here = all.filter(({ position: [lon, lat] }) => Math.floor(((lon! + 180) / 360) * 64) === 50 && rowOf(lat!) === 26);
    expect(drawn.map(({ code }) => code).toSorted()).toEqual([...new Set(here.map(({ facility }) => facility))].toSorted());
    expect(drawn.reduce((sum, { clues }) => sum + Number(clues), 0)).toBe(here.length);
    expect((await service.get("/api/violations/tiles/6/0/0")).status).toBe(204);
    for (const query of [
      "theme=nothing",
      "class=nothing",
      "state=open",
      "certain=maybe",
      "deadline=soon",
      "jurisdiction=50",
      "again=perhaps",
      "colour=red",
    ])
      expect((await service.get(`/api/violations?${query}`)).status, query).toBe(400);
    expect((await service.get("/api/violations?sweep=nothing")).status).toBe(404);
  });

  it("what is to close or move by a day is listed by district and rule, and one filter gives each list", async () => {
    const { lists, by, total } = await service.json<ViolationCounts>("/api/violations/counts?lang=en");
    expect(lists.filter(({ rule }) => rule === "YC-R37")).toMatchObject([
      { jurisdiction: "500118", place: "Yongchuan District", deadline: "2017-12-31", count: 65 },
      { jurisdiction: "500118", place: "Yongchuan District", deadline: "2016-12-31", count: 40 },
    ]);
    for (const { jurisdiction, rule, deadline, count } of lists) {
      const own = await list(`&jurisdiction=${jurisdiction}&rule=${rule}&deadline=${deadline}`);
      expect(own).toHaveLength(count);
      expect(own.every(({ effect }) => effect === "remove" || effect === "relocate")).toBe(true);
    }
    const without = await list("&deadline=none");
    expect(without.length).toBe(total - by.deadline.reduce((sum, { count }) => sum + count, 0));
    expect(without.every(({ deadline }) => deadline === null)).toBe(true);
    const nowhere = await list("&feature=none");
    expect(nowhere.length).toBe(total - by.feature.reduce((sum, { count }) => sum + count, 0));
    for (const { key, count, title } of by.class) {
      expect((await list(`&class=${key}`)).length).toBe(count);
      expect(title).not.toBe(key);
    }
    // Before the first sweep there was nothing that could be gone.
    expect(await list("&change=gone")).toEqual([]);
  });

  it("a clue goes from suspected to closed by the ways that are open, with reason and evidence; two writers do not overwrite", async () => {
    const [clue] = await list("&rule=YC-R37");
    const { id } = clue!;
    expect((await one(id)).ways).toEqual(["confirmed", "dismissed"]);
    expect(await act(id, { state: "closed", version: 1, evidence: "x" })).toMatchObject({
      status: 409,
      body: { type: "/problems/violation-way" },
    });
    const silent = await act(id, { state: "dismissed", version: 1 });
    expect(silent.status).toBe(422);
    expect(silent.body.errors![0]!.pointer).toBe("#/note");
    expect((await act(id, { state: "open", version: "1", colour: 1 })).body.errors!.map(({ pointer }) => pointer)).toEqual([
      "#/colour",
      "#/state",
      "#/version",
    ]);
    expect((await one(id)).state).toBe("suspected");
    const both = await Promise.all([
      act(id, { state: "confirmed", version: 1 }),
      act(id, { state: "dismissed", version: 1, note: "not a farm" }),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    let now = await one(id);
    if (now.state === "dismissed") now = (await act(id, { state: "suspected", version: now.version })).body;
    if (now.state === "suspected") now = (await act(id, { state: "confirmed", version: now.version })).body;
    now = (await act(id, { state: "notified", version: now.version, deadline: "2018-06-30", note: "文号 1" })).body;
    now = (await act(id, { state: "rectifying", version: now.version })).body;
    expect((await act(id, { state: "closed", version: now.version })).body.errors![0]!.pointer).toBe("#/evidence");
    now = (await act(id, { state: "closed", version: now.version, evidence: "照片 12" })).body;
    expect(now.state).toBe("closed");
    now = (await act(id, { state: "closed", version: now.version, note: "复查无误" })).body;
    expect(now.events.map(({ what }) => what).slice(-4)).toEqual(["notified", "rectifying", "closed", "noted"]);
    expect(now.events.find(({ what }) => what === "closed")!.evidence).toBe("照片 12");
    expect(now.events.find(({ what }) => what === "notified")).toMatchObject({
      deadline: "2018-06-30",
      note: "文号 1",
      before: "confirmed",
    });
    expect((await list("&state=closed")).map((each) => each.id)).toEqual([id]);
    // The officer's deadline counts, in list, filter, groups, map and files; the register's is still told.
    const farm = { due: "2018-06-30", deadline: clue!.deadline, overdue: false };
    expect(now).toMatchObject(farm);
    expect(await list("&deadline=2018-06-30")).toMatchObject([{ id, ...farm }]);
    expect((await list(`&deadline=${clue!.deadline}`)).map((each) => each.id)).not.toContain(id);
    expect((await list("&rule=YC-R37&overdue=false")).map((each) => each.id)).toEqual([id]);
    const { by, lists } = await service.json<ViolationCounts>("/api/violations/counts");
    expect(by.deadline.find(({ key }) => key === "2018-06-30")?.count).toBe(1);
    expect(lists.find(({ deadline }) => deadline === "2018-06-30")).toMatchObject({ rule: "YC-R37", count: 1 });
    const own = `facility=${clue!.facility}&rule=YC-R37`;
    expect((await drawn(own)).get(clue!.facility)).toMatchObject({ clues: 1, overdue: 0 });
    const row = (await (await service.get(`/api/violations?f=csv&lang=en&${own}`)).text()).trimEnd().split("\r\n")[1];
    expect(row).toContain(",2018-06-30,no,");
    expect(row).not.toContain(clue!.deadline);
    const { features } = await service.json<FeatureCollection>(`/api/violations?f=geojson&${own}`);
    expect(features[0]!.properties).toMatchObject(farm);
    // A later one takes its place, also one that lies before the day.
    now = (await act(id, { state: "closed", version: now.version, note: "改期", deadline: "2017-06-30" })).body;
    expect(now).toMatchObject({ due: "2017-06-30", overdue: true });
    expect((await service.get("/api/violations/00000000-0000-4000-8000-000000000000")).status).toBe(404);
  });

  it("a new sweep says what appeared, went and changed, what it could not look at, and what officers had decided and it finds again", async () => {
    const { db } = service.database;
    const before = await list();
    const closed = (await list("&state=closed"))[0]!;
    const others = before.filter(({ facility }) => facility !== closed.facility);
    const gone = others.find(({ state, rule }) => state === "suspected" && rule === "YC-R37")!;
    const moved = others.find(({ rule, facility }) => rule === "YC-R37" && facility !== gone.facility)!;
    await sql`update facility set closed = '2017-12-01', state = 'closed' where code = ${gone.facility}`.execute(db);
    await sql`update facility set close_by = '2019-12-31' where code = ${moved.facility}`.execute(db);
    const broken = others.find(({ facility }) => ![gone.facility, moved.facility].includes(facility))!.facility;
    const { activity } = before.find(({ facility }) => facility === broken)!;
    await sql`update facility set activity = 'cheese' where code = ${broken}`.execute(db);
    const second = await sweep(AS_OF);
    const of = (facility: string) => before.filter((each) => each.facility === facility).length;
    expect(second.change).toEqual({
      previous: first.id,
      appeared: 0,
      gone: of(gone.facility),
      unlooked: of(broken),
      changed: of(moved.facility),
      kept: before.length - of(gone.facility) - of(broken) - of(moved.facility),
      again: 1,
    });
    expect(second).toMatchObject({ total: first.total - 1, faulty: 1, clues: before.length - of(gone.facility) });
    expect(second.left_out!.closed).toBe(first.left_out!.closed + 1);
    const faults = (await service.json<List<SweepFault>>(`/api/sweeps/${second.id}/faults?lang=en`)).items;
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ facility: broken });
    expect(faults[0]!.faults[0]!.detail).toMatch(/cheese/);
    expect((await list()).some(({ id }) => id === gone.id)).toBe(false);
    const lost = await list("&change=gone");
    expect(lost).toHaveLength(second.change!.gone);
    expect(lost.map(({ id }) => id)).toContain(gone.id);
    expect(new Set(lost.map(({ facility }) => facility))).toEqual(new Set([gone.facility]));
    expect(lost.every(({ sweep: of_sweep, change }) => of_sweep === first.id && change === "gone")).toBe(true);
    expect((await service.json<ViolationCounts>("/api/violations/counts?change=gone")).total).toBe(lost.length);
    expect((await one(gone.id)).events.at(-1)).toMatchObject({ what: "gone", sweep: second.id });
    expect((await one(moved.id)).deadline).toBe("2019-12-31");
    expect((await list("&change=changed")).map(({ id }) => id)).toContain(moved.id);
    expect((await list(`&sweep=${first.id}`)).length).toBe(before.length);
    expect((await service.json<List<Sweep>>("/api/sweeps")).items.map(({ id }) => id)).toEqual([second.id, first.id]);

    // What was not looked at is neither there nor gone, in list, file, map and history.
    const unlooked = await list("&change=unlooked");
    expect(unlooked.map(({ id }) => id)).toEqual(before.filter(({ facility }) => facility === broken).map(({ id }) => id));
    for (const each of unlooked) expect(each).toMatchObject({ sweep: second.id, change: "unlooked", again: false });
    const { id } = unlooked[0]!;
    expect((await one(id)).events.map(({ what }) => what)).toEqual(["appeared", "unlooked"]);
    const csv = await (await service.get(`/api/violations?f=csv&lang=en&facility=${broken}`)).text();
    expect(csv.split("not looked at this time")).toHaveLength(unlooked.length + 1);
    expect((await drawn("")).get(broken)).toMatchObject({ unlooked: unlooked.length, gone: 0 });
    expect((await drawn("&change=gone")).get(gone.facility)).toMatchObject({ unlooked: 0, gone: of(gone.facility) });

    // Closed, and found again: the state is the officer's, the history says so.
    expect(await one(closed.id)).toMatchObject({ state: "closed", again: true });
    expect((await one(closed.id)).events.at(-1)).toMatchObject({ what: "found_again", sweep: second.id });
    expect((await list("&again=true")).map((each) => each.id)).toEqual([closed.id]);
    expect((await drawn("")).get(closed.facility)).toMatchObject({ again: 1 });
    expect((await drawn(`&sweep=${first.id}`)).get(closed.facility)).toMatchObject({ again: 0 });

    // The next sweep can tell again, and does not repeat itself.
    await sql`update facility set activity = ${activity} where code = ${broken}`.execute(db);
    const third = await sweep(AS_OF);
    expect(third.change).toMatchObject({ previous: second.id, appeared: 0, gone: 0, unlooked: 0, changed: 0, again: 1 });
    expect((await one(id)).events.map(({ what }) => what)).toEqual(["appeared", "unlooked", "found_again"]);
    expect((await one(closed.id)).events.filter(({ what }) => what === "found_again")).toHaveLength(1);
  });

  it("what a layer could not say of a theme does not make its clues gone, however often; a district that is not known neither", async () => {
    const { db } = service.database;
    const before = await list("&rule=YC-R37");
    await sql`alter table no_farming_area rename column geom to geom_away`.execute(db);
    const failed = await Promise.resolve(sweep(AS_OF)).finally(() =>
      sql`alter table no_farming_area rename column geom_away to geom`.execute(db),
    );
    expect(failed).toMatchObject({ state: "done", change: { gone: 0 } });
    expect(failed.change!.unlooked).toBeGreaterThanOrEqual(before.length);
    expect((await list("&rule=YC-R37&change=unlooked")).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    await sql`alter table jurisdiction rename column geom to geom_away`.execute(db);
    const nowhere = await Promise.resolve(sweep(AS_OF)).finally(() =>
      sql`alter table jurisdiction rename column geom_away to geom`.execute(db),
    );
    expect(nowhere).toMatchObject({ state: "done", change: { gone: 0 } });
    expect((await one(before[0]!.id)).events.filter(({ what }) => what === "unlooked")).toHaveLength(1);
    expect(await sweep(AS_OF)).toMatchObject({ change: { gone: 0, unlooked: 0, appeared: 0 } });
    expect((await one(before[0]!.id)).events.map(({ what }) => what).slice(-2)).toEqual(["unlooked", "found_again"]);
  });

  it("a theme that is asked no more, and a district that ends, make no clue gone", async () => {
    const { db } = service.database;
    const clues = await list();
    const inside = clues.filter(({ districts }) => districts.includes("500118"));
    expect(inside.length).toBeGreaterThan(0);
    await sql`update jurisdiction set valid_to = ${AS_OF}::date where code = '500118'`.execute(db);
    const nowhere = await Promise.resolve(sweep(AS_OF)).finally(() =>
      sql`update jurisdiction set valid_to = null where code = '500118'`.execute(db),
    );
    expect(nowhere).toMatchObject({ state: "done", change: { gone: 0 } });
    expect(nowhere.change!.unlooked).toBeGreaterThan(0); // the others are of zones that name who is competent
    expect(await sweep(AS_OF)).toMatchObject({ change: { gone: 0, unlooked: 0, appeared: 0 } });

    const { items } = await service.json<{ items: { themes: string[] }[] }>("/api/checklists/500118");
    const later = "2026-11-22";
    await sweep(later);
    const inForce = await list();
    const dropped = inForce.find(({ theme }) => theme?.startsWith("no_farming_area/"))!.theme!;
    const post = async (themes: string[], valid_from: string) => {
      const made = await service.post("/api/checklists/500118", { valid_from, themes, source: "测试" });
      expect(made.status, await made.clone().text()).toBe(201);
    };
    await post(
      items[0]!.themes.filter((theme) => theme !== dropped),
      "2026-11-20",
    );
    const unasked = await sweep(later);
    const now = await list(`&theme=${dropped}`);
    await post(items[0]!.themes, "2026-11-21");
    expect(unasked).toMatchObject({ state: "done", change: { gone: 0 } });
    expect(now.filter(({ change }) => change === "unlooked").length).toBeGreaterThan(0);
    expect(now.map(({ id }) => id)).toEqual(inForce.filter(({ theme }) => theme === dropped).map(({ id }) => id));
    expect(await sweep(later)).toMatchObject({ change: { gone: 0, unlooked: 0, appeared: 0 } });
    await sweep(AS_OF);
  });

  it("a farm whose register entry has no deadline has that of the ban area it stands in", async () => {
    const { db } = service.database;
    const farm = (await list("&rule=YC-R37&deadline=2016-12-31")).find(({ state }) => state === "suspected")!;
    const { properties } = await service.json<{ properties: Record<string, unknown> }>(
      `/api/collections/no_farming_area/items/${farm.feature}?datetime=${AS_OF}`,
    );
    expect(properties["clear_by"]).toBe("2017-12-31");
    await sql`update facility set close_by = null where code = ${farm.facility}`.execute(db);
    await sweep(AS_OF);
    expect(await one(farm.id)).toMatchObject({ deadline: "2017-12-31", due: null, overdue: true, change: "changed" });
  });

  it("a day decides which facilities stood on it: who has closed since is looked at, and who is left out is counted by why", async () => {
    const { db } = service.database;
    const all = await list();
    const codes = [...new Set(all.map(({ facility }) => facility))].slice(0, 4);
    const now = async () => {
      const { id } = await storeOnly("2018-01-03");
      const told = await service.json<Sweep>(`/api/sweeps/${id}`);
      await service.post(`/api/sweeps/${id}/cancel`, {});
      const { rows } = await sql<{ facility: string }>`
        select facility from sweep_facility where sweep = ${id}::uuid and facility = any(${codes})`.execute(db);
      return { ...told, here: rows.map(({ facility }) => facility) };
    };
    const plain = await now();
    expect(plain.here.toSorted()).toEqual(codes.toSorted());
    // Closed since, closed on the day, opened the day after, and a state that nothing dates.
    await sql`update facility set state = 'closed', closed = '2018-01-04' where code = ${codes[0]}`.execute(db);
    await sql`update facility set state = 'closed', closed = '2018-01-03' where code = ${codes[1]}`.execute(db);
    await sql`update facility set opened = '2018-01-04' where code = ${codes[2]}`.execute(db);
    await sql`update facility set state = 'closed', closed = null where code = ${codes[3]}`.execute(db);
    const then = await now();
    expect(then.here).toEqual([codes[0]]);
    expect(then.total).toBe(plain.total - 3);
    expect(then.left_out).toEqual({
      closed: plain.left_out!.closed + 1,
      not_opened: plain.left_out!.not_opened + 1,
      state: plain.left_out!.state + 1,
    });
  });

  it("a list that one file cannot hold is refused in every format, not cut off", async () => {
    const small = await serve(service.database, { violation_rows: 10 });
    try {
      for (const format of ["csv", "xlsx", "geojson", "kml"]) {
        const response = await small.get(`/api/violations?lang=en&f=${format}`);
        expect([format, response.status]).toEqual([format, 422]);
        expect(((await response.json()) as Problem).detail).toMatch(/holds up to 10\b/);
      }
      const facility = (await list())[0]!.facility;
      expect((await small.get(`/api/violations?f=csv&facility=${facility}`)).status).toBe(200);
    } finally {
      await small.close();
    }
  });

  it("what is told of a sweep is counted once, when it ends; how far it is stands in its own row", async () => {
    const { db } = service.database;
    const told = await service.json<Sweep>(`/api/sweeps/${first.id}`);
    const [looked] = (
      await sql<{ n: number; faulty: number }>`
        select count(*) filter (where result is not null or faults is not null)::int as n, count(faults)::int as faulty
        from sweep_facility where sweep = ${first.id}::uuid`.execute(db)
    ).rows;
    expect(told).toMatchObject({ done: looked!.n, faulty: looked!.faulty });
    await db
      .transaction()
      .execute(async (tx) => {
        // Without the rows the answer is the same: nothing of them is read.
        await sql`delete from sweep_facility where sweep = ${first.id}::uuid`.execute(tx);
        expect(await readSweep(tx, first.id)).toMatchObject({ rules: told.rules, done: told.done, clues: told.clues });
        expect((await readSweep(tx, first.id))!.unproven).toHaveLength(told.unproven.length);
        expect(await progressOfSweep(tx, first.id)).toEqual({
          state: "done",
          total: told.total,
          done: told.done,
          faulty: told.faulty,
        });
        throw new Error("back");
      })
      .catch((error: Error) => expect(error.message).toBe("back"));
    // One that is resumed is counted anew.
    const { id } = await storeOnly("2018-01-05");
    await service.post(`/api/sweeps/${id}/cancel`, {});
    const summary = async () =>
      (await sql<{ kept: boolean }>`select summary is not null as kept from sweep where id = ${id}::uuid`.execute(db)).rows[0]!
        .kept;
    expect(await summary()).toBe(true);
    expect(await resume(db, "sweep", id)).toBe(true);
    expect(await summary()).toBe(false);
    await service.post(`/api/sweeps/${id}/cancel`, {});
  });

  it("a sweep under way is not begun twice; the command line does the same", async () => {
    const [a, b] = (await Promise.all(
      [0, 1].map(async () => (await service.post("/api/sweeps", { as_of: "2019-01-01" })).json()),
    )) as [Sweep, Sweep];
    expect(a.id).toBe(b.id);
    await expect.poll(async () => (await service.json<Sweep>(`/api/sweeps/${b.id}`)).state, { timeout: 220_000 }).toBe("done");
    await expect.poll(async () => (await service.json<Sweep>(`/api/sweeps/${a.id}`)).state, { timeout: 220_000 }).toBe("done");
    expect((await service.post(`/api/sweeps/${a.id}/cancel`, {})).status).toBe(409);
    const lines: string[] = [];
    await sweepNow(service.database, readCatalogue(), "2019-01-02", (line) => lines.push(line));
    expect(lines[0]).toMatch(/^sweep .* as of 2019-01-02: done, (\d+) of \1 facilities/);
    expect(lines.filter((line) => /^off the checklist, not looked at for \d+ facilities: /.test(line))).not.toEqual([]);
    await expect(sweepNow(service.database, readCatalogue(), "yesterday", () => undefined)).rejects.toThrow(/yyyy-mm-dd/);
    expect((await service.post("/api/sweeps", { as_of: "soon", colour: 1 })).status).toBe(422);
    expect((await service.get("/api/sweeps/nothing")).status).toBe(404);
  });
});

function rowOf(lat: number): number {
  const radians = (lat * Math.PI) / 180;
  return Math.floor(((1 - Math.log(Math.tan(radians) + 1 / Math.cos(radians)) / Math.PI) / 2) * 64);
}
