/** Wire types of `/api/activities`, `/api/rules`, `/api/instruments`. Texts are in the language of `lang`. */
import type { Action, Effect, InstrumentStatus, Rank } from "./checks.ts";

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

export type ActivityClass = { code: string; title: string; source: string };

export type Instrument = {
  id: string;
  title: string;
  number: string | null;
  issuer: string;
  rank: Rank;
  status: InstrumentStatus;
  /** GB/T 2260 code; null: national. */
  jurisdiction: string | null;
  in_force_from: string;
  /** First day on which it no longer holds; null: open. */
  in_force_until: string | null;
  successor: string | null;
  url: string | null;
  confidence: string;
};

export type Rule = {
  id: string;
  instrument: string;
  instrument_title: string;
  article: string;
  valid_from: string;
  valid_to: string | null;
  theme: string | null;
  layer: string | null;
  relation: "overlaps" | "within_m" | "outside" | "upstream" | "anywhere";
  within_m: number | null;
  /** The operator setting that holds the distance where the source gives none. */
  within_setting: string | null;
  classes: string[];
  actions: Action[];
  effect: Effect;
  gist: string;
  quote: string | null;
  next_step: string;
  office: string;
  confidence: string;
};
