/** What an import computes before its transaction is what the database would have computed in it, on both engines: shapes for
 *  tiles, the log code by code, one writer at a time; and a database of before is brought along. */
import { sql } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LayerOfImport } from "../../server/api/imports.ts";
import type { Db } from "../../server/db/open.ts";
import { migrate, readMigrations } from "../../server/db/migrate.ts";
import { layerOf } from "../../server/layers/index.ts";
import { applyRows, undoImport } from "../../server/queries/changes.ts";
import { dropLostDrafts } from "../../server/queries/change_drafts.ts";
import { fileOf } from "../../server/queries/ready_rows.ts";
import { eachEngine } from "../support/engines.ts";
import { AS_ZONES, uploadsOf, zone } from "../support/imports.ts";
import { rectangle, type Service, startService } from "../support/service.ts";

const A = rectangle(105.95, 29.23, 105.951, 29.231);
const B = rectangle(105.96, 29.23, 105.962, 29.232);
const OLD = "500118-HJZB-1";
const LAST_BEFORE = "20261126T0500_tile_shapes";

/** The columns as the migration that first stored them had the database compute them. */
const unit = (z: number) => 40075016.68557849 / 2 ** z / 4096;
const low = (z: number) =>
  `st_collectionextract(st_reduceprecision(st_makevalid(st_simplify(geom_3857, ${unit(z) / 2}, true)), ${unit(z)}), 3)`;

/** Codes whose stored shapes are not what their shape gives. */
async function stale(db: Db, table: string): Promise<string[]> {
  const { rows } = await sql<{ code: string }>`
    select code from ${sql.table(table)}
    where st_asewkb(geom_3857) is distinct from st_asewkb(st_multi(st_transform(geom, 3857)))
      or st_asewkb(geom_z10) is distinct from st_asewkb(${sql.raw(low(10))})
      or st_asewkb(geom_z8) is distinct from st_asewkb(${sql.raw(low(8))})
      or st_asewkb(geom_z6) is distinct from st_asewkb(${sql.raw(low(6))})
      or st_asewkb(spot_3857) is distinct from st_asewkb(st_pointonsurface(geom_3857))`.execute(db);
  return rows.map(({ code }) => code);
}

/** Every life of every zone without its number, and the log's word on those of a change. */
async function zonesOf(db: Db) {
  const { rows } = await sql<{ life: Record<string, unknown> }>`
    select to_jsonb(z) - 'id' as life from protection_zone as z order by code collate "C", z.valid_from`.execute(db);
  return rows.map(({ life }) => life);
}

async function loggedOf(db: Db, change: string) {
  const { rows } = await sql<{ code: string; before: Life[]; after: Life[] }>`
    select code, before, after from change_feature where change = ${change}::uuid order by code collate "C"`.execute(db);
  return rows;
}

type Life = Record<string, unknown>;

eachEngine((engine) => {
  let service: Service;
  let db: Db;
  const { uploadGeoJson, apply, undo } = uploadsOf(() => service);
  beforeAll(async () => {
    service = await startService(await engine.open());
    ({ db } = service.database);
  });
  afterAll(() => service.close());

  const leftovers = async () => {
    const { rows } = await sql<{ drafts: number; rows: number; features: number }>`
      select (select count(*)::int from change_draft) as drafts, (select count(*)::int from import_row) as rows,
        (select count(*)::int from change_feature where change not in (select id from change_log)) as features`.execute(db);
    return rows[0];
  };
  const applied = async (features: unknown[], valid_from = "2026-01-01") => {
    const { id } = await uploadGeoJson(features);
    const { body, status } = await apply<LayerOfImport>(id, { ...AS_ZONES, valid_from });
    expect(status, JSON.stringify(body)).toBe(201);
    return { id, change: body.change!.id };
  };
  /** The lives of a code as the log keeps them, read from the layer. */
  const livesIn = (zones: Life[], code: string) =>
    zones
      .filter((each) => each["code"] === code)
      .map(({ geom: _geom, geom_3857: _web, geom_z10: _z10, geom_z8: _z8, geom_z6: _z6, spot_3857: _spot, ...rest }) => rest);
  const shapeless = (lives: Life[]) => lives.map(({ geom: _geom, ...rest }) => rest);

  it("the log says exactly what was and what is, for codes new, ended and replaced; an undo gives all of it back", async () => {
    const first = await zonesOf(db);
    const one = await applied([zone("S-1", A), zone("S-2", B), zone(OLD, A)]);
    const second = await zonesOf(db);
    const two = await applied([zone("S-1", B), zone("S-2", A), zone(OLD, B), zone("S-3", A)]);
    const three = await applied([zone("S-2", B), zone(OLD, A)], "2026-06-01");
    const last = await zonesOf(db);
    for (const [change, before, after] of [
      [one.change, first, second],
      [three.change, undefined, last],
    ] as const)
      for (const each of await loggedOf(db, change)) {
        if (before) expect(shapeless(each.before), each.code).toEqual(livesIn(before, each.code));
        expect(shapeless(each.after), each.code).toEqual(livesIn(after, each.code));
        const { rows } = await sql<{ geom: string }>`
          select encode(st_asewkb(geom), 'hex') as geom from protection_zone as z where code = ${each.code} order by z.valid_from`.execute(
          db,
        );
        if (after === last) expect(each.after.map(({ geom }) => geom)).toEqual(rows.map(({ geom }) => geom));
      }
    const replaced = (await loggedOf(db, two.change)).find(({ code }) => code === "S-1")!;
    expect([replaced.before.length, replaced.after.length]).toEqual([1, 1]);
    expect(await stale(db, "protection_zone")).toEqual([]);
    for (const { id } of [three, two, one]) expect((await undo(id)).status).toBe(200);
    expect(await zonesOf(db)).toEqual(first);
    expect(await stale(db, "protection_zone")).toEqual([]);
    expect(await leftovers()).toEqual({ drafts: 0, rows: 0, features: 0 });
  });

  it("shapes for tiles are made where they are not given, follow their shape, and are not taken from another row", async () => {
    await sql`update protection_zone set geom = st_multi(st_translate(geom, 0.01, 0)),
      geom_3857 = st_multi(st_transform(st_multi(st_translate(geom, 0.01, 0)), 3857)) where code = ${OLD}`.execute(db);
    expect(await stale(db, "protection_zone")).toEqual([]);
    await sql`update protection_zone set geom_z10 = geom_z6, spot_3857 = null where code = ${OLD}`.execute(db);
    for (const table of ["protection_zone", "jurisdiction", "control_area"]) expect(await stale(db, table)).toEqual([]);
    const given = sql`insert into protection_zone (code, name_zh, name_en, valid_from, basis, source, level, part, water_source, file,
        geom, geom_3857, geom_z10, geom_z8, geom_z6, spot_3857)
      select 'T-1', name_zh, name_en, '2026-01-01', 'schematic', source, level, part, water_source, 'import/t',
        geom, geom_3857, geom_z10, geom_z8, geom_z6, st_translate(spot_3857, 100000, 0) from protection_zone where code = ${OLD} limit 1`;
    await expect(given.execute(db)).rejects.toThrow(/own_shapes/);
  });

  it("another writer between the draft and the transaction: the log is put right first, or the rows are refused", async () => {
    const layer = layerOf("protection_zone")!;
    const { id } = await uploadGeoJson([zone("P-1", A)]);
    const other = await uploadGeoJson([zone("P-2", A)]);
    const before = await zonesOf(db);
    const order = (change: string, from: string, importId: string) => ({
      change,
      import: importId,
      who: "test",
      layer,
      district: "500118",
      detail: { district: "500118", valid_from: from, left_out: 0 },
      claims: [],
      touched: [],
    });
    const ready = async (change: string, from: string, importId: string, shape: unknown) => {
      const { rows } = await sql<{ properties: Life }>`
        select to_jsonb(z) - '{id,file,geom,geom_3857,geom_z10,geom_z8,geom_z6,spot_3857}'::text[] as properties
        from protection_zone as z where code = ${OLD} limit 1`.execute(db);
      const properties = { ...rows[0]!.properties, code: "P-9", valid_from: from, valid_to: null };
      await sql`insert into import_row (application, import, n, code, valid_from, properties, file, geom)
        values (${change}::uuid, ${importId}::uuid, 1, 'P-9', ${from}::date, ${JSON.stringify(properties)}::text::jsonb, ${fileOf(importId)},
          st_multi(st_setsrid(st_geomfromgeojson(${JSON.stringify(shape)}), 4490)))`.execute(db);
    };
    const january = crypto.randomUUID();
    const june = crypto.randomUUID();
    await ready(january, "2026-01-01", id, A);
    await ready(june, "2026-06-01", other.id, B);
    const outcomes = await Promise.all([
      applyRows(service.database, order(january, "2026-01-01", id)),
      applyRows(service.database, order(june, "2026-06-01", other.id)),
    ]);
    expect([undefined, "changed-meanwhile"]).toContain(outcomes[0]);
    expect(outcomes[1]).toBeUndefined();
    const lives = livesIn(await zonesOf(db), "P-9");
    const [logged] = await loggedOf(db, june);
    expect(shapeless(logged!.after)).toEqual(lives);
    expect(logged!.before.length).toBe(outcomes[0] === undefined ? 1 : 0);
    expect(await stale(db, "protection_zone")).toEqual([]);
    expect((await undo(other.id)).status).toBe(200);
    if (outcomes[0] === undefined) expect((await undo(id)).status).toBe(200);
    expect(await zonesOf(db)).toEqual(before);
    await sql`delete from import_row`.execute(db);
  });

  describe("a draft of a change", () => {
    const draft = "00000000-0000-4000-8000-00000000000d";
    const add = (change: string) =>
      sql`insert into change_feature (change, code, before, after) values (${change}::uuid, 'D-1', '[]', '[]')`.execute(db);

    it("that was lost goes with its features, a young one stays", async () => {
      await sql`insert into change_draft (id) values (${draft}::uuid)`.execute(db);
      await add(draft);
      await dropLostDrafts(db);
      expect(await leftovers()).toMatchObject({ drafts: 1, features: 1 });
      await sql`update change_draft set begun_at = now() - interval '2 days'`.execute(db);
      await dropLostDrafts(db);
      expect(await leftovers()).toMatchObject({ drafts: 0, features: 0 });
    });

    it("is all that can grow or shrink: not an entry of the log, and nothing without either", async () => {
      const { change } = await applied([zone("D-2", A)]);
      await expect(add(change)).rejects.toThrow(/append-only/);
      await expect(add(draft)).rejects.toThrow(/append-only/);
      for (const statement of [
        sql`delete from change_feature`,
        sql`update change_feature set code = 'x'`,
        sql`truncate change_feature`,
      ])
        await expect(statement.execute(db)).rejects.toThrow(/append-only/);
      await sql`insert into change_draft (id) values (${draft}::uuid)`.execute(db);
      await add(draft);
      await expect(sql`delete from change_draft`.execute(db)).rejects.toThrow(/without features/);
      await sql`delete from change_feature where change = ${draft}::uuid`.execute(db);
      await sql`delete from change_draft`.execute(db);
    });
  });

  it("a database of before keeps its shapes and its log, and what was imported then can be undone", async () => {
    const old = await engine.open();
    const all = await readMigrations();
    const until = Object.fromEntries(Object.entries(all).filter(([name]) => name <= LAST_BEFORE));
    const { error } = await new Migrator({
      db: old.db,
      provider: { getMigrations: async (): Promise<Record<string, Migration>> => until },
    }).migrateToLatest();
    expect(error).toBeUndefined();
    const importId = crypto.randomUUID();
    const change = crypto.randomUUID();
    const shape = sql`st_multi(st_setsrid(st_geomfromgeojson(${JSON.stringify(A)}), 4490))`;
    await sql`insert into import (id, kept_until, format, files, layers) values (${importId}::uuid, now() + interval '1 day', 'geojson', '[]', '[{}]')`.execute(
      old.db,
    );
    await sql`insert into protection_zone (code, name_zh, name_en, valid_from, basis, source, level, part, water_source, file, geom, geom_3857)
      values ('O-1', '甲', 'A', '2026-01-01', 'schematic', 's', 'first', 'land', 'w', ${fileOf(importId)}, ${shape}, st_multi(st_transform(${shape}, 3857)))`.execute(
      old.db,
    );
    await sql`insert into change_log (id, who, what, import, layer, detail)
      values (${change}::uuid, 'operator', 'imported', ${importId}::uuid, 'protection_zone',
        '{"district": "500118", "themes": [], "valid_from": "2026-01-01", "left_out": 0, "written": 1, "closed": 0}')`.execute(
      old.db,
    );
    await sql`insert into change_feature (change, code, before, after)
      select ${change}::uuid, 'O-1', '[]', jsonb_build_array((to_jsonb(z) - '{id,geom,geom_3857,geom_z10,geom_z8,geom_z6,spot_3857}'::text[])
        || jsonb_build_object('geom', encode(st_asewkb(geom), 'hex'))) from protection_zone as z`.execute(old.db);
    await migrate(old.db);
    expect(await stale(old.db, "protection_zone")).toEqual([]);
    expect((await loggedOf(old.db, change)).map(({ code }) => code)).toEqual(["O-1"]);
    expect(await undoImport(old, { importId, undo: crypto.randomUUID(), who: "test", layerOf })).toEqual({
      layer: "protection_zone",
    });
    expect(await zonesOf(old.db)).toEqual([]);
  });
});
