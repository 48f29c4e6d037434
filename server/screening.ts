/** A screening: the sites that somebody asked about, a few at a time. A row that cannot be judged is named and the rest
 *  go on. */
import type { Conclusion, Outcome } from "./api/checks.ts";
import type { Lang } from "./api/common.ts";
import type { ScreenedSite } from "./api/screenings.ts";
import { readCheckInput, ringFault } from "./check_input.ts";
import type { OpenDatabase } from "./db/open.ts";
import { isBroken } from "./db/errors.ts";
import { contribution, speaks } from "./domain/conclude.ts";
import { relationOf, shareOf } from "./domain/judge.ts";
import type { Catalogue } from "./domain/rule.ts";
import type { CheckInput } from "./gather.ts";
import { type JudgedSite, judgeSites } from "./many.ts";
import { say } from "./messages.ts";
import { type FaultSpec, sayFault } from "./problem.ts";
import { keepCatalogue } from "./queries/checks.ts";
import {
  type Asked,
  finishScreening,
  openSites,
  readAsked,
  type ShortResult,
  type SiteRow,
  type StoredSite,
  writeSites,
} from "./queries/screenings.ts";
import { cite, m2, saySentences, sayPlace, share, sorted } from "./words.ts";

export const MAX_SITES = 10_000;

/** What a row may say besides its geometry; what else it carries is named, not read. */
const READ = ["name", "activity", "action", "attributes", "crs", "accuracy_m"];

/** A site as it is stored: its own words where they are text, for lists. */
export function rowOf(feature: unknown): Omit<SiteRow, "n"> {
  const properties = propertiesOf(feature);
  const text = (name: string) => {
    const value = properties[name];
    return typeof value === "string" && value.trim() !== "" ? value.trim().slice(0, 200) : null;
  };
  return { given: feature, name: text("name"), activity: text("activity"), action: text("action") };
}

function propertiesOf(feature: unknown): Record<string, unknown> {
  const { properties } = (typeof feature === "object" && feature !== null ? feature : {}) as { properties?: unknown };
  return typeof properties === "object" && properties !== null && !Array.isArray(properties)
    ? (properties as Record<string, unknown>)
    : {};
}

/** Names of properties that nothing reads. */
export function ignoredOf(feature: unknown): string[] {
  return Object.keys(propertiesOf(feature))
    .filter((name) => !READ.includes(name))
    .slice(0, 20)
    .map((name) => name.slice(0, 80));
}

/** The request that asks about the row alone: what the row gave, and what holds for all. */
export function requestOf(feature: unknown, asked: Asked, as_of: string): Record<string, unknown> {
  const properties = propertiesOf(feature);
  const { geometry } = (typeof feature === "object" && feature !== null ? feature : {}) as { geometry?: unknown };
  return {
    ...Object.fromEntries(READ.filter((name) => name in properties).map((name) => [name, properties[name]])),
    crs: properties["crs"] ?? asked.crs ?? undefined,
    geometry,
    as_of,
  };
}

type Done = Parameters<typeof writeSites>[2][number];

/** The step of a screening. */
export function screeningStep(database: OpenDatabase, catalogue: Catalogue, now: () => Date) {
  const { db } = database;
  return async (id: string, size: number): Promise<boolean> => {
    const screening = await readAsked(db, id);
    const rows = screening ? await openSites(db, id, size) : [];
    if (!screening || rows.length === 0) {
      await finishScreening(db, id);
      return false;
    }
    await keepCatalogue(db, catalogue);
    await writeSites(db, id, await judgeRows(rows, screening));
    return true;
  };

  async function judgeRows(rows: SiteRow[], screening: { as_of: string; asked: Asked }): Promise<Done[]> {
    const done: Done[] = [];
    const wrong = (n: number, faults: FaultSpec[]) => done.push({ n, faults, result: null, conclusion: null });
    const asked: { n: number; input: CheckInput }[] = [];
    for (const { n, given } of rows) {
      const { input, faults } = readCheckInput(requestOf(given, screening.asked, screening.as_of), catalogue, now());
      if (input) asked.push({ n, input });
      else wrong(n, faults);
    }
    try {
      await judgeSites(
        database,
        catalogue,
        screening.as_of,
        asked.map(({ input }) => input),
        {
          take(judged, index) {
            done.push({
              n: asked[index]!.n,
              faults: null,
              result: shortResult(judged, catalogue),
              conclusion: judged.concluded.conclusion,
            });
          },
          refuse(faults, index) {
            const { n, input } = asked[index]!;
            wrong(
              n,
              faults.slice(0, 20).map((each) => ringFault(input.site, each)),
            );
          },
        },
      );
      return done;
    } catch (error) {
      if (isBroken(error)) throw error;
      if (rows.length === 1)
        return [{ n: rows[0]!.n, faults: [{ pointer: "#", key: "fault.site_failed" }], result: null, conclusion: null }];
      // One site that cannot be measured does not take the others with it.
      const alone: Done[] = [];
      for (const row of rows) alone.push(...(await judgeRows([row], screening)));
      return alone;
    }
  }
}

type ShortFinding = {
  rule: string;
  instrument: string;
  outcome: Outcome;
  effect: string;
  conclusion: Conclusion;
  theme: string | null;
  feature: string | null;
  feature_name: { zh: string; en: string } | null;
  relation: string | null;
  overlap_m2: number | null;
  overlap_length_m: number | null;
  share_of_site: number | null;
  distance_m: number | null;
};

/** What is kept of a site's answer: everything said but what the catalogue says, and without what did not matter. */
function shortResult(judged: JudgedSite, catalogue: Catalogue): ShortResult {
  const { site } = judged.evidence;
  const findings = sorted(judged.judgement.findings)
    .map((each): ShortFinding => {
      const overlap = each.feature?.overlap ?? null;
      return {
        rule: each.rule.id,
        instrument: each.instrument.id,
        outcome: each.outcome,
        effect: each.effect,
        conclusion: contribution(each),
        theme: each.rule.where.theme,
        feature: each.feature?.code ?? null,
        feature_name: each.feature?.name ?? null,
        relation: each.relation ?? (each.feature ? relationOf(each.feature, site, judged.frozen.tolerances) : null),
        overlap_m2: m2(overlap?.area_m2 ?? null),
        overlap_length_m: m2(overlap?.length_m ?? null),
        share_of_site: overlap ? share(shareOf(overlap, site)) : null,
        distance_m: m2(each.feature?.distance_m ?? null),
      };
    })
    .filter(speaks);
  const { geometry, area_m2, length_m, points, jurisdictions } = sayPlace(judged);
  return {
    rules: catalogue.version,
    layers: judged.frozen.versions.layers,
    ...judged.concluded,
    sentence: saySentences({ ...judged, catalogue, id: "", created_at: "" }),
    geometry,
    area_m2,
    length_m,
    points,
    jurisdictions,
    findings,
    themes: judged.judgement.themes.map(({ spec, status, coverage, covered }) => ({
      theme: spec.theme,
      status,
      coverage,
      covered,
    })),
    slivers: judged.judgement.slivers.length,
  };
}

/** A stored site in one language; `catalogueOf` gives the catalogue it was judged by, or today's for one that was not. */
export async function saySite(
  lang: Lang,
  stored: StoredSite,
  catalogueOf: (version: string | undefined) => Promise<Catalogue>,
): Promise<ScreenedSite> {
  const { n, name, activity, action, same_name, faults } = stored;
  const catalogue = await catalogueOf((stored.result as ShortResult | null)?.rules);
  const state = stored.result ? "judged" : faults ? "faulty" : "waiting";
  const base: Omit<ScreenedSite, "result"> = {
    n,
    name,
    activity,
    activity_title: catalogue.activities.find(({ code }) => code === activity)?.title[lang] ?? null,
    action,
    same_name,
    ignored: ignoredOf(stored.given),
    state,
    state_title: say(lang, `screening.state.${state}`),
    faults: ((faults ?? []) as FaultSpec[]).map((fault) => sayFault(lang, fault)),
  };
  if (!stored.result) return { ...base, result: null };
  const {
    rules: _rules,
    layers: _layers,
    sentence,
    findings,
    themes,
    ...rest
  } = stored.result as ShortResult & {
    sentence: Record<Lang, string>;
    findings: ShortFinding[];
    themes: { theme: string }[];
  };
  const said = {
    ...rest,
    sentence: sentence[lang],
    findings: findings.map(({ instrument: id, feature_name, ...finding }) => {
      const instrument = catalogue.instruments.find((each) => each.id === id)!;
      const rule = catalogue.rules.find((each) => each.id === finding.rule && each.instrument === id)!;
      return {
        ...finding,
        feature_name: feature_name?.[lang] ?? null,
        instrument_title: instrument.title[lang],
        article: cite(rule.article, instrument.rank, lang),
        gist: rule.gist[lang],
      };
    }),
    themes: themes.map((each) => ({
      ...each,
      title: catalogue.themes.find(({ theme }) => theme === each.theme)?.title[lang] ?? each.theme,
    })),
  };
  return { ...base, result: said as unknown as ScreenedSite["result"] };
}
