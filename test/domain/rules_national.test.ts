/** The national rules, row by row: a project that sets each off, and one that does not; on the first day of a row, or on
 *  its last where another law followed. And that no row of the domain file's section 1 is left out. */
import { describe, expect, it } from "vitest";
import type { Action, AttributeValue } from "../../server/api/checks.ts";
import type { Instrument, Rule } from "../../server/domain/rule.ts";
import { NOTHING } from "../support/judging.ts";
import { ask, at, catalogue, type Question } from "../support/real_judging.ts";

/** Section 1 of rules-and-standards, 1.3 to 1.8; what a row here adds to the id (a level, an effect) follows it. */
const IDS = `WS-01 WS-02 WS-03 WS-04 WS-05 WS-06 WS-07 WS-08 WS-09 WS-10 WS-11 WS-12 WS-13 WS-14 WS-15 WS-P1 WS-P2 WS-P3 WS-P4
  AD-11a AD-11b AD-11c AD-11d AD-12-1 AD-12-2 AD-12-3 AD-18 AD-19-1 AD-19-2 AD-19-3
  LS-01 LS-02 LS-03 LS-04 LS-05 LS-06 LS-07 LS-08 LS-09 LS-10 LS-11 LS-12
  RV-01 RV-02 RV-03 RV-04 RV-05 RV-06 RV-07 RV-08 RV-09 RV-10 RV-11 RV-12 YZ-01 YZ-02 YZ-03 YR-01 BL-01 BL-02 KS-01 KS-02
  ER-01 ER-02 ER-03 ER-04 ER-05 ER-06 ER-07 EZ-01 NP-01 PK-01 PK-02 PK-03 PK-04 PK-05 PK-06
  TS-01 TS-01a TS-01b TS-01c TS-02 TS-03 TS-04 TS-05 HC-19`.split(/\s+/);

const FIRST = "protection_zone/first";
const SECOND = "protection_zone/second";
const QUASI = "protection_zone/quasi";
const BAN = "no_farming_area/ban";
const RIVER = "control_area/river_management";
const RED = "control_area/eco_red_line";
const BLUE = "control_area/blue_line";

type Case = [fires: Question, silent: Question];
const of = (activity: string, action: Action, attributes: Record<string, AttributeValue> = {}): Question => ({
  activity,
  action,
  attributes,
});
const but = (question: Question, attributes: Record<string, AttributeValue>, more: Partial<Question> = {}): Question => ({
  ...question,
  ...more,
  attributes: { ...question.attributes, ...attributes },
});
const away = (theme: string, distance_m = 3000) => at(theme, {}, { overlap: NOTHING, distance_m });
/** Both in a feature of the theme. */
const within = (theme: string, fires: Question, silent: Question): Case => [
  { ...fires, features: [at(theme)] },
  { ...silent, features: [at(theme)] },
];
/** The same project, in a feature of the theme and far from it. */
const here = (theme: string, question: Question): Case => [
  { ...question, features: [at(theme)] },
  { ...question, features: [away(theme)] },
];
const existing = (question: Question): Question => ({ ...question, action: "existing" });
/** One row for each zone, by the last letters of its id. */
const levels = (id: string, letters: Record<string, string>, fires: Question, silent: Question): Record<string, Case> =>
  Object.fromEntries(Object.entries(letters).map(([letter, theme]) => [`${id}${letter}`, within(theme, fires, silent)]));
const TWO = { a: FIRST, b: SECOND };
const THREE = { ...TWO, c: QUASI };

const SURFACE = { groundwater_source: false };
const GROUND = { groundwater_source: true };
const outlet = of("outfall", "new", { ...SURFACE, outfall_kind: "municipal" });
const solar = of("photovoltaic", "new", { emits: ["none"], over_water: false, occupies_water: false, ...SURFACE });
const pigs = of("livestock_farm", "new", { species: "pig", annual_output: 3000, emits: ["none"], ...SURFACE });
const dirtyPigs = but(pigs, { manure_route: "treated_discharge" });
const cleanPigs = but(pigs, { manure_route: "returned_to_land_harmless" });
const works = of("polluting_project", "new", {
  emits: ["water"],
  industry_code: "C2211",
  policy_status: "conforming",
  violations: ["none"],
  relocated_upstream: false,
  access_list_met: true,
  ...SURFACE,
});
const bakery = of("construction_unrelated", "new", {
  emits: ["air"],
  industry_code: "C1411",
  seriously_polluting: false,
  policy_status: "conforming",
  violations: ["none"],
  access_list_met: true,
  ...SURFACE,
});
const pump = of("water_supply_facility", "new", { emits: ["none"] });
const road = of("road_bridge", "new", { emits: ["none"], crosses_water: true, ...SURFACE });
const tours = of("tourism", "operating", SURFACE);
const cage = of("cage_aquaculture", "operating", SURFACE);
const swim = of("swim_angle", "operating");
const fields = of("planting_existing", "operating", { agrochemicals: ["fertiliser"], tall_crop: false, ...SURFACE });
const spraying = but(fields, { agrochemicals: ["pesticide"], toxicity_class: "highly_toxic" });
const heap = of("mineral_heap", "new", {
  below_max_water_level: true,
  river_basin: "yangtze",
  emits: ["none"],
  industry_code: "B0810",
  seriously_polluting: false,
  ...SURFACE,
});
const felling = of("forest_felling", "operating", SURFACE);
const tanker = of("haz_transport", "operating", SURFACE);
const depot = of("oil_depot", "new", { in_aquifer_void: false, violations: ["none"], ...SURFACE });
const store = of("haz_chem_store", "new", { major_hazard: true });
const station = of("gas_station", "existing", { tank_type: "single_wall" });
const chemicals = of("chem_project", "new", { emits: ["water"], industry_code: "C2614", ...SURFACE });
const pond = of("tailings_pond", "new", { emits: ["water"] });
const inn = of("catering", "new", { emits: ["water"], sewer_destination: "municipal_network", ...SURFACE });
const house = of("residential", "new", { emits: ["water"], existing_village: true, ...SURFACE });
const sand = of("sand_mining", "new", { sand_permit: true, closed_area: false });
const transfer = of("msw_transfer", "new", GROUND);
const listed = (red_line_item: string, question = solar) => but(question, { red_line_item });
const wharf = of("wharf_cargo", "new", { cargo: ["coal", "toxics"], ...SURFACE });
const park = (columns: Record<string, unknown>) => [at("industrial_park", columns)];
const DONE = { central_treatment: "done", online_monitoring: "done" };
const HALF_DONE = { ...DONE, online_monitoring: "unfinished" };

const CASES: Record<string, Case> = {
  ...levels("WS-01", TWO, outlet, solar),
  "WS-01c": within(FIRST, existing(outlet), outlet),
  "WS-01d": within(SECOND, existing(outlet), outlet),
  "WS-02": within(FIRST, solar, but(solar, { purpose: "source_protection" })),
  "WS-03": within(FIRST, existing(solar), existing(pump)),
  "WS-04a": within(FIRST, { ...swim, action: "new" }, swim),
  "WS-04b": within(FIRST, but(road, { emits: ["air"] }, { action: "operating" }), { ...road, action: "operating" }),
  "WS-05": within(SECOND, but(solar, { emits: ["air"] }), solar),
  "WS-06": within(SECOND, but(existing(solar), { emits: ["solid"] }), existing(solar)),
  "WS-07": within(SECOND, cage, swim),
  "WS-08": within(QUASI, works, bakery),
  "WS-09": within(QUASI, { ...solar, action: "rebuilt" }, solar),
  "WS-05-R1": within(SECOND, road, solar),
  "WS-06-R1": within(SECOND, existing(road), existing(solar)),
  "WS-05-R2": within(SECOND, house, but(house, { existing_village: false })),
  "WS-06-R2": within(SECOND, existing(house), but(existing(house), { existing_village: false })),
  "WS-05-R3": within(SECOND, inn, but(inn, { sewer_destination: "untreated" })),
  "WS-06-R3": within(SECOND, existing(inn), but(existing(inn), { sewer_destination: "untreated" })),
  ...levels("WS-10", TWO, but(fields, { restricted_by_province: true }), but(fields, { restricted_by_province: false })),
  ...levels(
    "WS-10",
    { c: FIRST, d: SECOND },
    of("phosphate_detergent", "operating", { restricted_by_province: true }),
    of("phosphate_detergent", "operating", { restricted_by_province: false }),
  ),
  "WS-11a": here(FIRST, solar),
  "WS-11b": here(SECOND, solar),
  "WS-11c": here(QUASI, solar),
  ...levels("WS-12", TWO, existing(station), existing(solar)),
  "WS-13": [but(solar, { plan_conformity: "contrary" }), solar],
  "WS-14": [but(works, { policy_status: "off_policy" }), works],
  "WS-15": [but(works, { relocated_upstream: true }), works],
  ...levels("WS-P1", TWO, outlet, solar),
  "WS-P2a": within(FIRST, solar, pump),
  "WS-P2b": within(SECOND, but(solar, { emits: ["air"] }), solar),
  "WS-P2c": within(QUASI, works, bakery),
  "WS-P2d": within(QUASI, { ...solar, action: "rebuilt" }, solar),
  "WS-P3": within(FIRST, swim, fields),
  ...levels("WS-P4", TWO, outlet, solar),

  ...levels("AD-11a", { "-1": FIRST, "-2": SECOND, "-q": QUASI }, felling, but(felling, GROUND)),
  ...levels("AD-11b", { "-1": FIRST, "-2": SECOND, "-q": QUASI }, heap, but(heap, { below_max_water_level: false })),
  ...levels("AD-11c", { "-1": FIRST, "-2": SECOND, "-q": QUASI }, tanker, but(tanker, GROUND)),
  ...levels("AD-11d", { "-1": FIRST, "-2": SECOND, "-q": QUASI }, of("destructive_fishing", "operating", SURFACE), fields),
  ...levels("AD-11d", { "-f1": FIRST, "-f2": SECOND, "-fq": QUASI }, fields, spraying),
  "AD-12-1a": within(FIRST, of("wharf_other", "new", SURFACE), of("wharf_other", "new", { ...SURFACE, purpose: "supply" })),
  "AD-12-1b": within(FIRST, depot, but(depot, GROUND)),
  "AD-12-1c": within(FIRST, existing(outlet), outlet),
  "AD-12-2a": within(SECOND, wharf, but(wharf, { cargo: ["general"] })),
  "AD-12-2b": within(SECOND, but(solar, { emits: ["air"] }), but(solar, { emits: ["air"], ...GROUND })),
  "AD-12-3a": within(QUASI, works, bakery),
  "AD-12-3b": within(QUASI, { ...solar, action: "rebuilt" }, but(solar, GROUND, { action: "rebuilt" })),
  ...levels("AD-18", THREE, but(depot, { in_aquifer_void: true, ...GROUND }), but(depot, GROUND)),
  "AD-19-1a": within(FIRST, but(solar, GROUND), solar),
  "AD-19-1b": within(FIRST, of("graveyard", "new", GROUND), of("graveyard", "new", SURFACE)),
  "AD-19-2a": within(SECOND, but(works, GROUND), but(bakery, GROUND)),
  "AD-19-2b": within(SECOND, transfer, but(solar, GROUND)),
  "AD-19-2c": within(SECOND, existing(transfer), transfer),
  "AD-19-2d": within(SECOND, but(heap, GROUND), heap),
  "AD-19-3a": within(QUASI, but(heap, GROUND), heap),
  "AD-19-3b": within(QUASI, transfer, existing(transfer)),
  "AD-19-3c": within(QUASI, but(felling, GROUND), felling),

  ...levels("LS-01", TWO, pigs, existing(pigs)),
  "LS-01c": here("control_area/scenic_area", pigs),
  "LS-01d": here("control_area/nature_reserve_core", pigs),
  "LS-01e": here("control_area/residential", pigs),
  "LS-01f": here(BAN, pigs),
  "LS-02": [pigs, existing(pigs)],
  "LS-03": within(BAN, existing(pigs), pigs),
  "LS-04a": here(BAN, pigs),
  "LS-04b": here(FIRST, pigs),
  "LS-04c": within(SECOND, pigs, solar),
  "LS-05": [of("livestock_small", "existing", { species: "pig", annual_output: 30 }), cage],
  "LS-06": within(BAN, pigs, existing(pigs)),
  "LS-07": within(FIRST, of("livestock_small", "existing"), cage),
  "LS-08": within(SECOND, dirtyPigs, cleanPigs),
  "LS-09a": within("control_area/scenic_area", dirtyPigs, cleanPigs),
  "LS-09b": here("control_area/nature_reserve_core", pigs),
  "LS-09c": here("control_area/residential", pigs),
  "LS-09d": within("control_area/scenic_area", cleanPigs, solar),
  "LS-10": within(BAN, pigs, solar),
  "LS-11": within(BAN, of("livestock_small", "existing"), of("livestock_small", "new")),
  "LS-12": [{ ...pigs, action: "operating" }, pigs],

  "RV-01": within(RIVER, but(fields, { tall_crop: true }), fields),
  "RV-02a": within(RIVER, road, but(road, { crosses_water: false })),
  "RV-02b": within(RIVER, road, existing(road)),
  "RV-02c": within(RIVER, of("channel_works", "rebuilt"), solar),
  "RV-03a": within(RIVER, sand, existing(sand)),
  "RV-03b": within(RIVER, but(sand, { closed_area: true }), sand),
  "RV-03c": within(RIVER, of("pond_aquaculture", "new"), cage),
  "RV-04": here(RIVER, solar),
  "RV-05": within(RIVER, of("building_obstruct", "new"), solar),
  "RV-06": within("control_area/dike", of("grazing", "operating"), swim),
  "RV-07": within("control_area/dike_protection", of("groundwater_well", "new"), of("grazing", "operating")),
  "RV-08": within(RIVER, of("vehicle_wash", "operating"), swim),
  "RV-09": within("control_area/flood_storage", solar, but(solar, { purpose: "flood_control" })),
  "RV-10a": within("control_area/max_water_level", of("waste_dump", "operating"), cage),
  "RV-10b": [heap, but(heap, { below_max_water_level: false })],
  "RV-11a": [outlet, existing(outlet)],
  "RV-11b": [but(outlet, { receiving_section_met: false }), but(outlet, { receiving_section_met: true })],
  "RV-12a": within("control_area/special_water", outlet, { ...outlet, action: "rebuilt" }),
  "RV-12b": [
    { ...outlet, settings: { "special_water.near_m": 500 }, features: [away("control_area/special_water", 400)] },
    { ...outlet, settings: { "special_water.near_m": 500 }, features: [away("control_area/special_water", 600)] },
  ],
  "YZ-01": within("control_area/shoreline_1km", chemicals, { ...chemicals, action: "rebuilt" }),
  "YZ-02a": here("control_area/shoreline_3km", pond),
  "YZ-02b": within(
    "control_area/shoreline_3km",
    but(pond, { rebuild_purpose: "other" }, { action: "rebuilt" }),
    but(pond, { rebuild_purpose: "safety_or_ecology" }, { action: "rebuilt" }),
  ),
  "YZ-02c": within(
    "control_area/shoreline_3km",
    but(pond, { rebuild_purpose: "safety_or_ecology" }, { action: "rebuilt" }),
    but(pond, { rebuild_purpose: "other" }, { action: "rebuilt" }),
  ),
  "YZ-02d": within("control_area/shoreline_1km", { ...pond, action: "expanded" }, chemicals),
  "YZ-02e": within(
    "control_area/shoreline_1km",
    but(pond, { rebuild_purpose: "other" }, { action: "rebuilt" }),
    but(pond, { rebuild_purpose: "safety_or_ecology" }, { action: "rebuilt" }),
  ),
  "YZ-02f": within(
    "control_area/shoreline_1km",
    but(pond, { rebuild_purpose: "safety_or_ecology" }, { action: "rebuilt" }),
    but(pond, { rebuild_purpose: "other" }, { action: "rebuilt" }),
  ),
  "YZ-03a": within(RIVER, heap, but(heap, { river_basin: "other" })),
  "YZ-03b": [
    but(tanker, { transport_mode: "ship", river_basin: "yangtze", highly_toxic_cargo: true }),
    but(tanker, { transport_mode: "road", river_basin: "yangtze", highly_toxic_cargo: true }),
  ],
  "YR-01a": within("control_area/yellow_river_control", chemicals, { ...chemicals, action: "rebuilt" }),
  "YR-01b": within("control_area/yellow_river_control", { ...pond, action: "rebuilt" }, existing(pond)),
  "BL-01a": within(BLUE, but(solar, { plan_conformity: "contrary" }), but(solar, { plan_conformity: "none_known" })),
  "BL-01b": within(BLUE, but(solar, { occupies_water: true }), solar),
  "BL-01c": within(BLUE, { ...sand, action: "operating" }, swim),
  "BL-01d": within(BLUE, but(outlet, { outlet_approved: false }), but(outlet, { outlet_approved: true })),
  "BL-01e": within(BLUE, of("vehicle_wash", "operating"), swim),
  "BL-02": within(BLUE, solar, existing(solar)),
  "KS-01": within("control_area/karst", but(solar, { emits: ["water"] }), but(solar, { emits: ["air"] })),
  "KS-02": [but(station, {}, { action: "new" }), but(station, { tank_type: "double_wall" })],

  "ER-01": within(RED, { ...swim, action: "operating" }, existing(swim)),
  "ER-02": within(RED, listed("none"), listed("restoration", of("protection_works", "new"))),
  "ER-03": here(RED, solar),
  "ER-04": within(RED, listed("patrol_research"), listed("none")),
  "ER-05a": within(RED, listed("none"), listed("national_major")),
  "ER-05b": within(RED, listed("national_major"), listed("none")),
  "ER-06a": within(RED, of("landfill", "new"), solar),
  "ER-06b": here("control_area/permanent_basic_farmland", of("landfill", "new")),
  "ER-07": within(RED, but(outlet, { to_sea: true }), but(outlet, { to_sea: false })),
  "EZ-01": within("control_area/control_unit", but(works, { access_list_met: false }), works),
  "NP-01a": here("control_area/nature_reserve_core", swim),
  "NP-01b": within(
    "control_area/nature_reserve_general",
    but(solar, { reserve_listed: false }),
    but(solar, { reserve_listed: true }),
  ),
  "PK-01": [
    { ...works, features: park(HALF_DONE) },
    { ...works, features: park(DONE) },
  ],
  "PK-01b": [
    { ...works, features: park(HALF_DONE) },
    { ...works, features: park(DONE) },
  ],
  "PK-02": [works, bakery],
  "PK-03": [but(existing(works), { policy_status: "eliminated" }), existing(works)],
  "PK-04": [station, but(station, { tank_type: "seepage_proof_pool" })],
  "PK-05a": within(FIRST, but(existing(works), { violations: ["built_without_approval"] }), existing(works)),
  "PK-05b": within(SECOND, existing(outlet), outlet),
  "PK-06": [chemicals, { ...chemicals, features: park(DONE) }],

  "TS-01-1": within(FIRST, pump, solar),
  "TS-01-2": within(SECOND, existing(pump), existing(solar)),
  "TS-01a-1": within(FIRST, tours, fields),
  "TS-01a-2": within(FIRST, of("planting_new", "new"), fields),
  "TS-01a-3": within(FIRST, fields, of("planting_new", "operating")),
  "TS-01b-1": within(SECOND, but(solar, { emits: ["air"] }), solar),
  "TS-01b-2": within(SECOND, but(existing(solar), { emits: ["air"] }), existing(solar)),
  "TS-01b-3": within(SECOND, outlet, but(outlet, { outfall_kind: "stormwater" })),
  "TS-01b-4": within(SECOND, depot, solar),
  "TS-01b-5": within(SECOND, pigs, existing(pigs)),
  "TS-01b-6": within(SECOND, cage, pigs),
  "TS-01b-7": within(SECOND, but(house, { population: 1000 }), but(house, { population: 999 })),
  "TS-01b-8": within(SECOND, wharf, but(wharf, { cargo: ["general"] })),
  "TS-01b-9": within(SECOND, but(station, { floating: true }), but(station, { floating: false })),
  "TS-01b-10": within(
    SECOND,
    but(road, { runoff_collection: true, crash_barrier: false }),
    but(road, { runoff_collection: true, crash_barrier: true }),
  ),
  "TS-01b-11": within(SECOND, tours, swim),
  "TS-01c-1": within(QUASI, chemicals, bakery),
  "TS-01c-2": within(QUASI, existing(chemicals), chemicals),
  "TS-01c-3": within(
    QUASI,
    of("landfill", "new", { waste_class: "hazardous" }),
    of("landfill", "new", { waste_class: "construction", soluble_or_toxic: false }),
  ),
  "TS-01c-4": within(QUASI, sand, solar),
  "TS-02": [existing(pump), pump],
  "TS-03a": here(FIRST, pump),
  "TS-03b": within(SECOND, road, solar),
  "TS-03c": within(QUASI, pump, solar),
  "TS-04a": [pump, solar],
  "TS-04b": [outlet, solar],
  "TS-05": [pump, existing(pump)],
  ...Object.fromEntries(
    [FIRST, SECOND, QUASI, "river", "water_source/intake", "facility/waterworks"].map((theme, index): [string, Case] => {
      const near = { settings: { "major_hazard.distance_m": 1000 }, features: [away(theme, 900)] };
      return [
        `HC-19${"abcdef"[index]}`,
        [
          { ...store, ...near },
          { ...but(store, { major_hazard: false }), ...near },
        ],
      ];
    }),
  ),
};

const national = new Map<string, Instrument>(
  catalogue.instruments.filter(({ jurisdiction }) => jurisdiction === null).map((each) => [each.id, each]),
);
const rows = catalogue.rules.filter(({ instrument }) => national.has(instrument));
const dayBefore = (day: string) => new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
/** Nowhere: no district's plan takes part. */
const ELSEWHERE = "110101";
const found = (row: Rule, question: Question, asOf: string) =>
  ask({ ...question, district: ELSEWHERE, asOf })
    .on(row.id)
    .filter((each) => each.rule.instrument === row.instrument);

describe("every row", () => {
  it("has a case that fires and one that does not, and every case a row", () =>
    expect(Object.keys(CASES).toSorted()).toEqual([...new Set(rows.map(({ id }) => id))].toSorted()));

  it("of section 1 is there: the longest id that begins a row's own is the one it carries out", () => {
    const carried = (id: string) => IDS.filter((base) => id.startsWith(base)).toSorted((a, b) => b.length - a.length)[0];
    for (const { id } of rows) expect(carried(id), id).toBeDefined();
    expect([...new Set(rows.map(({ id }) => carried(id)!))].toSorted()).toEqual(IDS.toSorted());
  });

  it.each(rows.map((row) => [row.id, row.instrument, row] as const))(
    "%s of %s fires, is silent, and keeps its days",
    (id, _, row) => {
      const [fires, silent] = CASES[id]!;
      const asOf = row.valid_to === null ? row.valid_from : dayBefore(row.valid_to);
      const hits = found(row, fires, asOf);
      expect(hits.map(({ outcome }) => outcome)).toEqual(["triggered"]);
      expect(hits[0]!.effect).toBe(row.effect);
      expect(
        found(row, silent, asOf)
          .map(({ outcome }) => outcome)
          .filter((outcome) => outcome !== "not_triggered" && outcome !== "near"),
      ).toEqual([]);
      expect(found(row, fires, dayBefore(row.valid_from)), "before its first day").toEqual([]);
      if (row.valid_to !== null) expect(found(row, fires, row.valid_to), "after its last day").toEqual([]);
    },
  );

  it("says who decides and what to do, in both languages, and quotes nothing", () => {
    for (const row of rows) {
      for (const text of [row.gist, row.next_step, row.office]) {
        expect(text.zh, row.id).toMatch(/[\u4e00-\u9fff]/);
        expect(text.en, row.id).toMatch(/^[A-Za-z0-9]/);
        expect(text.en, row.id).not.toMatch(/[\u4e00-\u9fff]/);
      }
      expect(row.quote).toBeNull();
    }
  });
});

describe("both sides of 2026-08-15", () => {
  const OLD = "2026-08-14";
  const NEW = "2026-08-15";
  /** Article of the old law and of the Code, by the map of section 1.1. */
  const MAP: Record<string, [old: string, now: string]> = {
    "WS-10a": ["73", "327"],
    "WS-11a": ["63", "317"],
    "WS-12a": ["69", "323"],
    "WS-14": ["47", "299"],
    "WS-P1a": ["84", "1109"],
    "WS-P2a": ["91", "1145"],
    "WS-P3": ["91", "1145"],
    "RV-10a": ["38", "164"],
    "RV-11a": ["19", "275"],
    "RV-12a": ["75", "329"],
    "KS-01": ["42", "286"],
    "KS-02": ["40", "287"],
    "PK-01": ["45", "298"],
  };
  it.each(Object.entries(MAP))("%s is cited by the law of the day", (id, [old, now]) => {
    for (const [asOf, article] of [
      [OLD, old],
      [NEW, now],
    ] as const)
      expect(
        ask({ ...CASES[id]![0], district: ELSEWHERE, asOf })
          .on(id)
          .map(({ rule }) => rule.article.article),
      ).toEqual([article]);
  });
  it("what only the Code says is not said before it", () => {
    const only = rows.filter(({ id, instrument, valid_from }) => {
      if (instrument !== "ecological_environment_code_2026") return false;
      expect(valid_from).toBe(NEW);
      return rows.every((other) => other.id !== id || other.instrument === instrument);
    });
    expect(only.map(({ id }) => id).toSorted()).toEqual("ER-01 ER-06a ER-06b ER-07 EZ-01 LS-12 RV-11b WS-13 WS-15".split(" "));
  });
});

describe("the traps of section 1.3", () => {
  const statutes = ({ id }: Instrument) => id === "ecological_environment_code_2026";
  const on = (theme: string, question: Question) =>
    ask({ ...question, district: ELSEWHERE, asOf: "2026-11-22", of: statutes, features: [at(theme)] });
  it("(a) a quasi zone bans new and enlarged works that pollute seriously; rebuilt, they may not add", () => {
    expect(on(QUASI, works).conclusion).toBe("prohibited");
    expect(on(QUASI, { ...works, action: "expanded" }).conclusion).toBe("prohibited");
    expect(on(QUASI, { ...works, action: "rebuilt" })).toMatchObject({ conclusion: "restricted", known: "restricted" });
    expect(on(QUASI, bakery).on("WS-08")).toEqual([]);
    expect(on(QUASI, bakery).known).toBe("notice");
  });
  it("(b) a first-level zone asks the purpose, a second-level zone what is let out, to air and as waste too", () => {
    expect(on(FIRST, solar).conclusion).toBe("prohibited");
    expect(on(FIRST, but(solar, { purpose: "supply" })).conclusion).toBe("notice");
    expect(on(SECOND, solar).conclusion).toBe("notice");
    for (const emits of ["water", "air", "solid"])
      expect(on(SECOND, but(solar, { emits: [emits] })).conclusion).toBe("prohibited");
  });
  it("(c) a sewer that leads away changes nothing", () =>
    expect(on(SECOND, but(bakery, { sewer_destination: "outside_zone", emits: ["none"] })).conclusion).toBe("prohibited"));
});

describe("what is not certain", () => {
  it("an instrument whose standing is unverified never weighs more than an open question", () => {
    const unverified = ({ id }: Instrument) => national.get(id)?.status === "unverified";
    expect([...national.values()].filter(unverified).map(({ id }) => id)).toContain("zone_provisions_2010");
    for (const question of [depot, outlet, heap, fields, pigs]) {
      const answer = ask({ ...question, district: ELSEWHERE, asOf: "2026-11-22", of: unverified, features: [at(FIRST)] });
      expect(["undetermined", "restricted", "conditional", "notice"]).toContain(answer.conclusion);
    }
  });
  it("the distance of major hazards has no number of its own: unset, it is named", () =>
    expect(ask({ ...store, district: ELSEWHERE, asOf: "2026-11-22" }).on("HC-19a")).toMatchObject([
      { outcome: "cannot_tell", reasons: [{ code: "unset_setting", name: "major_hazard.distance_m" }] },
    ]));
  it("a site in the red line that does not say its ground is open; every one of the ten grounds has a project", () => {
    const red = (question: Question) =>
      ask({ ...question, district: ELSEWHERE, asOf: "2026-11-22", features: [at(RED)] })
        .on("ER-02")
        .map(({ outcome }) => outcome);
    expect(red(solar)).toEqual(["cannot_tell"]);
    const claims: [item: string, question: Question][] = [
      ["patrol_research", solar],
      ["residents_existing", of("livestock_small", "rebuilt")],
      ["heritage_survey", solar],
      ["plantation_tending", of("forest_felling", "new")],
      ["visiting_education", of("tourism", "new")],
      ["linear_flood_supply", but(road, { unavoidable: true, in_spatial_plan: true })],
      ["geology_mining", of("mining", "new")],
      ["restoration", of("protection_works", "new")],
      ["border_works", solar],
      ["other_lawful", solar],
    ];
    for (const [item, question] of claims) expect(red(listed(item, question)), item).not.toContain("triggered");
    expect(red(listed("linear_flood_supply", but(road, { unavoidable: false, in_spatial_plan: true })))).toEqual(["triggered"]);
    expect(red(listed("linear_flood_supply", road))).toEqual(["cannot_tell"]);
    expect(red(listed("residents_existing", works)), "a paper mill is no dwelling").toEqual(["triggered"]);
  });
  it("a rule without a map is told of its own class only", () => {
    const everywhere = rows.filter(({ where }) => where.theme === null).map(({ id }) => id);
    expect(everywhere.length).toBeGreaterThan(10);
    const answer = ask({ ...solar, district: ELSEWHERE, asOf: "2026-11-22" });
    expect(answer.findings.filter(({ outcome }) => outcome !== "not_triggered").map(({ rule }) => rule.id)).toEqual([]);
    expect(answer.conclusion).toBe("clear");
  });
});
