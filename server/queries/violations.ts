/** Violations as a sweep found them, with what was done about each. */
import { type RawBuilder, sql } from "kysely";
import type { Reason } from "../api/checks.ts";
import type { Position } from "../api/common.ts";
import type { Violation, ViolationCounts, ViolationEvent, ViolationState } from "../api/sweeps.ts";
import { encodeTile } from "../db/mvt.ts";
import type { Db, OpenDatabase } from "../db/open.ts";
import type { DecidedBy } from "../domain/stood.ts";
import { moment } from "./checks.ts";
import { liesWithin } from "./districts.ts";
import { frameOf } from "./tiles.ts";

export type ViolationFilter = {
  sweep: string;
  jurisdiction?: string | undefined;
  theme?: string | undefined;
  rule?: string | undefined;
  class?: string | undefined;
  activity?: string | undefined;
  effect?: string | undefined;
  /** Null: what concerns no feature of its own. */
  feature?: string | null | undefined;
  facility?: string | undefined;
  state?: ViolationState | undefined;
  change?: "appeared" | "changed" | "kept" | "unlooked" | undefined;
  /** An officer had closed or dismissed it before. */
  again?: boolean | undefined;
  certain?: boolean | undefined;
  /** The deadline lay before the date of the sweep; false: it did not, or there is none. */
  overdue?: boolean | undefined;
  /** Exactly this deadline, of those that count; null: none. */
  deadline?: string | null | undefined;
  /** Only what this later sweep does not see any more. */
  gone_in?: string | undefined;
  /** Words in the name or code of facility or feature. */
  q?: string | undefined;
};

export type StoredViolation = Pick<
  Violation,
  | "id"
  | "state"
  | "version"
  | "facility"
  | "rule"
  | "layer"
  | "feature"
  | "theme"
  | "effect"
  | "certain"
  | "districts"
  | "activity"
  | "deadline"
  | "due"
  | "change"
  | "again"
  | "sweep"
  | "as_of"
> & {
  overdue: boolean;
  position: Position;
  found: {
    facility_name: { zh: string; en: string };
    facility_kind: string;
    feature_name: { zh: string; en: string } | null;
    relation: Violation["relation"];
    overlap_m2: number | null;
    distance_m: number | null;
    reasons: Omit<Reason, "text">[];
    /** Sweeps before 2026-11-26 lack it. */
    decided_by?: DecidedBy | null;
    instrument: string;
    status: Violation["status"];
    rules: string;
  };
};

/** The deadline that counts: the officer's, else the register's. */
const DUE = sql`coalesce(v.due, f.deadline)`;
const OVERDUE = sql`coalesce(${DUE} < sweep.as_of, false)`;
const FROM = sql`sweep_violation as f join violation as v on v.id = f.violation join sweep on sweep.id = f.sweep`;

function testsOf(filter: ViolationFilter): RawBuilder<unknown> {
  const tests = [sql`f.sweep = ${filter.sweep}::uuid`];
  const equal = (column: RawBuilder<unknown>, value: string | undefined) =>
    value !== undefined && tests.push(sql`${column} = ${value}`);
  equal(sql`f.theme`, filter.theme);
  equal(sql`f.rule`, filter.rule);
  equal(sql`f.activity`, filter.activity);
  equal(sql`f.effect`, filter.effect);
  if (filter.feature !== undefined) tests.push(sql`v.feature is not distinct from ${filter.feature}::text`);
  equal(sql`v.facility`, filter.facility);
  equal(sql`v.state`, filter.state);
  equal(sql`f.change`, filter.change);
  if (filter.deadline !== undefined) tests.push(sql`${DUE} is not distinct from ${filter.deadline}::date`);
  if (filter.gone_in !== undefined)
    tests.push(sql`not exists (select from sweep_violation as later
      where later.sweep = ${filter.gone_in}::uuid and later.violation = f.violation)`);
  if (filter.jurisdiction !== undefined) tests.push(liesWithin(sql`f.districts`, filter.jurisdiction));
  if (filter.class !== undefined) tests.push(sql`${filter.class}::text = any(f.classes)`);
  if (filter.again !== undefined) tests.push(filter.again ? sql`f.again` : sql`not f.again`);
  if (filter.certain !== undefined) tests.push(filter.certain ? sql`f.certain` : sql`not f.certain`);
  if (filter.overdue !== undefined) tests.push(filter.overdue ? OVERDUE : sql`not ${OVERDUE}`);
  for (const word of filter.q?.toLowerCase().split(/\s+/).filter(Boolean) ?? [])
    tests.push(sql`position(${word}::text in lower(v.facility || ' ' || coalesce(v.feature, '') || ' ' || (f.found -> 'facility_name')::text || ' ' ||
      coalesce((f.found -> 'feature_name')::text, ''))) > 0`);
  return sql.join(tests, sql` and `);
}

const ITEM = ({ gone_in }: Pick<ViolationFilter, "gone_in">) => sql`
  v.id, v.state, v.version, v.facility, v.rule, v.layer, v.feature, f.theme, f.effect, f.certain, f.districts, f.activity,
  f.deadline::text as deadline, v.due::text as due, ${OVERDUE} as overdue, ${gone_in === undefined ? sql`f.change` : sql`'gone'`} as change,
  ${gone_in === undefined ? sql`f.again` : sql`false`} as again, f.sweep, sweep.as_of::text as as_of, f.found,
  jsonb_build_array(st_x(f.geom), st_y(f.geom)) as position`;

/** In the order of facility and rule. `after` is the id of the last one seen. */
export async function listViolations(
  db: Db,
  filter: ViolationFilter,
  { limit, after }: { limit: number; after?: string | undefined },
): Promise<{ items: StoredViolation[]; matched: number; more: boolean }> {
  const tests = testsOf(filter);
  const order = sql`v.facility collate "C", v.rule collate "C", v.id`;
  const beyond =
    after === undefined
      ? sql``
      : sql`and (v.facility collate "C", v.rule collate "C", v.id) > (select facility collate "C", rule collate "C", id from violation where id = ${after}::uuid)`;
  const { rows } = await sql<StoredViolation>`
    select ${ITEM(filter)} from ${FROM} where ${tests} ${beyond} order by ${order} limit ${limit + 1}::int`.execute(db);
  const counted = await sql<{ n: number }>`select count(*)::int as n from ${FROM} where ${tests}`.execute(db);
  return { items: rows.slice(0, limit), matched: counted.rows[0]!.n, more: rows.length > limit };
}

export type CountedBy = keyof ViolationCounts["by"];
export type Counts = {
  total: number;
  facilities: number;
  certain: number;
  overdue: number;
  by: Record<CountedBy, { key: string; count: number; name?: { zh: string; en: string } }[]>;
  /** Of what is to be removed or moved and has a deadline. */
  lists: { jurisdiction: string; rule: string; deadline: string; count: number }[];
};

/** How many there are, and how many of each; largest first. */
export async function countViolations(db: Db, filter: ViolationFilter): Promise<Counts> {
  const each = (name: CountedBy, key: RawBuilder<unknown>) => sql`${sql.lit(name)}, coalesce((
    select jsonb_agg(jsonb_build_object('key', key, 'count', n) order by n desc, key)
    from (select ${key} as key, count(*) as n from hit group by 1) as grouped where key is not null), '[]')`;
  const { rows } = await sql<Counts>`
    with hit as materialized (
      select v.state, v.facility, v.feature, f.districts, f.theme, f.rule, ${DUE} as deadline, f.activity, f.certain, f.classes, f.effect, (f.found -> 'feature_name')::text as feature_name,
        ${OVERDUE} as overdue
      from ${FROM} where ${testsOf(filter)}
    )
    select count(*)::int as total, count(distinct facility)::int as facilities, count(*) filter (where certain)::int as certain,
      count(*) filter (where overdue)::int as overdue,
      jsonb_build_object(${sql.join([
        each("state", sql`state`),
        each("theme", sql`theme`),
        each("rule", sql`rule`),
        sql`'feature', coalesce((select jsonb_agg(jsonb_build_object('key', key, 'count', n, 'name', name::jsonb) order by n desc, key)
          from (select feature as key, count(*) as n, min(feature_name) as name from hit where feature is not null group by 1) as grouped), '[]')`,
        each("deadline", sql`deadline::text`),
        each("activity", sql`activity`),
        sql`'district', coalesce((select jsonb_agg(jsonb_build_object('key', key, 'count', n) order by n desc, key)
          from (select key, count(*) as n from hit, unnest(districts) as key group by 1) as grouped), '[]')`,
        sql`'class', coalesce((select jsonb_agg(jsonb_build_object('key', key, 'count', n) order by n desc, key)
          from (select key, count(*) as n from hit, unnest(classes) as key group by 1) as grouped), '[]')`,
      ])}) as by,
      coalesce((select jsonb_agg(jsonb_build_object('jurisdiction', jurisdiction, 'rule', rule, 'deadline', deadline::text, 'count', n)
          order by n desc, rule, jurisdiction, deadline)
        from (select jurisdiction, rule, deadline, count(*) as n from hit, unnest(districts) as jurisdiction
          where deadline is not null and effect in ('remove', 'relocate') group by 1, 2, 3) as grouped), '[]') as lists
    from hit`.execute(db);
  return rows[0]!;
}

/** One violation as its newest sweep found it (of `sweep`, where one is named); undefined when there is none. */
export async function readViolation(db: Db, id: string): Promise<StoredViolation | undefined> {
  const { rows } = await sql<StoredViolation>`
    select ${ITEM({})} from ${FROM} where v.id = ${id}::uuid and sweep.state = 'done'
    order by sweep.finished_at desc, sweep.created_at desc limit 1`.execute(db);
  return rows[0];
}

/** All that happened to it, oldest first. */
export async function eventsOf(db: Db, id: string): Promise<ViolationEvent[]> {
  const { rows } = await sql<ViolationEvent>`
    select ${moment(sql`at`)} as at, what, before, after, note, evidence, deadline::text as deadline, sweep
    from violation_event where violation = ${id}::uuid order by id`.execute(db);
  return rows;
}

/** A change of state, or a note where the state stays; with its event. A deadline counts from then on. False when another was first (`version`). */
export async function changeState(
  db: Db,
  id: string,
  change: {
    version: number;
    before: ViolationState;
    after: ViolationState;
    what: ViolationEvent["what"];
    note: string | null;
    evidence: string | null;
    deadline: string | null;
  },
): Promise<boolean> {
  const { rows } = await sql`
    with changed as (
      update violation set state = ${change.after}, due = coalesce(${change.deadline}::date, due), version = version + 1, changed_at = now()
      where id = ${id}::uuid and version = ${change.version}::int returning id
    )
    insert into violation_event (violation, what, before, after, note, evidence, deadline)
    select id, ${change.what}, ${change.before}, ${change.after}, ${change.note}, ${change.evidence}, ${change.deadline}::date from changed
    returning violation`.execute(db);
  return rows.length > 0;
}

/** A tile of facilities that stand where they may not: one point each, with how many clues, whether one is certain, and the
 *  farthest state; how many were decided and found again (`again`), could not be looked at this time (`unlooked`) and are seen
 *  no more (`gone`). Layer `violation`; empty when there is nothing. */
export async function violationTile(
  database: OpenDatabase,
  filter: ViolationFilter,
  { z, x, y }: { z: number; x: number; y: number },
): Promise<Buffer> {
  const frame = frameOf(z, x, y);
  const rows = sql`
    select facility as code, count(*)::int as clues, (count(*) filter (where certain))::int as certain,
      (count(*) filter (where state = 'suspected'))::int as suspected,
      (count(*) filter (where state in ('confirmed', 'notified', 'rectifying')))::int as confirmed,
      (count(*) filter (where again and state in ('closed', 'dismissed')))::int as again,
      (count(*) filter (where change = 'unlooked'))::int as unlooked, (count(*) filter (where change = 'gone'))::int as gone,
      (count(*) filter (where overdue))::int as overdue, min(geom::text)::geometry as geom
    from (
      select v.facility, v.state, f.certain, ${filter.gone_in === undefined ? sql`f.again` : sql`false`} as again, ${filter.gone_in === undefined ? sql`f.change` : sql`'gone'::text`} as change, ${OVERDUE} as overdue, ${frame.placed(sql`f.geom_3857`)} as geom
      from ${FROM} cross join ${frame.row}
      where ${testsOf(filter)} and f.geom_3857 && ${frame.box} and ${frame.holds(sql`f.geom_3857`)}
    ) as hit
    group by facility order by facility collate "C"`;
  return encodeTile(database, [{ name: "violation", rows }]);
}
