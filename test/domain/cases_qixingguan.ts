/** 七星关, BJ-R01 to R19: for each row what sets it off, and what does not. */
import { at } from "../support/real_judging.ts";
import {
  BIJIE,
  type Cases,
  done,
  dyeing,
  house,
  inFirst,
  inSecond,
  levels,
  pigs,
  solar,
  spraying,
  tanker,
  told,
  unlike,
  vegetables,
  zone,
} from "./plan_questions.ts";

const inn = { activity: "catering", action: "existing" as const, ...BIJIE };
const mine = { activity: "mining", action: "operating" as const, attributes: { mine_kind: "sand_stone" }, ...BIJIE };
const belt = [at("control_area/reservoir_belt")];

export const QIXINGGUAN_CASES: Cases = {
  "BJ-R01": [
    { ...house, ...BIJIE, features: inFirst },
    { ...house, ...BIJIE, features: inSecond },
  ],
  "BJ-R02a": done({ ...inn, features: inFirst }, "new"),
  "BJ-R02b": [
    { ...inn, features: inSecond },
    { ...house, ...BIJIE, features: inSecond },
  ],
  ...levels("BJ-R03", { activity: "cage_aquaculture", action: "operating", ...BIJIE }, { a: "first", b: "second", c: "quasi" }),
  "BJ-R04": [
    { ...vegetables, ...BIJIE, features: belt },
    { ...spraying, ...BIJIE, features: belt },
  ],
  "BJ-R05": [
    { ...spraying, ...BIJIE, features: belt },
    { ...vegetables, ...BIJIE, features: belt },
  ],
  "BJ-R06": zone("control_area/reservoir_area", { ...tanker, ...BIJIE }),
  "BJ-R07": zone("protection_zone/first", { ...solar, ...BIJIE }),
  "BJ-R08": zone("control_area/reservoir_belt", { ...solar, ...BIJIE }),
  "BJ-R09": zone("no_farming_area/ban", { ...pigs, ...BIJIE }),
  "BJ-R10": done({ ...pigs, ...BIJIE, action: "existing" }, "new"),
  "BJ-R11": unlike({ ...dyeing, ...BIJIE }, { ...solar, ...BIJIE }),
  "BJ-R12": told(mine, "mine_kind", "sand_stone", "coal"),
  "BJ-R13": told(mine, "mine_faults", ["hidden_danger"], ["none"]),
  "BJ-R14": done({ ...mine, action: "new" }, "existing"),
  "BJ-R15": told(mine, "mine_kind", "pyrite", "sand_stone"),
  "BJ-R16": told({ ...mine, action: "new" }, "mine_faults", ["over_quota"], ["none"]),
  "BJ-R17": told(mine, "mine_faults", ["beyond_licence"], ["hidden_danger"]),
  "BJ-R18": told(
    {
      activity: "coal_boiler",
      action: "existing",
      attributes: { boiler_kind: "boiler" },
      ...BIJIE,
      features: [at("control_area/built_up")],
    },
    "boiler_size",
    "up_to_10",
    "over_10_under_35",
  ),
  "BJ-R19": unlike({ activity: "wwtp", action: "operating", ...BIJIE }, { ...house, ...BIJIE }),
};
