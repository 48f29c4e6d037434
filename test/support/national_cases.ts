/** For each national rule a project that sets it off and one that does not, with the projects that they are made of. */
import type { Action, AttributeValue } from "../../server/api/checks.ts";
import type { Order } from "../../server/domain/rule.ts";
import { NOTHING } from "./judging.ts";
import { at, type Question } from "./real_judging.ts";

export const FIRST = "protection_zone/first";
export const SECOND = "protection_zone/second";
export const QUASI = "protection_zone/quasi";
const BAN = "no_farming_area/ban";
const RIVER = "control_area/river_management";
export const RED = "control_area/eco_red_line";
const BLUE = "control_area/blue_line";

type Case = [fires: Question, silent: Question];
export const of = (activity: string, action: Action, attributes: Record<string, AttributeValue> = {}): Question => ({
  activity,
  action,
  attributes,
});
export const but = (question: Question, attributes: Record<string, AttributeValue>, more: Partial<Question> = {}): Question => ({
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
export const outlet = of("outfall", "new", { ...SURFACE, outfall_kind: "municipal" });
export const solar = of("photovoltaic", "new", { emits: ["none"], over_water: false, occupies_water: false, ...SURFACE });
export const pigs = of("livestock_farm", "new", { species: "pig", annual_output: 3000, emits: ["none"], ...SURFACE });
const dirtyPigs = but(pigs, { manure_route: "treated_discharge" });
const cleanPigs = but(pigs, { manure_route: "returned_to_land_harmless" });
export const works = of("polluting_project", "new", {
  emits: ["water"],
  industry_code: "C2211",
  policy_status: "conforming",
  violations: ["none"],
  relocated_upstream: false,
  access_list_met: true,
  ...SURFACE,
});
export const bakery = of("construction_unrelated", "new", {
  emits: ["air"],
  industry_code: "C1411",
  seriously_polluting: false,
  policy_status: "conforming",
  violations: ["none"],
  access_list_met: true,
  ...SURFACE,
});
const pump = of("water_supply_facility", "new", { emits: ["none"] });
export const road = of("road_bridge", "new", { emits: ["none"], crosses_water: true, ...SURFACE });
const tours = of("tourism", "operating", SURFACE);
const cage = of("cage_aquaculture", "operating", SURFACE);
const swim = of("swim_angle", "operating");
export const fields = of("planting_existing", "operating", { agrochemicals: ["fertiliser"], tall_crop: false, ...SURFACE });
const spraying = but(fields, { agrochemicals: ["pesticide"], toxicity_class: "highly_toxic" });
export const heap = of("mineral_heap", "new", {
  below_max_water_level: true,
  river_basin: "yangtze",
  emits: ["none"],
  industry_code: "B0810",
  seriously_polluting: false,
  ...SURFACE,
});
const felling = of("forest_felling", "operating", SURFACE);
const tanker = of("haz_transport", "operating", SURFACE);
export const depot = of("oil_depot", "new", { in_aquifer_void: false, violations: ["none"], ...SURFACE });
export const store = of("haz_chem_store", "new", { major_hazard: true });
const station = of("gas_station", "existing", { tank_type: "single_wall" });
const chemicals = of("chem_project", "new", { emits: ["water"], industry_code: "C2614", ...SURFACE });
const pond = of("tailings_pond", "new", { emits: ["water"] });
const inn = of("catering", "new", { emits: ["water"], sewer_destination: "municipal_network", ...SURFACE });
const house = of("residential", "new", { emits: ["water"], existing_village: true, ...SURFACE });
const sand = of("sand_mining", "new", { sand_permit: true, closed_area: false });
const transfer = of("msw_transfer", "new", GROUND);
export const listed = (red_line_item: string, question = solar) => but(question, { red_line_item });
const wharf = of("wharf_cargo", "new", { cargo: ["coal", "toxics"], ...SURFACE });
const park = (columns: Record<string, unknown>) => [at("industrial_park", columns)];
const DONE = { central_treatment: "done", online_monitoring: "done" };
const HALF_DONE = { ...DONE, online_monitoring: "unfinished" };

/** A standing order on a feature, or on the district of the questions. */
export const ordered = (layer: Order["target"]["layer"], code: string, more: Partial<Order> = {}): Order => ({
  id: "O-1",
  kind: "regional_limit",
  jurisdiction: "110101",
  target: { layer, code },
  from: "2016-01-01",
  until: null,
  cause: { zh: "水质", en: "water" },
  number: "1",
  issuer: { zh: "市", en: "city" },
  released_by: null,
  confidence: "schematic",
  ...more,
});
/** In a feature of the theme under an order, and in one whose order has ended. */
const underOrder = (theme: string): Case => {
  const feature = at(theme);
  const on = (more: Partial<Order> = {}) => [ordered(feature.layer as Order["target"]["layer"], feature.code, more)];
  return [
    { ...solar, features: [feature], orders: on() },
    { ...solar, features: [feature], orders: on({ until: "2016-01-01", from: "2015-01-01" }) },
  ];
};

export const CASES: Record<string, Case> = {
  "ORD-1a": underOrder("industrial_park"),
  "ORD-1b": underOrder("control_area/failing_area"),
  "ORD-1c": underOrder("control_area/approval_suspension"),
  "ORD-1d": underOrder("control_area/control_unit"),
  "ORD-1e": [
    { ...solar, orders: [ordered("jurisdiction", "110101", { kind: "approval_suspension" })] },
    { ...solar, orders: [ordered("jurisdiction", "110102")] },
  ],
  ...levels("WS-01", TWO, outlet, solar),
  "WS-01c": within(FIRST, existing(outlet), outlet),
  "WS-01d": within(SECOND, existing(outlet), outlet),
  ...levels("WS-01", { e: FIRST, f: SECOND }, outlet, existing(outlet)),
  ...levels("WS-01", { g: FIRST, h: SECOND }, existing(outlet), outlet),
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
  "RV-11b": [
    but(outlet, { receiving_section_met: false, public_welfare_works: false }),
    but(outlet, { receiving_section_met: false, public_welfare_works: true }),
  ],
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
