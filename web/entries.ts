/** The lines of a table that is drawn only where it is seen: groups, rows, and where more is to come. */

export type Entry<T> =
  | { kind: "group"; key: string; title: string; count: number; open: boolean }
  | { kind: "row"; key: string; item: T }
  /** The rest of `group` is asked for when this line comes in sight. */
  | { kind: "more"; key: string; group: string };

/** `track` is the column's width in CSS grid. */
export type Column = { key: string; title: string; track: string; end?: boolean };
