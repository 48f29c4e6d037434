/** 霍林郭勒, HLGL-R01 to R27: for each row what sets it off, and what does not. */
import { at } from "../support/real_judging.ts";
import {
  away,
  bakery,
  banks,
  type Case,
  type Cases,
  done,
  dyeing,
  HOLINGOL,
  house,
  inPark,
  outlet,
  pigs,
  solar,
  told,
  unlike,
  vegetables,
  well,
  zone,
} from "./plan_questions.ts";

const dyer = { ...dyeing, ...HOLINGOL };
const standing = { ...dyer, action: "existing" as const };
const baking = { ...bakery, ...HOLINGOL };
const fields = { ...vegetables, ...HOLINGOL };
const heap = { activity: "waste_dump", action: "existing" as const, ...HOLINGOL };
const park = { activity: "industrial_park", action: "expanded" as const, ...HOLINGOL };
const air = (limit: string, other: string): Case => {
  const use = { activity: "air_limited_use", action: "operating" as const, attributes: { air_use: limit }, ...HOLINGOL };
  const area = (air_limit: string) => [at("control_area/air_control", { air_limit })];
  return [
    { ...use, features: area(limit) },
    { ...use, features: area(other) },
  ];
};

export const HOLINGOL_CASES: Cases = {
  "HLGL-R01": done({ ...outlet, ...HOLINGOL }, "new"),
  "HLGL-R02a": zone("control_area/wetland", { ...house, ...HOLINGOL }),
  "HLGL-R02b": zone("control_area/nature_reserve_core", { ...house, ...HOLINGOL }),
  "HLGL-R02c": zone("control_area/nature_reserve_general", { ...house, ...HOLINGOL }),
  "HLGL-R03a": zone("protection_zone/rural", { ...solar, ...HOLINGOL }),
  "HLGL-R03b": zone("protection_zone/second", { ...solar, ...HOLINGOL }),
  "HLGL-R04": unlike(park, { ...solar, ...HOLINGOL, features: inPark }),
  "HLGL-R05": told(dyer, "industry_code", "C1713", "C1411"),
  "HLGL-R06a": told(fields, "agrochemicals", ["substandard_sludge"], ["pesticide"]),
  "HLGL-R06b": told(heap, "waste_class", "sludge", "household"),
  "HLGL-R07": zone("control_area/groundwater_over_extraction", { ...well("industry"), ...HOLINGOL }),
  "HLGL-R08": told({ ...well("landscaping"), ...HOLINGOL }, "water_use", "landscaping", "domestic"),
  "HLGL-R09": told({ activity: "gas_station", action: "existing", ...HOLINGOL }, "tank_type", "above_ground", "double_wall"),
  "HLGL-R10": [
    { ...standing, features: [at("black_odor_water")] },
    { ...standing, features: [away("black_odor_water", 3000)] },
  ],
  "HLGL-R11": unlike({ activity: "channel_works", action: "new", ...HOLINGOL }, { ...solar, ...HOLINGOL }),
  "HLGL-R12": [
    { ...standing, features: inPark },
    { ...standing, features: [] },
  ],
  "HLGL-R13": told({ ...standing, features: inPark }, "emits", ["water", "solid"], ["water"]),
  "HLGL-R14": done(park, "operating"),
  "HLGL-R15a": zone("control_area/eco_red_line", { ...solar, ...HOLINGOL }),
  "HLGL-R15b": told(dyer, "access_list_met", false, true),
  "HLGL-R16": told(dyer, "industry_code", "C3216", "C3240"),
  "HLGL-R17a": banks("bank_width_m.hlgl_r17", standing),
  "HLGL-R17b": [
    { ...standing, features: inPark },
    { ...standing, features: [] },
  ],
  "HLGL-R18": told(dyer, "policy_status", "eliminated", "restricted"),
  "HLGL-R19a": told({ ...fields, features: [at("control_area/polluted_farmland")] }, "crop", "grain", "flowers"),
  "HLGL-R19b": told({ ...pigs, ...HOLINGOL, features: [at("control_area/produce_ban")] }, "listed_produce", true, false),
  "HLGL-R20": zone("control_area/contaminated_land", { ...solar, ...HOLINGOL }),
  "HLGL-R21": zone("control_area/grassland", { activity: "tourism", action: "operating", ...HOLINGOL }),
  "HLGL-R22": done({ activity: "tailings_pond", action: "existing", ...HOLINGOL }, "new"),
  "HLGL-R23a": told({ ...heap, action: "operating" }, "waste_class", "household", "construction"),
  "HLGL-R23b": done({ ...heap, attributes: { waste_class: "agricultural" } }, "new"),
  "HLGL-R24": told(
    {
      activity: "coal_boiler",
      action: "new",
      attributes: { boiler_kind: "boiler" },
      ...HOLINGOL,
      features: [at("control_area/built_up")],
    },
    "boiler_size",
    "over_10_under_35",
    "from_35",
  ),
  "HLGL-R25a": told({ activity: "mineral_heap", action: "existing", ...HOLINGOL }, "heap_kind", "coal_yard", "slag"),
  "HLGL-R25b": told(standing, "policy_status", "scattered_polluter", "conforming"),
  "HLGL-R26a": air("high_pollution_fuel", "fireworks"),
  "HLGL-R26b": air("off_road_machinery", "diesel_truck"),
  "HLGL-R26c": air("diesel_truck", "fireworks"),
  "HLGL-R26d": air("fireworks", "straw_burning"),
  "HLGL-R26e": air("straw_burning", "high_pollution_fuel"),
  "HLGL-R27": unlike({ activity: "tailings_pond", action: "operating", ...HOLINGOL }, { ...baking, action: "operating" }),
};
