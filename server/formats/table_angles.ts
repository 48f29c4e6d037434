/** Angles that a table spreads over three columns, degrees, minutes and seconds: joined to one. */

const HEADER_ROWS = 20;

const DEGREES = /^(.*?)[（(]?\s*(度|°|d|deg|degrees?)\s*[)）]?$/i;
const MINUTES = /^(.*?)[（(]?\s*(分|′|'|m|min|minutes?)\s*[)）]?$/i;
const SECONDS = /^(.*?)[（(]?\s*(秒|″|"|s|sec|seconds?)\s*[)）]?$/i;

/** Columns at which three stand that say degrees, minutes and seconds; `name` is what they are the parts of. */
type Triple = { at: number; name: string };

/** The table with each three columns as one, its cells as `105°57′00″`; the same table where there are none. The name stands with the
 *  parts (`经度(度)`) or above them, over the first of the three. */
export function joinAngles(rows: unknown[][]): unknown[][] {
  for (const [header, row] of rows.slice(0, HEADER_ROWS).entries()) {
    const triples = triplesOf(row, rows[header - 1] ?? []);
    if (triples.length > 0) return rows.map((cells, i) => joined(cells, i, header, triples));
  }
  return rows;
}

function triplesOf(row: readonly unknown[], above: readonly unknown[]): Triple[] {
  const text = (cell: unknown) => String(cell ?? "").trim();
  const triples: Triple[] = [];
  for (let at = 0; at + 2 < row.length; at += 1) {
    const stems = [DEGREES, MINUTES, SECONDS].map((part, i) => part.exec(text(row[at + i]))?.[1]!.trim());
    // 经度 ends with the word for degrees: only the three together are parts.
    const [stem] = stems;
    if (stem === undefined || stems.some((each) => each !== stem)) continue;
    const name = stem || text(above[at]);
    if (name !== "") triples.push({ at, name });
    at += 2;
  }
  return triples;
}

function joined(cells: readonly unknown[], row: number, header: number, triples: readonly Triple[]): unknown[] {
  const copy = [...cells];
  for (const { at, name } of triples.toReversed()) {
    const parts = copy.slice(at, at + 3).map((part) => String(part ?? "").trim());
    // A heading over merged cells says the same in each, as an empty row says nothing.
    const same = parts.every((part) => part === parts[0] && (part === "" || /\p{L}/u.test(part)));
    const angle = same ? parts[0] || null : `${parts[0]}°${parts[1]}′${parts[2] === "" ? "" : `${parts[2]}″`}`;
    copy.splice(at, 3, row > header ? angle : row === header ? name : (copy[at] ?? null));
  }
  return copy;
}
