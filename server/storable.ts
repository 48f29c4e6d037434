/** Texts that the database can hold: PostgreSQL knows neither NUL nor half of a surrogate pair, and refuses the whole statement. */

/** Whether the database can hold it as text. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

/** The text, with U+FFFD for what the database cannot hold. */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\ufffd");
}

/** JSON pointers, below `pointer`, to the texts and names in the value that the database cannot hold; the first twenty. */
export function unstorableIn(value: unknown, pointer: string): string[] {
  const found: string[] = [];
  // No recursion: a body may be nested deeper than the stack.
  const left: { value: unknown; pointer: string }[] = [{ value, pointer }];
  for (let next = left.pop(); next && found.length < 20; next = left.pop()) {
    const { value: each, pointer: at } = next;
    if (typeof each === "string" && !isStorable(each)) found.push(at);
    if (typeof each !== "object" || each === null) continue;
    for (const [name, inner] of Object.entries(each).toReversed()) {
      const below = `${at}/${storable(name).replaceAll("~", "~0").replaceAll("/", "~1").slice(0, 80)}`;
      if (!isStorable(name)) found.push(below);
      left.push({ value: inner, pointer: below });
    }
  }
  return found.slice(0, 20);
}
