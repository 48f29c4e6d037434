/** The rows of the catalogue in words that a person can read, in one language. No judging here. */
import type { ActivityClass, Instrument, Rule } from "./api/catalogue.ts";
import type { Lang } from "./api/common.ts";
import { instrumentOf } from "./catalogue.ts";
import { classTitle, either, sayCondition, settingText } from "./condition_words.ts";
import { classesIn } from "./domain/classify.ts";
import { standing, successorOf } from "./domain/lives.ts";
import { statusOn } from "./domain/judge.ts";
import type { Catalogue, Instrument as InstrumentSpec, Rule as RuleSpec } from "./domain/rule.ts";
import { say } from "./messages.ts";
import { cite } from "./words.ts";

/** Where a rule looks: the theme and how the site must stand to it. */
export function sayWhere(lang: Lang, { where }: Pick<RuleSpec, "where">, catalogue: Catalogue): string {
  const { relation, theme, within_m, within_setting } = where;
  const title = catalogue.themes.find((each) => each.theme === theme)?.title[lang] ?? theme;
  if (within_setting !== undefined)
    return say(lang, "rule_where.within_setting", { theme: title, setting: settingText(lang, within_setting, catalogue) });
  return say(lang, `rule_where.${relation}`, { theme: title, metres: within_m?.toLocaleString("en") });
}

/** A class, and what belongs to it. */
export function sayClass(lang: Lang, code: string, catalogue: Catalogue): ActivityClass {
  const spec = catalogue.classes.find((each) => each.code === code);
  if (!spec) throw new Error(`There is no class ${code}.`);
  const { source, confidence, condition, title } = spec;
  return { code, title: title[lang], about: sayCondition(lang, condition, catalogue), source, confidence };
}

/** The classes that a rule names, in its list and in its conditions, each once. */
export function classesOf(rule: Pick<RuleSpec, "who" | "when">): string[] {
  const { classes, condition } = rule.who;
  return [...new Set([...classes, ...[condition, rule.when].flatMap((each) => (each ? classesIn(each) : []))])];
}

/** A row, as it stands on a day (yyyy-mm-dd). */
export function sayRule(lang: Lang, rule: RuleSpec, catalogue: Catalogue, asOf: string): Rule {
  const { id, instrument, valid_from, valid_to, where, who, effect, quote, confidence } = rule;
  const law = instrumentOf(catalogue, rule);
  const theme = catalogue.themes.find((each) => each.theme === where.theme);
  const class_titles = who.classes.map((code) => classTitle(lang, code, catalogue));
  const action_titles = who.actions.map((action) => say(lang, `action.${action}`));
  const condition_text = who.condition ? sayCondition(lang, who.condition, catalogue) : null;
  const subject = {
    who: class_titles.length > 0 ? either(lang, class_titles) : say(lang, "rule_who.anyone"),
    actions: action_titles.join(say(lang, "list.separator")),
    condition: condition_text,
  };
  const next = successorOf(rule, catalogue);
  const next_law = next && instrumentOf(catalogue, next);
  return {
    id,
    instrument,
    instrument_title: law.title[lang],
    rank: law.rank,
    status: standing(rule, law, asOf),
    jurisdiction: law.jurisdiction,
    article: cite(rule.article, law.rank, lang),
    valid_from,
    valid_to,
    theme: where.theme,
    theme_title: theme?.title[lang] ?? null,
    layer: theme?.layer ?? null,
    relation: where.relation,
    within_m: where.within_m,
    within_setting: where.within_setting ?? null,
    where_text: sayWhere(lang, rule, catalogue),
    classes: who.classes,
    class_titles,
    actions: who.actions,
    action_titles,
    condition_text,
    who_text: say(lang, condition_text === null ? "rule_who.plain" : "rule_who.conditional", subject),
    when_text: rule.when ? sayCondition(lang, rule.when, catalogue, theme?.layer ?? null) : null,
    effect,
    gist: rule.gist[lang],
    quote,
    next_step: rule.next_step[lang],
    office: rule.office[lang],
    confidence,
    successor:
      next && next_law
        ? {
            instrument: next.instrument,
            instrument_title: next_law.title[lang],
            article: cite(next.article, next_law.rank, lang),
            valid_from: next.valid_from,
          }
        : null,
  };
}

/** An instrument, as it stands on a day (yyyy-mm-dd). */
export function sayInstrument(lang: Lang, law: InstrumentSpec, asOf: string): Instrument {
  const { id, number, rank, jurisdiction, in_force_from, in_force_until, horizon, successor, url, confidence } = law;
  const ended = in_force_until !== null && in_force_until <= asOf;
  return {
    id,
    title: law.title[lang],
    number,
    issuer: law.issuer[lang],
    rank,
    status: ended ? "repealed" : statusOn(law, asOf),
    jurisdiction,
    in_force_from,
    in_force_until,
    horizon,
    successor,
    url,
    confidence,
  };
}
