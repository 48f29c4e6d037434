/** The layers of the five places: rivers to facilities, control areas and facilities in one table each. Adds the
 *  confidence of a position to the layers that were. Frozen once merged. Printed from the declarations in
 *  `server/layers/`; a parity test binds the two. */
import { type Kysely, sql } from "kysely";

const common = (geometry: string) => `
  id bigint generated always as identity primary key,
  code text not null,
  name_zh text not null,
  name_en text not null,
  aliases jsonb not null default '[]',
  valid_from date not null,
  valid_to date,
  basis text not null check (basis in ('approved_polygon', 'computed_default', 'schematic')),
  accuracy_m float8 check (accuracy_m >= 0),
  source text not null,
  approval_no text,
  approval_body text,
  approval_date date,
  competent_jurisdiction text,
  confidence text check (confidence in ('sourced', 'approximate', 'schematic')),
  file text not null,
  geom geometry(${geometry}, 4490) not null check (st_isvalid(geom) and not st_isempty(geom)),
  geom_3857 geometry(${geometry}, 3857) not null,
  check (valid_to is null or valid_to > valid_from),
  check (basis <> 'approved_polygon' or (approval_no is not null and approval_body is not null and approval_date is not null)),
  check ((basis = 'schematic') = (accuracy_m is null)),
  exclude using gist (code with =, daterange(valid_from, valid_to, '[)') with &&)
`;

const TABLES: [layer: string, geometry: string, columns: string][] = [
  [
    "control_area",
    "MultiPolygon",
    `
    kind text not null check (kind in ('eco_red_line', 'control_unit', 'nature_reserve_core', 'nature_reserve_general', 'scenic_area', 'permanent_basic_farmland', 'residential', 'blue_line', 'river_management', 'dike', 'dike_protection', 'max_water_level', 'flood_storage', 'shoreline_1km', 'shoreline_3km', 'yellow_river_control', 'karst', 'special_water', 'water_conservation', 'groundwater_over_extraction', 'groundwater_no_extraction', 'groundwater_limited', 'supply_network', 'planning_area', 'bank_strip', 'source_strip', 'reservoir_belt', 'reservoir_area', 'failing_area', 'approval_suspension', 'built_up')),
    width_m float8,
    river text,
    water_source text,
    target_class text,
    found_class text,
    assessed_on date,
    order_no text,
    order_body text,
    order_date date,
    order_reason text`,
  ],
  [
    "no_farming_area",
    "MultiPolygon",
    `
    kind text not null check (kind in ('ban', 'limited', 'suitable')),
    subject text not null check (subject in ('livestock', 'aquaculture')),
    clear_by date`,
  ],
  [
    "industrial_park",
    "MultiPolygon",
    `
    park_kind text not null check (park_kind in ('industrial', 'food', 'comprehensive', 'cluster')),
    central_treatment text check (central_treatment in ('done', 'unfinished')),
    central_treatment_deadline date,
    central_treatment_completed date,
    online_monitoring text check (online_monitoring in ('done', 'unfinished')),
    online_monitoring_deadline date,
    online_monitoring_completed date`,
  ],
  [
    "river",
    "MultiLineString",
    `
    stream_order int not null,
    flows_into text,
    basin text,
    length_published_km text,
    catchment_km2 text,
    note text`,
  ],
  [
    "reach",
    "MultiLineString",
    `
    river text not null,
    from_m float8 not null,
    to_m float8 not null,
    from_place text not null,
    to_place text not null`,
  ],
  [
    "black_odor_water",
    "MultiLineString",
    `
    river text,
    deadline date not null,
    state text not null check (state in ('in_cure', 'cured', 'unknown')),
    responsible text`,
  ],
  [
    "water_source",
    "Point",
    `
    part text not null check (part in ('source', 'intake')),
    water_body text not null check (water_body in ('river', 'reservoir', 'lake', 'groundwater')),
    scale text not null check (scale in ('urban', 'township', 'rural', 'backup')),
    state text not null check (state in ('in_use', 'planned', 'to_be_replaced')),
    waterworks text,
    source_code text,
    zoned boolean`,
  ],
  [
    "monitoring_section",
    "Point",
    `
    river text not null,
    chainage_m float8,
    grade text not null check (grade in ('plan', 'national', 'station', 'sample')),
    water_body_type text not null check (water_body_type in ('river', 'lake')),
    target_class text check (target_class in ('I', 'II', 'III', 'IV', 'V')),
    targets jsonb not null,
    target_source text,
    basins jsonb not null`,
  ],
  [
    "facility",
    "Point",
    `
    kind text not null check (kind in ('waterworks', 'sewage_works', 'dwelling', 'planting_base', 'tourism_site', 'crossing', 'petrol_station', 'well', 'waste_site', 'tailings_pond', 'mine', 'wharf', 'restaurant', 'chemical_store', 'enterprise', 'aquaculture_farm', 'livestock_farm', 'outfall')),
    sewer_destination text check (sewer_destination in ('municipal_network', 'outside_zone', 'on_site_to_water', 'on_site_to_land', 'untreated', 'no_sewage')),
    capacity_t_d float8,
    receiving_water text,
    emits jsonb,
    population int,
    area_mu float8,
    agrochemicals jsonb,
    toxicity_class text,
    medium text,
    runoff_collection boolean,
    tank_type text,
    well_approved boolean,
    water_use text,
    depth_m float8,
    permit_no text,
    waste_class text,
    mineral text,
    cargo jsonb,
    seats int,
    substance text,
    capacity_t float8,
    industry_code text,
    pollutants jsonb,
    close_by date,
    water_area_m2 float8,
    species text,
    annual_output int,
    stock int,
    manure_route text,
    outfall_kind text,
    activity text not null,
    state text not null check (state in ('operating', 'closed', 'planned')),
    opened date,
    closed date`,
  ],
];

export async function up(db: Kysely<never>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db);
  for (const [layer, geometry, columns] of TABLES) {
    await run(`create table ${layer} (${common(geometry)}, ${columns})`);
    await run(`create index ${layer}_geom on ${layer} using gist (geom)`);
    await run(`create index ${layer}_geom_3857 on ${layer} using gist (geom_3857)`);
    await run(`create index ${layer}_file on ${layer} (file)`);
  }
  for (const layer of ["jurisdiction", "protection_zone"]) {
    await run(`alter table ${layer} add column confidence text check (confidence in ('sourced', 'approximate', 'schematic'))`);
    await run(`create index ${layer}_file on ${layer} (file)`);
  }
}

export async function down(db: Kysely<never>): Promise<void> {
  for (const [layer] of TABLES) await sql.raw(`drop table ${layer}`).execute(db);
  for (const layer of ["jurisdiction", "protection_zone"]) {
    await sql.raw(`alter table ${layer} drop column confidence`).execute(db);
    await sql.raw(`drop index ${layer}_file`).execute(db);
  }
}
