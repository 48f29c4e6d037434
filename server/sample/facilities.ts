/** Facilities of the sample: deterministic, plausible, and nobody's. Farms stand on land, outfalls on banks. */
import * as turf from "@turf/turf";
import type { Feature, Point } from "geojson";
import type { FacilityOrder, Facts } from "./facts.ts";
import { type Area, metresToRiver } from "./shapes.ts";

/** The areas that orders name, as drawn. */
export type Grounds = {
  outline: Area;
  bans: Area[];
  parks: Area[];
  areas: Map<string, Area>;
  zones: { source: string; level: string; shape: Area }[];
  waters: Area[];
};

/** mulberry32: the same numbers for the same district, for ever. */
export function createDice(seed: string): () => number {
  let state = [...seed].reduce((hash, char) => Math.imul(hash ^ char.charCodeAt(0), 16777619), 2166136261) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Nothing but outfalls, wharves, crossings and works on the water stands nearer to a river than this. */
const BANK_M = 60;
const TRIES = 4000;

const WORDS: Record<string, [zh: string, en: string]> = {
  livestock_farm: ["示例养殖场", "Sample livestock farm"],
  enterprise: ["示例企业", "Sample enterprise"],
  outfall: ["示例入河排污口", "Sample outfall"],
  restaurant: ["示例农家乐", "Sample farmstay"],
  wharf: ["示例码头", "Sample wharf"],
  well: ["示例自备水井", "Sample well"],
  petrol_station: ["示例加油站", "Sample petrol station"],
  chemical_store: ["示例危化品库", "Sample chemical store"],
  sewage_works: ["示例污水处理厂", "Sample sewage works"],
  waste_site: ["示例固废场", "Sample waste site"],
  crossing: ["示例跨河工程", "Sample river crossing"],
  aquaculture_farm: ["示例养鱼场", "Sample fish farm"],
  waterworks: ["示例供水厂", "Sample waterworks"],
  dwelling: ["示例居民点", "Sample dwellings"],
  planting_base: ["示例种植基地", "Sample planting base"],
  tourism_site: ["示例旅游点", "Sample tourism site"],
  mine: ["示例矿山", "Sample mine"],
  tailings_pond: ["示例尾矿库", "Sample tailings pond"],
};

type Pick = <T>(list: readonly T[]) => T;

const SPECIES = [
  ["pig", "annual_output", 600, 8000],
  ["layer", "stock", 3000, 40000],
  ["broiler", "annual_output", 12000, 90000],
  ["beef_cattle", "annual_output", 60, 400],
  ["meat_duck", "annual_output", 11000, 50000],
] as const;

/** What a facility of each kind is like. Values are those of `vocabulary/attributes.json`. */
const DETAILS: Record<
  string,
  (order: FacilityOrder, pick: Pick, between: (from: number, to: number) => number) => Record<string, unknown>
> = {
  livestock_farm: (order, pick, between) => {
    const [species, measure, from, to] = pick(SPECIES);
    return {
      activity: "livestock_farm",
      species,
      [measure]: Math.round(between(from, to) / 10) * 10,
      manure_route: pick(["returned_to_land_harmless", "treated_discharge", "handed_over", "untreated"]),
      sewer_destination: pick(["on_site_to_land", "on_site_to_water", "no_sewage"]),
      emits: pick([["water"], ["water", "air"], ["none"]]),
      close_by: order.close_by ?? null,
    };
  },
  enterprise: (order, pick) => ({
    activity: "polluting_project",
    industry_code: order.industry ?? pick(["C1391", "C2221", "C2614", "C3011", "C2221", "C3360"]),
    emits: ["water", "air"],
    sewer_destination: pick(["municipal_network", "on_site_to_water", "outside_zone"]),
    pollutants: order.pollutants ?? pick([["cod"], ["cod", "ammonia_nitrogen"], ["total_phosphorus"]]),
  }),
  outfall: (_, pick) => ({ activity: "outfall", outfall_kind: pick(["industrial", "municipal", "rural", "stormwater"]) }),
  restaurant: (_, pick, between) => ({
    activity: "catering",
    seats: Math.round(between(20, 160)),
    sewer_destination: pick(["municipal_network", "untreated", "on_site_to_water"]),
    emits: ["water", "air"],
  }),
  wharf: (_, pick) => ({ activity: "wharf_cargo", cargo: pick([["general"], ["coal"], ["cement"]]) }),
  well: (order, pick, between) => ({
    activity: "groundwater_well",
    well_approved: order.approved ?? pick([true, false]),
    water_use: pick(["industry", "agriculture", "service"]),
    depth_m: Math.round(between(40, 180)),
  }),
  petrol_station: (_, pick) => ({
    activity: "gas_station",
    tank_type: pick(["single_wall", "double_wall", "seepage_proof_pool"]),
  }),
  chemical_store: (_, pick, between) => ({
    activity: "haz_chem_store",
    substance: pick(["甲醇", "液氯", "硫酸"]),
    capacity_t: Math.round(between(50, 900)),
    emits: ["air"],
  }),
  sewage_works: (_order, _pick, between) => ({
    activity: "wwtp",
    capacity_t_d: Math.round(between(2, 60)) * 1000,
    emits: ["water"],
  }),
  waste_site: (_, pick) => ({
    activity: "landfill",
    waste_class: pick(["household", "general_industrial"]),
    emits: ["water", "solid"],
  }),
  crossing: (_, pick) => ({ activity: "road_bridge", runoff_collection: pick([true, false]) }),
  aquaculture_farm: (_order, _pick, between) => ({
    activity: "pond_aquaculture",
    water_area_m2: Math.round(between(2000, 30000)),
    emits: ["water"],
  }),
  waterworks: () => ({ activity: "water_supply_facility", sewer_destination: "municipal_network" }),
  dwelling: (_, pick, between) => ({
    activity: "residential",
    population: Math.round(between(12, 400)),
    sewer_destination: pick(["municipal_network", "untreated"]),
  }),
  planting_base: (_, pick, between) => ({
    activity: "planting_existing",
    area_mu: Math.round(between(20, 300)),
    agrochemicals: ["pesticide", "fertiliser"],
    toxicity_class: pick(["low", "moderate", "high_residue"]),
  }),
  tourism_site: () => ({ activity: "tourism" }),
  mine: (_, pick) => ({ activity: "mining", mineral: pick(["砂岩", "煤", "页岩"]), emits: ["air", "solid"] }),
  tailings_pond: () => ({ activity: "tailings_pond", mineral: "煤", emits: ["solid"] }),
};

export type Placed = { geometry: Point; properties: Record<string, unknown> };

/** Every facility of a district. Throws when an order cannot be placed: then the facts are wrong. */
export function placeFacilities(facts: Facts, grounds: Grounds): Placed[] {
  const dice = createDice(facts.code);
  const between = (from: number, to: number) => from + dice() * (to - from);
  const pick: Pick = (list) => list[Math.floor(dice() * list.length)]!;
  const count: Record<string, number> = {};
  return facts.facilities.flatMap((order) =>
    Array.from({ length: order.n }, () => {
      const geometry = place(order, facts, grounds, dice);
      const n = String((count[order.kind] = (count[order.kind] ?? 0) + 1)).padStart(3, "0");
      const [zh, en] = WORDS[order.kind]!;
      return {
        geometry,
        properties: {
          code: `F-${facts.code}-${order.kind}-${n}`,
          name_zh: `${facts.name_zh}${zh}${n}`,
          name_en: `${en} ${n}, ${facts.name_en.split(",")[0]}`,
          kind: order.kind,
          state: "operating",
          opened: `${Math.round(between(2003, 2015))}-0${Math.floor(between(1, 9))}-01`,
          closed: null,
          ...DETAILS[order.kind]!(order, pick, between),
          ...(order.kind === "outfall" ? { receiving_water: riverNear(geometry, facts) } : {}),
        },
      };
    }),
  );
}

function riverNear(point: Point, facts: Facts): string {
  const feature = turf.feature(point);
  return facts.rivers.toSorted((a, b) => metresToRiver(feature, a) - metresToRiver(feature, b))[0]!.name_zh;
}

function place(order: FacilityOrder, facts: Facts, grounds: Grounds, dice: () => number): Point {
  const { where } = order;
  for (let i = 0; i < TRIES; i++) {
    const point = where.bank ? onBank(where.bank, facts, dice) : inside(pickGround(order, grounds, dice), dice);
    if (fits(point, order, facts, grounds)) return turf.truncate(point, { precision: 6 }).geometry;
  }
  throw new Error(`${facts.code}: no place for ${order.kind} ${JSON.stringify(where)}.`);
}

function pickGround({ where }: FacilityOrder, grounds: Grounds, dice: () => number): Area {
  const choices = where.ban
    ? grounds.bans
    : where.parks
      ? grounds.parks
      : where.area
        ? [grounds.areas.get(where.area)!]
        : where.zone
          ? grounds.zones.filter((each) => each.source === where.zone && each.level === where.level).map(({ shape }) => shape)
          : [where.near ? turf.circle(where.near, 9, { units: "kilometers", steps: 24 }) : grounds.outline];
  const chosen = choices[Math.floor(dice() * choices.length)];
  if (!chosen) throw new Error(`There is no ground ${JSON.stringify(where)}.`);
  return chosen;
}

function inside(area: Area, dice: () => number): Feature<Point> {
  const [west, south, east, north] = turf.bbox(area) as [number, number, number, number];
  for (let i = 0; i < TRIES; i++) {
    const point = turf.point([west + dice() * (east - west), south + dice() * (north - south)]);
    if (turf.booleanPointInPolygon(point, area)) return point;
  }
  throw new Error("The area is too thin to hit.");
}

function onBank(rivers: string[], facts: Facts, dice: () => number): Feature<Point> {
  const chosen = rivers[Math.floor(dice() * rivers.length)];
  const river = facts.rivers.find(({ id }) => id === chosen)!;
  const line = turf.lineString(river.axis);
  const at = turf.along(line, dice() * turf.length(line));
  return turf.destination(at, 0.012 + dice() * 0.02, dice() * 360);
}

function fits(point: Feature<Point>, { kind, where }: FacilityOrder, facts: Facts, grounds: Grounds): boolean {
  const within = (area: Area) => turf.booleanPointInPolygon(point, area);
  if (!within(grounds.outline)) return false;
  if (where.near && turf.distance(point, where.near) > 9) return false;
  if (where.zone && !grounds.zones.some((zone) => zone.source === where.zone && zone.level === where.level && within(zone.shape)))
    return false;
  if (where.outside_ban && grounds.bans.some(within)) return false;
  if (where.district && grounds.zones.some(({ shape }) => within(shape))) return false;
  if (kind === "livestock_farm" && !where.ban && grounds.zones.some(({ shape, level }) => level === "first" && within(shape)))
    return false;
  if (grounds.waters.some(within)) return false;
  return where.bank !== undefined || facts.rivers.every((river) => metresToRiver(point, river) > BANK_M);
}
