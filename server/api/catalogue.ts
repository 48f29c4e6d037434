/** Wire types of `/api/activities`, `/api/rules`, `/api/instruments`. Texts are in the language of `lang`. */
import type { Action, Effect, InstrumentStatus, Rank } from "./checks.ts";
import type { List } from "./common.ts";

export type AttributeType = "choice" | "choices" | "number" | "integer" | "boolean" | "text" | "date";

export type Attribute = {
  name: string;
  title: string;
  /** Why it is asked. */
  help: string;
  type: AttributeType;
  unit: string | null;
  options: { value: string; title: string }[] | null;
  min: number | null;
  max: number | null;
  /** Regular expression that a text must match; null: any. */
  pattern: string | null;
  /** What absence is taken to mean; null: absence is unknown, and rules that need it cannot tell. */
  absent: string | null;
  /** Rules in force whose answer, for this activity and the actions asked, depends on it. Empty: it cannot matter. */
  decides: string[];
};

export type Activity = {
  code: string;
  title: string;
  /** Everyday names that find it. */
  aliases: string[];
  note: string;
  actions: Action[];
  construction: boolean;
  attributes: Attribute[];
};

/** A class of the vocabulary, and in words what belongs to it. */
export type ActivityClass = { code: string; title: string; about: string; source: string; confidence: Confidence };

/** `verified`: the full text was compared. `memory`: it was not. `local_choice`: the source leaves it open. */
export type Confidence = "verified" | "memory" | "local_choice";

export type Instrument = {
  id: string;
  title: string;
  number: string | null;
  issuer: string;
  rank: Rank;
  /** On the as-of date; `repealed` once it has ended. */
  status: InstrumentStatus;
  /** GB/T 2260 code; null: national. */
  jurisdiction: string | null;
  in_force_from: string;
  /** First day on which it no longer holds; null: open. */
  in_force_until: string | null;
  /** A work plan's end: from this day on its rules rank as `review` at most; null: none. */
  horizon: string | null;
  successor: string | null;
  url: string | null;
  confidence: Confidence;
};

/** The row that bears the same id after this one. */
export type Successor = { instrument: string; instrument_title: string; article: string; valid_from: string };

export type Rule = {
  id: string;
  instrument: string;
  instrument_title: string;
  rank: Rank;
  /** How it stands on the as-of date; `repealed` once the row or its instrument has ended. */
  status: InstrumentStatus;
  /** Of the instrument: GB/T 2260 code; null: national. */
  jurisdiction: string | null;
  article: string;
  valid_from: string;
  /** First day on which it no longer holds; null: open. */
  valid_to: string | null;
  theme: string | null;
  theme_title: string | null;
  layer: string | null;
  relation: "overlaps" | "within_m" | "outside" | "upstream" | "anywhere";
  within_m: number | null;
  /** The operator setting that holds the distance where the source gives none. */
  within_setting: string | null;
  where_text: string;
  classes: string[];
  class_titles: string[];
  actions: Action[];
  action_titles: string[];
  /** What else of the project it asks, in words; null: nothing. */
  condition_text: string | null;
  /** Classes, actions and condition in one sentence. */
  who_text: string;
  /** What it asks of the feature and the date, in words; null: nothing. */
  when_text: string | null;
  effect: Effect;
  gist: string;
  quote: string | null;
  next_step: string;
  office: string;
  confidence: Confidence;
  /** Null: no later row bears the id. */
  successor: Successor | null;
};

/** One rule, with every row that bears its id, oldest first, and the classes that it names. */
export type RuleWithLives = Rule & {
  /** On the as-of date; without one, today. */
  in_force: boolean;
  lives: Rule[];
  class_words: ActivityClass[];
};

export type RuleChangeKind = "ended" | "began" | "succeeded" | "status" | "between";

/** What a reader can see differ between two rows of one id. */
export type RuleField =
  | "instrument"
  | "article"
  | "status"
  | "effect"
  | "confidence"
  | "where_text"
  | "who_text"
  | "when_text"
  | "gist"
  | "next_step"
  | "office";

export type RuleChange = {
  kind: RuleChangeKind;
  /** The day from which it is otherwise. */
  on: string;
  /** As it stood on the first date; null where it did not. */
  before: Rule | null;
  /** As it stands on the second date; null where it does not. */
  after: Rule | null;
  /** A rule that began after the first date and had ended by the second; null for the other kinds. */
  between: Rule | null;
  /** What differs, where both stand. Empty: the words are the same. */
  differs: RuleField[];
};

export type RuleChanges = List<RuleChange> & {
  from: string;
  to: string;
  counts: Record<RuleChangeKind, number>;
  /** Days on which rules begin, end or stand otherwise, newest first, whatever the filters. */
  days: { day: string; rules: number }[];
};
