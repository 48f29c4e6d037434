/** Wire types of `/api/sweeps` and `/api/violations`: every registered facility against every rule of a date. What a sweep
 *  finds is a clue (疑似问题线索) until an officer confirms it. */
import type { DecidedBy, Effect, InstrumentStatus, Rank, Reason, Relation } from "./checks.ts";
import type { Fault, Position } from "./common.ts";
import type { RunState } from "./screenings.ts";

export type Sweep = {
  id: string;
  as_of: string;
  state: RunState;
  /** Facilities that stand on the date. */
  total: number;
  /** Facilities of the register that do not, by why: closed before the day, not yet opened, or their state where no day says
   *  more. Null of sweeps before 2026-11-29. */
  left_out: { closed: number; not_opened: number; state: number } | null;
  done: number;
  /** Facilities whose register entry cannot be judged. */
  faulty: number;
  /** Clues found and those carried on (`change.unlooked`), and of them the certain ones. */
  clues: number;
  certain: number;
  /** Themes that were asked and could not be answered for so many facilities: there, no clue is no clearance. */
  unproven: { theme: string; title: string; facilities: number }[];
  /** Themes that were not asked for so many facilities, being off their district's checklist, though a rule that reads them
   *  could suspect a facility: there nothing was looked at. Most facilities first. Empty of sweeps before 2026-11-30, which did
   *  not count them. */
  not_asked: { theme: string; title: string; facilities: number }[];
  /** Against the sweep before; null until it is done, and all appeared in the first. `unlooked`: of the sweep before, and could
   *  not be looked at this time, so neither found nor gone. `again`: of those found, officers had closed or dismissed. */
  change: {
    previous: string | null;
    appeared: number;
    gone: number;
    changed: number;
    kept: number;
    unlooked: number;
    again: number;
  } | null;
  rules: string[];
  changed_layers: string[];
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  /** Why it failed, in a sentence; null unless `state` is `failed`. */
  failure: string | null;
};

export type SweepFault = { facility: string; name: string; faults: Fault[] };

export type ViolationState = "suspected" | "confirmed" | "notified" | "rectifying" | "closed" | "dismissed";

export type Violation = {
  id: string;
  state: ViolationState;
  /** Grows with each change of state; a change names the one it was made on. */
  version: number;
  facility: string;
  facility_name: string;
  facility_kind: string;
  activity: string;
  activity_title: string;
  districts: string[];
  rule: string;
  effect: Effect;
  /** False: a possible one; `reasons` say what could not be told. */
  certain: boolean;
  layer: string | null;
  theme: string | null;
  theme_title: string | null;
  feature: string | null;
  feature_name: string | null;
  relation: Relation | null;
  overlap_m2: number | null;
  distance_m: number | null;
  /** By when it is to be closed or moved, as the register says of the facility, else of the area; null where neither does. */
  deadline: string | null;
  /** The deadline that an officer set last, which counts instead of `deadline`; null where none was set. */
  due: string | null;
  /** The deadline that counts lay before the date of the sweep. */
  overdue: boolean;
  instrument_title: string;
  rank: Rank;
  status: InstrumentStatus;
  article: string;
  gist: string;
  next_step: string;
  office: string;
  reasons: Reason[];
  /** What was there first, and what follows from it; null where it cannot be told. */
  decided_by: DecidedBy | null;
  /** Against the sweep before. `unlooked`: could not be looked at this time and stands as it was seen last; `gone`: in a list
   *  of those that a later sweep does not see any more. */
  change: "appeared" | "changed" | "kept" | "unlooked" | "gone" | null;
  /** An officer had closed or dismissed it, and this sweep found it. */
  again: boolean;
  position: Position;
  sweep: string;
  as_of: string;
};

export type ViolationEvent = {
  at: string;
  what:
    | "appeared"
    | "changed"
    | "gone"
    | "unlooked"
    | "found_again"
    | "confirmed"
    | "notified"
    | "rectifying"
    | "closed"
    | "dismissed"
    | "reopened"
    | "noted";
  before: ViolationState | null;
  after: ViolationState | null;
  note: string | null;
  /** What proves that it is closed: a document, a photograph, a number. */
  evidence: string | null;
  deadline: string | null;
  sweep: string | null;
};

export type ViolationCounts = {
  total: number;
  facilities: number;
  certain: number;
  overdue: number;
  by: Record<
    "state" | "district" | "theme" | "rule" | "feature" | "deadline" | "activity" | "class",
    { key: string; title: string; count: number }[]
  >;
  /** What one district has to close or move under one rule by one day; largest first. `title` is the rule's gist. */
  lists: { jurisdiction: string; place: string; rule: string; title: string; deadline: string; count: number }[];
};
