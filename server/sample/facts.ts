/** What `geodata/sample/<district>.json` says: facts of the gazetteer with their confidence, and what the sample lays out. */
import type { Position } from "../api/common.ts";

type Confidence = "sourced" | "approximate" | "schematic";
type Named = { id: string; name_zh: string; name_en: string };

/** Where a made-up area lies. Metres; angles in degrees; `from` and `to` are points beside the river. */
export type Shape =
  | { box: Position; width_m: number; height_m: number }
  | { circle: Position; radius_m: number }
  | { ellipse: Position; a_m: number; b_m: number; angle: number }
  | { line: Position[]; half_width_m: number }
  | { along: string; from: Position; to: Position; half_width_m: number }
  /** The water of a source. */
  | { water: string }
  /** A ring round the water of a source. */
  | { belt: string; width_m: number };

/** How the zones of a source are laid out. `channel`: metres upstream, downstream and inland for each level, the later
 *  ones beyond the earlier (HJ 338-2018 2.2). `reservoir`: an ellipse of water, metres of land for each level. */
export type Zoning =
  | { kind: "channel"; river: string; half: number; first: number[]; second: number[]; quasi?: number[] }
  | {
      kind: "reservoir";
      a_m: number;
      b_m: number;
      angle: number;
      first_m: number;
      second_m: number;
      quasi_m: number | null;
      /** First level in a water part and a land part. */
      split: boolean;
    }
  | { kind: "well"; first_m: number; second_m: number }
  | { kind: "rural"; first_m: number }
  /** Water only: no zones are drawn. */
  | { kind: "water"; a_m: number; b_m: number; angle: number };

export type River = Named & {
  order: number;
  flows_into: string | null;
  basin: string | null;
  length: string | null;
  catchment: string | null;
  note: string | null;
  confidence: Confidence;
  source: string;
  axis: Position[];
};

export type Source = Named & {
  at: Position;
  water_body: string;
  scale: string;
  state: string;
  waterworks: string | null;
  confidence: Confidence;
  zone: Zoning | null;
  aliases: string[];
};

export type Facts = {
  code: string;
  srid_gk: number;
  name_zh: string;
  name_en: string;
  parent: string;
  outline: Position[];
  outline_source: string;
  /** Themes of which the sample declares that there are none. */
  declared_none: string[];
  rivers: River[];
  sections: (Named & {
    river: string;
    at: Position;
    grade: string;
    targets: string[];
    target_source: string | null;
    basins: string[];
    confidence: Confidence;
    source: string;
  })[];
  sources: Source[];
  parks: (Named & {
    at: Position;
    width_m: number;
    height_m: number;
    park_kind: string;
    aliases: string[];
    confidence: Confidence;
    versions: ({ valid_from: string; valid_to?: string } & Record<string, string>)[];
  })[];
  areas: (Named & {
    kind: string;
    shape: Shape;
    valid_from: string;
    valid_to: string | null;
    columns: Record<string, unknown>;
  })[];
  farming: (Named & { kind: string; subject: string; shape: Shape; clear_by: string | null })[];
  black: { id: string; deadline: string }[];
  facilities: FacilityOrder[];
};

/** So many facilities of a kind, somewhere. */
export type FacilityOrder = {
  kind: string;
  n: number;
  where: {
    /** In a no-farming ban; outside of every ban. */
    ban?: boolean;
    outside_ban?: boolean;
    parks?: boolean;
    district?: boolean;
    /** Within some kilometres of a point. */
    near?: Position;
    /** On the bank of one of these rivers. */
    bank?: string[];
    /** In a control area. */
    area?: string;
    /** In a zone of a source. */
    zone?: string;
    level?: string;
  };
  close_by?: string;
  pollutants?: string[];
  industry?: string;
  approved?: boolean;
};
