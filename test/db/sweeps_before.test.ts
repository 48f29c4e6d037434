/** A database with sweeps of before 2026-11-29 is brought to the shape of today, and back. */
import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import { expect, it } from "vitest";
import { migrate, readMigrations } from "../../server/db/migrate.ts";
import { listSweeps, progressOfSweep, readSweep } from "../../server/queries/sweeps.ts";
import { eachEngine } from "../support/engines.ts";

const NAME = "20261129T0200_sweeps_told";
const DUE = "20261129T0700_due";

eachEngine((engine) => {
  it("what was swept before is told as it was, counted once; down takes back what is new", async () => {
    const { db } = await engine.open();
    const all = await readMigrations();
    const before = Object.fromEntries(Object.entries(all).filter(([name]) => name < NAME));
    const { error } = await new Migrator({
      db,
      provider: { getMigrations: async (): Promise<Record<string, Migration>> => before },
    }).migrateToLatest();
    expect(error).toBeUndefined();
    const [done, failed, clue] = [randomUUID(), randomUUID(), randomUUID()];
    await sql`insert into sweep (id, as_of, total, state, failure, appeared, gone, changed, kept, finished_at) values
      (${done}::uuid, '2018-01-01', 3, 'done', null, 1, 0, 0, 0, now()), (${failed}::uuid, '2018-01-02', 3, 'failed', 'column "x"', 0, 0, 0, 0, now())`.execute(
      db,
    );
    await sql`insert into sweep_facility (sweep, facility, faults, result) values
      (${done}::uuid, 'A', null, '{"rules": "v1", "layers": {"river": 1}, "unproven": ["river"]}'),
      (${done}::uuid, 'B', null, '{"rules": "v1", "layers": {"river": 2}, "unproven": ["river", "reach"]}'),
      (${done}::uuid, 'C', '[{"pointer": "#", "key": "fault.site_failed"}]', null)`.execute(db);
    await sql`insert into violation (id, facility, rule) values (${clue}::uuid, 'A', 'R-1')`.execute(db);
    await sql`insert into sweep_violation (sweep, violation, rule, effect, certain, districts, activity, classes, found, geom, geom_3857, change)
      values (${done}::uuid, ${clue}::uuid, 'R-1', 'prohibit', true, '{}', 'outfall', '{}', '{}', st_setsrid(st_point(106, 29), 4490),
        st_setsrid(st_point(0, 0), 3857), 'appeared')`.execute(db);

    // The deadline that an officer set last, though what followed had none.
    await sql`insert into violation_event (violation, what, deadline) values (${clue}::uuid, 'notified', '2018-06-30'),
      (${clue}::uuid, 'rectifying', '2018-03-31'), (${clue}::uuid, 'noted', null)`.execute(db);

    await migrate(db);
    const due = async () => (await sql<{ due: string }>`select due::text as due from violation`.execute(db)).rows[0]!.due;
    expect(await due()).toBe("2018-03-31");
    await all[DUE]!.down!(db as never);
    await expect(due()).rejects.toThrow(/due/);
    await all[DUE]!.up(db as never);
    expect(await due()).toBe("2018-03-31");
    await sql`delete from violation_event`.execute(db);
    const told = {
      done: 3,
      faulty: 1,
      clues: 1,
      certain: 1,
      rules: ["v1"],
      changed_layers: ["river"],
      left_out: null,
      unproven: [
        { theme: "river", facilities: 2 },
        { theme: "reach", facilities: 1 },
      ],
      not_asked: [],
      change: { previous: null, appeared: 1, gone: 0, changed: 0, kept: 0, unlooked: 0, again: 0 },
    };
    expect(await readSweep(db, done)).toMatchObject(told);
    expect(await progressOfSweep(db, done)).toEqual({ state: "done", total: 3, done: 3, faulty: 1 });
    expect(await readSweep(db, failed)).toMatchObject({ failure: "program", clues: 0, rules: [] });
    expect((await listSweeps(db, 10)).items.find(({ id }) => id === done)).toMatchObject(told);
    // As the service counts it itself.
    await sql`update sweep set summary = null`.execute(db);
    expect(await readSweep(db, done)).toMatchObject(told);

    await sql`update sweep_violation set change = 'unlooked'`.execute(db);
    await sql`insert into violation_event (violation, what) values (${clue}::uuid, 'found_again'), (${clue}::uuid, 'closed')`.execute(
      db,
    );
    await all[NAME]!.down!(db as never);
    const { rows } = await sql<{ what: string }>`select what from violation_event`.execute(db);
    expect(rows).toEqual([{ what: "closed" }]);
    await expect(
      sql`insert into violation_event (violation, what) values (${clue}::uuid, 'unlooked')`.execute(db),
    ).rejects.toThrow(/violation_event_what_check/);
    await all[NAME]!.up(db as never);
    expect(await readSweep(db, done)).toMatchObject({ ...told, clues: 0, certain: 0 });
  });
});
