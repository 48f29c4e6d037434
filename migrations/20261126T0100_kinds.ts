/** Kinds of control area that the plans of 桃山, 库尔勒 and 霍林郭勒 know beside those that were. Frozen once merged. Printed
 *  from the declarations in `server/layers/`; a parity test binds the two. */
import { type Kysely, sql } from "kysely";

const BEFORE = [
  "eco_red_line",
  "control_unit",
  "nature_reserve_core",
  "nature_reserve_general",
  "scenic_area",
  "permanent_basic_farmland",
  "residential",
  "blue_line",
  "river_management",
  "dike",
  "dike_protection",
  "max_water_level",
  "flood_storage",
  "shoreline_1km",
  "shoreline_3km",
  "yellow_river_control",
  "karst",
  "special_water",
  "water_conservation",
  "groundwater_over_extraction",
  "groundwater_no_extraction",
  "groundwater_limited",
  "supply_network",
  "planning_area",
  "bank_strip",
  "source_strip",
  "reservoir_belt",
  "reservoir_area",
  "failing_area",
  "approval_suspension",
  "built_up",
];
const ADDED = [
  "geological_hazard",
  "wetland",
  "backyard_farming",
  "groundwater_rich",
  "key_development",
  "aquatic_germplasm",
  "polluted_farmland",
  "produce_ban",
  "contaminated_land",
  "grassland",
  "air_control",
];
const AIR_LIMITS = ["high_pollution_fuel", "off_road_machinery", "diesel_truck", "fireworks", "straw_burning"];

const among = (values: string[]) => `in (${values.map((value) => `'${value}'`).join(", ")})`;

async function allowKinds(db: Kysely<never>, kinds: string[]): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db);
  await run("alter table control_area drop constraint control_area_kind_check");
  await run(`alter table control_area add constraint control_area_kind_check check (kind ${among(kinds)})`);
}

export async function up(db: Kysely<never>): Promise<void> {
  await allowKinds(db, [...BEFORE, ...ADDED]);
  await sql.raw(`alter table control_area add column air_limit text check (air_limit ${among(AIR_LIMITS)})`).execute(db);
}

/** Features of the kinds that go are lost with them. */
export async function down(db: Kysely<never>): Promise<void> {
  await sql.raw(`delete from control_area where kind ${among(ADDED)}`).execute(db);
  await sql.raw("alter table control_area drop column air_limit").execute(db);
  await allowKinds(db, BEFORE);
}
