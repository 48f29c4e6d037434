/** Judges a project against the catalogue as shipped, with evidence made by hand: no database. */
import type { Action, AttributeValue } from "../../server/api/checks.ts";
import { classify } from "../../server/domain/classify.ts";
import { type Answer, conclude, concludedThemes } from "../../server/domain/conclude.ts";
import { type Evidence, type FeatureEvidence, type LayerEvidence, TOLERANCES } from "../../server/domain/evidence.ts";
import { judge, type Judged, type Judgement } from "../../server/domain/judge.ts";
import type { Catalogue, Instrument, Order } from "../../server/domain/rule.ts";
import { readCatalogue } from "../../server/service.ts";
import { feature, WHOLE } from "./judging.ts";

export const catalogue: Catalogue = readCatalogue();

export type Question = {
  activity: string;
  action: Action;
  attributes?: Record<string, AttributeValue>;
  /** What lies within the screening distance; see `at`. */
  features?: FeatureEvidence[];
  /** GB/T 2260 code of the district that holds the site. */
  district?: string;
  asOf?: string;
  settings?: Record<string, number>;
  /** Themes on the checklist; all of them unless said. */
  asked?: string[];
  /** Orders on record; none unless given. */
  orders?: Order[];
  /** Instruments that take part; all of them unless said. */
  of?: (instrument: Instrument) => boolean;
};

export type Replied = Judgement &
  Answer & {
    /** What one rule found; empty for a rule that did not take part. */
    on: (rule: string) => Judged[];
  };

/** A feature of a theme, holding the whole site unless said. It follows the district of the site. */
export function at(theme: string, columns: Record<string, unknown> = {}, more: Partial<FeatureEvidence> = {}): FeatureEvidence {
  const spec = catalogue.themes.find((each) => each.theme === theme);
  if (!spec) throw new Error(`There is no theme "${theme}".`);
  return feature({
    layer: spec.layer,
    code: theme,
    overlap: WHOLE,
    ...more,
    columns: { competent_jurisdiction: null, ...spec.match, ...columns },
  });
}

/** The whole answer for a site of 1,000 m2: everything asked, everything loaded and covered, everything approved. */
export function ask(question: Question): Replied {
  const { district = "500118", features = [], of = () => true } = question;
  const activity = catalogue.activities.find(({ code }) => code === question.activity);
  if (!activity) throw new Error(`There is no activity "${question.activity}".`);
  const instruments = catalogue.instruments.filter(of);
  const all: Catalogue = {
    ...catalogue,
    instruments,
    rules: catalogue.rules.filter((row) => instruments.some(({ id }) => id === row.instrument)),
    settings: question.settings ?? {},
    orders: question.orders ?? [],
  };
  const project = { name: "p", activity, action: question.action, attributes: question.attributes ?? {} };
  const distances = [0, ...all.rules.map(({ where }) => where.within_m ?? 0), ...Object.values(all.settings)];
  const covers = Object.fromEntries(distances.map((distance) => [String(distance), true]));
  const placed = [feature({ layer: "jurisdiction", code: district, overlap: WHOLE }), ...features];
  const evidence: Evidence = {
    site: { area_m2: 1000, area_gk_m2: 1000, length_m: null, points: null, srid_gk: 4544, accuracy_m: 0 },
    layers: Object.fromEntries(
      all.themes.map(({ layer }): [string, LayerEvidence] => [
        layer,
        {
          state: "measured",
          features: placed.filter((each) => each.layer === layer),
          counts: Object.fromEntries(all.themes.filter((each) => each.layer === layer).map(({ theme }) => [theme, 1])),
          version: 1,
        },
      ]),
    ),
    coverage: Object.fromEntries(
      all.themes.map(({ theme }) => [
        theme,
        { theme, state: "loaded", covers, data_date: "2018-01-01", source: "s", basis: "approved_polygon" },
      ]),
    ),
  };
  const themes = question.asked ?? all.themes.map(({ theme }) => theme);
  const judgement = judge({
    project,
    classes: classify(project, all),
    catalogue: all,
    checklists: [
      { jurisdiction: district, version: 1, valid_from: "2000-01-01", valid_to: null, themes, source: { zh: "s", en: "s" } },
    ],
    jurisdictions: [district],
    evidence,
    tolerances: TOLERANCES,
    asOf: question.asOf ?? "2018-06-01",
  });
  return {
    ...judgement,
    ...conclude(judgement.findings, concludedThemes(judgement.themes)),
    on: (rule) => judgement.findings.filter((each) => each.rule.id === rule),
  };
}
