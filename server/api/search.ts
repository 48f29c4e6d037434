/** Wire types of `/api/search` and of what is related to a feature. */
import type { Text } from "./common.ts";

/** A feature in a list: what it is called, what it is, where it is. */
export type Place = {
  layer: string;
  /** The theme that paints it: decides words, sign and whether the map shows it. */
  theme: string;
  code: string;
  name: Text;
  /** GB/T 2260 code of the competent district; null where none is named. */
  jurisdiction: string | null;
  /** `[west, south, east, north]`, degrees (CGCS2000). */
  bbox: [number, number, number, number];
  /** A point on the feature, `[lon, lat]`. */
  position: [number, number];
};

/** `matched` is the text of the feature that answered: its name, its code, or one of its aliases. */
export type Hit = Place & { matched: string };

/** How others stand to the feature asked about. `refers_to`: it names them in `column`; `referred_by`: they name it in
 *  their `column`. `lies_in`: it is inside them; `holds`: they are inside it; `meets`: they overlap or cross; `touches`:
 *  contact alone; `coincides`: the same shape. */
export type Relation = "refers_to" | "referred_by" | "lies_in" | "holds" | "meets" | "touches" | "coincides";

export type RelatedGroup = {
  relation: Relation;
  layer: string;
  /** The column that holds the reference; null for relations of place. */
  column: string | null;
  /** All there are; `items` may be fewer. */
  total: number;
  items: Place[];
};

/** Grouped by relation, layer and column; empty where nothing is related. `as_of` is the day it answers for. */
export type Related = { as_of: string; groups: RelatedGroup[] };

/** One life of a code; `valid_to` is the first day on which it no longer holds, null while it is open. */
export type Version = { valid_from: string; valid_to: string | null; name: Text };
