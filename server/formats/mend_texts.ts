/** Texts of a file that the database cannot hold, made so that it can, and told: whatever the format, one bad character must not
 *  make the whole upload fail. */
import { isStorable, storable } from "../storable.ts";
import type { FormatNote, ReadLayer } from "./format.ts";

/** The layer with U+FFFD for what cannot be stored in names, values, faults and notes, and a note that counts the names and values. */
export function mendTexts(layer: ReadLayer): ReadLayer {
  const mended = { count: 0 };
  const nameOf = renaming(mended);
  const fields = layer.fields.map((field) => ({ ...field, name: nameOf(field.name) }));
  const renamed = fields.some(({ name }, i) => name !== layer.fields[i]!.name);
  const features = layer.features.map((feature) => {
    const entries = Object.entries(feature.properties);
    if (!renamed && entries.every(([, value]) => isSound(value))) return feature;
    return { ...feature, properties: Object.fromEntries(entries.map(([name, value]) => [nameOf(name), valueOf(value, mended)])) };
  });
  const note = { code: "texts_mended", params: { count: mended.count }, row: null, position: null };
  return {
    ...layer,
    name: storable(layer.name),
    fields,
    features,
    declared: layer.declared && { ...layer.declared, text: storable(layer.declared.text) },
    faults: layer.faults.map(mendNote),
    notes: [...layer.notes.map(mendNote), ...(mended.count > 0 ? [note] : [])],
    ...(layer.table ? { table: valueOf(layer.table, { count: 0 }) as ReadLayer["table"] & object } : {}),
  };
}

/** What a note quotes may be cut in the middle of a character. */
export function mendNote(note: FormatNote): FormatNote {
  return { ...note, params: valueOf(note.params, { count: 0 }) as FormatNote["params"] };
}

/** Of nearly all values: nothing to do, nothing to copy. */
function isSound(value: unknown): boolean {
  return typeof value === "string" ? isStorable(value) : typeof value !== "object" || value === null;
}

type Counted = { count: number };

function valueOf(value: unknown, mended: Counted): unknown {
  if (typeof value === "string") {
    if (isStorable(value)) return value;
    mended.count += 1;
    return storable(value);
  }
  if (Array.isArray(value)) return value.map((each) => valueOf(each, mended));
  if (typeof value !== "object" || value === null) return value;
  const nameOf = renaming(mended);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [nameOf(name), valueOf(each, mended)]));
}

/** Names that differ stay different, or one of their values would be lost. */
function renaming(mended: Counted): (name: string) => string {
  const known = new Map<string, string>();
  const taken = new Set<string>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const plain = storable(name);
    let free = plain;
    for (let n = 2; taken.has(free); n += 1) free = `${plain}_${n}`;
    if (free !== name) mended.count += 1;
    known.set(name, free);
    taken.add(free);
    return free;
  };
}
