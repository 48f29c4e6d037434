/** Questions that the cases of several plans share: a district on a day when its plan ran, and projects of which nothing is
 *  left open that the plans ask. */
import { NOTHING } from "../support/judging.ts";
import { at, type Question } from "../support/real_judging.ts";

export const KORLA = { district: "652801", asOf: "2019-06-01" };
export const TAOSHAN = { district: "230903", asOf: "2018-08-01" };
export const BIJIE = { district: "520502", asOf: "2018-06-01" };
export const HOLINGOL = { district: "150581", asOf: "2020-06-01" };

/** What sets a row off, and what does not. */
export type Case = [fires: Question, silent: Question];
export type Cases = Record<string, Case>;

export const away = (theme: string, distance_m = 100) => at(theme, {}, { overlap: NOTHING, distance_m });
export const inFirst = [at("protection_zone/first")];
export const inSecond = [at("protection_zone/second")];
export const inQuasi = [at("protection_zone/quasi")];
export const unfinished = {
  park_kind: "industrial",
  central_treatment: "unfinished",
  central_treatment_deadline: "2018-12-31",
  online_monitoring: "done",
};
export const inPark = [at("industrial_park", { ...unfinished, central_treatment: "done" })];

export const pigs: Question = { activity: "livestock_farm", action: "new", attributes: { species: "pig", annual_output: 3000 } };
export const outlet: Question = { activity: "outfall", action: "existing" };
export const house: Question = { activity: "residential", action: "existing", attributes: { existing_village: false } };
export const solar: Question = {
  activity: "photovoltaic",
  action: "new",
  attributes: { emits: ["none"], over_water: false, occupies_water: false },
};
export const flooding: Question = { ...solar, attributes: { emits: ["none"], over_water: true, occupies_water: true } };
export const chemical: Question = {
  activity: "chem_project",
  action: "new",
  attributes: { emits: ["water"], industry_code: "C2521", policy_status: "conforming" },
};
export const dyeing: Question = {
  activity: "polluting_project",
  action: "new",
  attributes: { industry_code: "C1713", emits: ["water"] },
};
export const bakery: Question = {
  activity: "polluting_project",
  action: "new",
  attributes: { industry_code: "C1411", emits: ["air"], seriously_polluting: false },
};
export const well = (water_use: string, more: object = {}): Question => ({
  activity: "groundwater_well",
  action: "new",
  attributes: { water_use, well_approved: true, ...more },
});
export const vegetables: Question = {
  activity: "planting_existing",
  action: "operating",
  attributes: { crop: "vegetables", agrochemicals: ["fertiliser"] },
};
export const spraying: Question = {
  activity: "planting_existing",
  action: "operating",
  attributes: { crop: "grain", agrochemicals: ["pesticide"], toxicity_class: "high_residue" },
};
export const tanker: Question = {
  activity: "haz_transport",
  action: "operating",
  attributes: { transport_mode: "road", transit_permit: false },
};
export const order = at("control_area/approval_suspension", {
  order_no: "1",
  order_reason: "水质",
  order_date: "2018-06-01",
});
/** An order dated the day after every day that the cases ask about. */
export const laterOrder = at("control_area/approval_suspension", { order_no: "2", order_date: "2021-01-01" });

/** The question with more attributes. */
export const having = (question: Question, attributes: Question["attributes"], more: Partial<Question> = {}): Question => ({
  ...question,
  ...more,
  attributes: { ...question.attributes, ...attributes },
});
/** Inside a theme's feature it fires, 3 km from it not. */
export const zone = (theme: string, question: Question): Case => [
  { ...question, features: [at(theme)] },
  { ...question, features: [away(theme, 3000)] },
];
/** One answer to one attribute fires, another does not. */
export const told = (question: Question, name: string, fires: unknown, silent: unknown): Case => [
  having(question, { [name]: fires } as never),
  having(question, { [name]: silent } as never),
];
/** What is done with it decides. */
export const done = (question: Question, silent: Question["action"]): Case => [question, { ...question, action: silent }];
/** Kind against kind: only the project differs. */
export const unlike = (fires: Question, silent: Question): Case => [fires, { ...fires, ...silent }];
/** By a river 40 m off and the width set to 50 m; 3 km off it is silent. */
export const banks = (setting: string, question: Question): Case => [
  { ...question, settings: { [setting]: 50 }, features: [away("river", 40)] },
  { ...question, settings: { [setting]: 50 }, features: [away("river", 3000)] },
];
/** The same question in the levels of protection zone, by the letters of the rows. */
export const levels = (id: string, question: Question, letters: Record<string, "first" | "second" | "quasi" | "rural">): Cases =>
  Object.fromEntries(
    Object.entries(letters).map(([letter, level]) => [`${id}${letter}`, zone(`protection_zone/${level}`, question)]),
  );
