/** The words of a check, in both languages, from the one catalogue of messages. No measuring and no judging here. */
import type { Check, Conclusion, Finding, OrderInForce, Rank, Reason, SettingUsed, ThemeAnswer } from "./api/checks.ts";
import type { Lang } from "./api/common.ts";
import type { Frozen } from "./gather.ts";
import type { ClassTruth } from "./domain/classify.ts";
import { type Answer, CONCLUSIONS, contribution, EFFECTS } from "./domain/conclude.ts";
import type { Evidence, FeatureEvidence } from "./domain/evidence.ts";
import { JURISDICTION, type Judged, type Judgement, type Project, type ReasonSpec, relationOf, shareOf } from "./domain/judge.ts";
import type { Article, Catalogue, Order, Setting } from "./domain/rule.ts";
import { NATIONAL, settingsRead } from "./domain/settings.ts";
import type { DecidedBy } from "./domain/stood.ts";
import { layerOf } from "./layers/index.ts";
import { columnsOf } from "./layers/layer.ts";
import { distanceText, percentText } from "./measures.ts";
import { halfIn, hasMessage, say } from "./messages.ts";

export type ToSay = {
  id: string;
  created_at: string;
  frozen: Frozen;
  evidence: Evidence;
  project: Project;
  classes: Record<string, ClassTruth>;
  catalogue: Catalogue;
  judgement: Judgement;
  concluded: Answer;
};

/** The check as stored and sent, once per language; every number the same in both. */
export function sayCheck(what: ToSay): Record<Lang, Check> {
  return { zh: sayIn("zh", what), en: sayIn("en", what) };
}

/** The sentence of a check alone. */
export function saySentences(what: ToSay): Record<Lang, string> {
  const deciding = sorted(what.judgement.findings).find((judged) => decides(judged, what));
  const sentence = (lang: Lang) =>
    saySentence(lang, what, deciding && sayFinding(lang, deciding, 0, what), sayThemes(lang, what));
  return { zh: sentence("zh"), en: sentence("en") };
}

/** Metres and square metres as they are said: to the centimetre. */
export const m2 = (value: number | null) => (value === null ? null : Math.round(value * 100) / 100);
export const share = (value: number | null) => (value === null ? null : Math.round(value * 1e6) / 1e6);

/** The check in one language. */
export function sayIn(lang: Lang, what: ToSay): Check {
  const { frozen, project, judgement, concluded, catalogue } = what;
  const all = sorted(judgement.findings);
  const findings = all.map((judged, index) => sayFinding(lang, judged, index, what));
  const themes = sayThemes(lang, what);
  return {
    id: what.id,
    lang,
    created_at: what.created_at,
    as_of: frozen.asOf,
    ...concluded,
    sentence: saySentence(lang, what, findings[all.findIndex((judged) => decides(judged, what))], themes),
    project: {
      name: project.name,
      activity: project.activity.code,
      activity_title: project.activity.title[lang],
      action: project.action,
      action_title: say(lang, `action.${project.action}`),
      attributes: project.attributes,
      classes: Object.fromEntries(Object.entries(what.classes).map(([code, truth]) => [code, truth.value])),
    },
    site: sayPlace(what),
    findings,
    deciding: decidingIn(findings, concluded.conclusion),
    themes,
    rules_counted: judgement.counted,
    slivers: judgement.slivers.map(({ theme, feature }) => ({
      theme,
      feature: feature.code,
      feature_name: feature.name[lang],
      area_m2: feature.overlap.area_m2,
      width_m: feature.overlap.width_m,
      length_m: feature.overlap.length_m,
      tolerance: {
        area_m2: frozen.tolerances.sliver_area_m2,
        width_m: frozen.tolerances.sliver_width_m,
        length_m: frozen.tolerances.line_length_m,
      },
    })),
    checklist: frozen.checklists.map(({ jurisdiction, version }) => `${jurisdiction}@${version}`).join("+"),
    tolerances: frozen.tolerances,
    versions: { ...frozen.versions, rules: catalogue.version },
  };
}

/** The site as a check tells it. */
export function sayPlace({ frozen, evidence: { site } }: Pick<ToSay, "frozen" | "evidence">): Check["site"] {
  return {
    geometry: frozen.site.geometry,
    area_m2: m2(site.area_m2),
    area_gk_m2: m2(site.area_gk_m2),
    length_m: m2(site.length_m),
    points: site.points,
    crs_given: frozen.site.crs_given,
    crs_gk: `EPSG:${site.srid_gk}`,
    accuracy_m: site.accuracy_m,
    jurisdictions: frozen.jurisdictions,
  };
}

function sayThemes(lang: Lang, { judgement }: Pick<ToSay, "judgement">): ThemeAnswer[] {
  return judgement.themes.map(({ spec, status, coverage, covered, data_date, source, basis, features, nearest_m }) => ({
    theme: spec.theme,
    title: spec.title[lang],
    status,
    coverage,
    covered,
    data_date,
    source: halfIn(lang, source),
    basis,
    features,
    nearest_m: m2(nearest_m),
  }));
}

const OUTCOMES = ["triggered", "failed", "no_data", "cannot_tell", "touches", "near", "not_triggered"];

/** Highest first: of two that ban, the law is cited before the regulation, and both before a plan. */
const RANKS: readonly Rank[] = [
  "law",
  "administrative_regulation",
  "department_rule",
  "normative_document",
  "standard",
  "work_plan",
];

/** Worst first; then what is certain before what is not; then by rank of the source; of two of one rank the stricter
 *  effect, then the one on a protection zone.
 *  The order never depends on the engine. */
export function sorted(findings: Judged[]): Judged[] {
  const rank = (judged: Judged) => CONCLUSIONS.indexOf(contribution(judged));
  return findings.toSorted(
    (a, b) =>
      rank(a) - rank(b) ||
      OUTCOMES.indexOf(a.outcome) - OUTCOMES.indexOf(b.outcome) ||
      RANKS.indexOf(a.instrument.rank) - RANKS.indexOf(b.instrument.rank) ||
      EFFECTS.indexOf(a.effect) - EFFECTS.indexOf(b.effect) ||
      Number(a.layer !== "protection_zone") - Number(b.layer !== "protection_zone") ||
      (a.rule.id < b.rule.id ? -1 : a.rule.id > b.rule.id ? 1 : 0) ||
      ((a.feature?.code ?? "") < (b.feature?.code ?? "") ? -1 : 1),
  );
}

/** Every finding that carries the conclusion, law before plan; none where it is clear, or where only a theme carries it. */
function decidingIn(findings: Finding[], conclusion: Conclusion): string[] {
  if (conclusion === "clear") return [];
  return findings
    .filter((finding) => finding.conclusion === conclusion)
    .toSorted((a, b) => RANKS.indexOf(a.rank) - RANKS.indexOf(b.rank))
    .map(({ id }) => id);
}

function sayFinding(lang: Lang, judged: Judged, index: number, { evidence, frozen, catalogue, project }: ToSay): Finding {
  const { rule, instrument, feature } = judged;
  const overlap = feature?.overlap ?? null;
  return {
    id: `f${index + 1}`,
    rule: rule.id,
    outcome: judged.outcome,
    effect: judged.effect,
    conclusion: contribution(judged),
    layer: judged.layer,
    theme: rule.where.theme,
    theme_title: catalogue.themes.find((theme) => theme.theme === rule.where.theme)?.title[lang] ?? null,
    feature: feature?.code ?? null,
    feature_name: feature?.name[lang] ?? null,
    relation: judged.relation ?? (feature ? relationOf(feature, evidence.site, frozen.tolerances) : null),
    overlap_m2: m2(overlap?.area_m2 ?? null),
    overlap_length_m: m2(overlap?.length_m ?? null),
    overlap_width_m: m2(overlap?.width_m ?? null),
    overlap_points: overlap?.points ?? null,
    share_of_site: overlap ? share(shareOf(overlap, evidence.site)) : null,
    distance_m: m2(feature?.distance_m ?? null),
    bearing_deg: feature?.bearing_deg == null ? null : Math.round(feature.bearing_deg) % 360,
    basis: feature?.basis ?? null,
    accuracy_m: feature?.accuracy_m ?? null,
    told: feature ? sayTold(lang, feature) : [],
    piece: feature?.piece ?? null,
    instrument: instrument.id,
    instrument_title: instrument.title[lang],
    rank: instrument.rank,
    status: judged.status,
    article: cite(rule.article, instrument.rank, lang),
    gist: rule.gist[lang],
    quote: rule.quote,
    reasons: judged.reasons.map((reason) => sayReason(lang, reason, catalogue, judged.layer)),
    settings: settingsRead(rule, catalogue.classes, project).flatMap(
      (name) => saySetting(lang, name, { frozen, evidence, catalogue }) ?? [],
    ),
    orders: judged.orders.map((order) => sayOrder(lang, order)),
    decided_by: judged.decided_by && sayDecidedBy(lang, judged.decided_by),
    next_step: rule.next_step[lang],
    office: rule.office[lang],
    confidence: rule.confidence,
  };
}

/** The columns that are told with a finding, and have a value. */
function sayTold(lang: Lang, { layer, columns }: FeatureEvidence): Finding["told"] {
  const declared = layerOf(layer);
  if (!declared) return [];
  return Object.entries(columnsOf(declared))
    .filter(([name, spec]) => spec.told && columns[name] !== null && columns[name] !== undefined)
    .map(([name, spec]) => {
      const value = columns[name];
      const said = typeof value === "boolean" ? say(lang, `value.${value}`) : String(value);
      return { name, title: spec.title[lang], value: (spec.values?.[said]?.[lang] ?? said) + (spec.unit ? ` ${spec.unit}` : "") };
    });
}

/** A setting as a finding tells it; null where none is set. */
function saySetting(
  lang: Lang,
  name: string,
  { frozen: { settings }, evidence, catalogue }: Pick<ToSay, "frozen" | "evidence" | "catalogue">,
): SettingUsed | null {
  const value = settings?.values[name];
  const origin = settings?.origins[name];
  if (value === undefined || !origin) return null;
  const filed = catalogue.place_settings
    ?.find(({ jurisdiction }) => jurisdiction === origin.jurisdiction)
    ?.settings.find((each) => each.name === name);
  const [family] = name.split(".") as [string];
  const units = catalogue.setting_families?.find((each) => each.family === family)?.units;
  const title = filed?.title[lang] ?? say(lang, `setting.${family}`);
  const unit = origin.unit === null ? null : (units?.find((each) => each.unit === origin.unit)?.title[lang] ?? origin.unit);
  const source = origin.source && saySource(lang, origin.source);
  const place =
    origin.jurisdiction === NATIONAL ? say(lang, "setting.national") : sayPlaceOf(lang, origin.jurisdiction, evidence);
  const text = say(lang, source === null ? "setting.used" : "setting.used_from", {
    title,
    value: unit === null ? value : `${value} ${unit}`,
    place,
    source,
  });
  return { name, title, value, unit, jurisdiction: origin.jurisdiction, source, text };
}

/** 永川区 500118, 重庆市 500000; the code alone where no name is known. */
function sayPlaceOf(lang: Lang, code: string, { layers }: Evidence): string {
  const districts = layers[JURISDICTION];
  const own = districts?.state === "measured" ? districts.features.find((each) => each.code === code) : undefined;
  const name = own?.name[lang] ?? (hasMessage(`province.${code}`) ? say(lang, `province.${code}`) : null);
  return name === null ? code : `${name} ${code}`;
}

/** Title, article and date of where a setting's figure stands. */
export function saySource(lang: Lang, { title, article, date }: NonNullable<Setting["source"]>): string {
  return [title[lang], article?.[lang], date].filter((part) => part != null).join(say(lang, "sentence.list"));
}

/** An order as findings and lists tell it. */
export function sayOrder(lang: Lang, { id, kind, number, issuer, cause, from, until }: Order): OrderInForce {
  const words = {
    kind: say(lang, `order.${kind}`),
    number: number ?? say(lang, "order.no_number"),
    issuer: issuer[lang],
    cause: cause[lang],
    from,
    until: until ?? "",
  };
  const text = say(lang, until === null ? "order.text_open" : "order.text", words);
  return { id, kind, number, issuer: issuer[lang], cause: cause[lang], from, until, text };
}

/** What stood first, and what follows from it. */
export function sayDecidedBy(lang: Lang, decided: DecidedBy): NonNullable<Finding["decided_by"]> {
  const { what, date, since, before, at_latest } = decided;
  const day = say(lang, `decided_by.${what}${at_latest ? "_at_latest" : ""}`, { date });
  return { what, date, since, before, text: say(lang, before ? "decided_by.before" : "decided_by.after", { day, since }) };
}

/** Why something could not be told, in a sentence. `layer`: that of the feature it is told of. */
export function sayReason(lang: Lang, { code, name, depth_m }: ReasonSpec, catalogue: Catalogue, layer: string | null): Reason {
  const declared = code === "missing_feature_attribute" && layer !== null ? layerOf(layer) : undefined;
  const title =
    (declared && columnsOf(declared)[name]?.title[lang]) ??
    (code === "action_not_named" ? say(lang, `action.${name}`) : undefined) ??
    (code === "order_unsettled" ? say(lang, `order.${name}`) : undefined) ??
    // `bank_width_m.qth_r20`: the family of settings has words, the setting its name.
    (code === "unset_setting" || code === "setting_differs"
      ? say(lang, "setting.named", { title: say(lang, `setting.${name.split(".")[0]}`), name })
      : undefined) ??
    catalogue.attributes.find((attribute) => attribute.name === name)?.title[lang] ??
    catalogue.themes.find((theme) => theme.theme === name)?.title[lang] ??
    name;
  const key =
    code === "boundary_accuracy"
      ? depth_m! >= 0
        ? "reason.boundary_accuracy_inside"
        : "reason.boundary_accuracy_outside"
      : `reason.${code}`;
  return {
    code,
    name,
    text: say(lang, key, { name: title, depth: Math.abs(depth_m ?? 0).toFixed(1) }),
    ...(depth_m === undefined ? {} : { depth_m: m2(depth_m)! }),
  };
}

const DIGITS = "〇一二三四五六七八九";

/** A whole number below 10,000 as statutes write it: 319 -> 三百一十九, 10 -> 十, 105 -> 一百零五. */
export function chineseNumber(number: number): string {
  if (number === 0) return "零";
  const units = ["", "十", "百", "千"];
  let text = "";
  let zero = false;
  for (const [index, digit] of [...String(number)].entries()) {
    const unit = units[String(number).length - 1 - index]!;
    if (digit === "0") zero = true;
    else {
      text += (zero && text !== "" ? "零" : "") + DIGITS[Number(digit)]! + unit;
      zero = false;
    }
  }
  return text.replace(/^一十/, "十");
}

/** A plan's numbering for readers of English: 三、1（1） -> 3.1(1). */
function latinNumbers(text: string): string {
  return text
    .replace(/[一二三四五六七八九十]+/g, (word) => {
      const [ones = "", tens] = word.split("十").toReversed();
      const digit = (each: string) => (each === "" ? 0 : DIGITS.indexOf(each));
      return String((tens === undefined ? 0 : tens === "" ? 1 : digit(tens)) * 10 + digit(ones));
    })
    .replaceAll("、", ".")
    .replaceAll("（", "(")
    .replaceAll("）", ")");
}

/** 第三百一十九条第一款, or "art. 319(1)". A part that is no number stands as written; a plan has items of its own
 *  numbering, not articles, as have notices; a standard has chapters. */
export function cite({ article, paragraph, item }: Article, rank: Rank, lang: Lang): string {
  const number = (text: string) => (/^\d+$/.test(text) ? chineseNumber(Number(text)) : text);
  if (article === "*") return say(lang, "cite.whole");
  if (rank === "work_plan" || (rank === "normative_document" && !/^\d+$/.test(article)))
    return say(lang, "cite.plan", { item: lang === "en" ? latinNumbers(article) : article });
  if (rank === "standard") return say(lang, "cite.chapter", { chapter: article });
  if (lang === "en") return `art. ${article}${paragraph ? `(${paragraph})` : ""}${item ? `(${item})` : ""}`;
  return `第${number(article)}条${paragraph ? `第${number(paragraph)}款` : ""}${item ? `第${number(item)}项` : ""}`;
}

const VERDICT_KEY: Partial<Record<Finding["outcome"], string>> = {
  triggered: "sentence.triggered",
  near: "sentence.near",
  touches: "sentence.touches",
  cannot_tell: "sentence.cannot_tell",
};

/** Whether the sentence may tell of it: it carries the conclusion, and there are words for how. */
function decides(judged: Judged, { concluded }: Pick<ToSay, "concluded">): boolean {
  return contribution(judged) === concluded.conclusion && VERDICT_KEY[judged.outcome] !== undefined;
}

/** The conclusion in sentences: standing, the worst finding, what could not be told, and what was not asked. */
function saySentence(lang: Lang, { concluded, judgement }: ToSay, deciding: Finding | undefined, themes: ThemeAnswer[]): string {
  const words = (conclusion: Conclusion) => say(lang, `conclusion.${conclusion}`);
  const joined = (titles: string[]) => titles.join(say(lang, "sentence.list"));
  const parts: string[] = [];
  const asked = themes.filter((theme) => theme.status !== "not_asked");
  const outside = judgement.themes.some(({ spec, covered }) => spec.theme === JURISDICTION && !covered);
  const unproven = asked.filter(({ status, theme }) => (status === "no_data" || status === "failed") && theme !== JURISDICTION);
  if (concluded.conclusion === "clear")
    parts.push(
      say(lang, "sentence.clear", {
        conclusion: words("clear"),
        themes: joined(asked.filter(({ theme }) => theme !== JURISDICTION).map(({ title }) => title)),
      }),
    );
  else if (deciding)
    parts.push(
      say(lang, VERDICT_KEY[deciding.outcome]!, {
        relation: deciding.relation ? say(lang, `relation.${deciding.relation}`) : "",
        feature: deciding.feature_name ?? deciding.theme_title ?? "",
        share:
          deciding.relation === "overlaps" && deciding.share_of_site !== null
            ? say(lang, "sentence.share", { share: percentText(lang, deciding.share_of_site) })
            : "",
        distance: distanceText(lang, deciding.distance_m ?? 0),
        instrument: deciding.instrument_title,
        article: deciding.article,
        reasons: joined(deciding.reasons.map(({ text }) => text)),
        conclusion: words(concluded.conclusion),
      }),
    );
  else {
    const affected = asked.filter(
      ({ status, theme }) => ["affected", "touches", "near", "cannot_tell"].includes(status) && theme !== JURISDICTION,
    );
    if (affected.length > 0 && concluded.conclusion === "notice")
      parts.push(
        say(lang, "sentence.notice", { themes: joined(affected.map(({ title }) => title)), conclusion: words("notice") }),
      );
    else parts.push(say(lang, "sentence.plain", { conclusion: words(concluded.conclusion) }));
  }
  if (outside) parts.push(say(lang, "sentence.no_jurisdiction"));
  if (unproven.length > 0) parts.push(say(lang, "sentence.unproven", { themes: joined(unproven.map(({ title }) => title)) }));
  if (concluded.standing === "screening") parts.push(say(lang, "sentence.screening"));
  if (concluded.possible !== concluded.conclusion)
    parts.push(say(lang, "sentence.possible", { conclusion: words(concluded.possible) }));
  const hidden = judgement.slivers.length;
  if (hidden > 0) parts.push(say(lang, "sentence.slivers", { n: hidden }));
  const notAsked = themes.filter((theme) => theme.status === "not_asked");
  if (notAsked.length > 0) parts.push(say(lang, "sentence.not_asked", { themes: joined(notAsked.map(({ title }) => title)) }));
  return (
    (concluded.standing === "demonstration" ? say(lang, "sentence.demonstration") : "") + parts.join(lang === "en" ? " " : "")
  );
}
