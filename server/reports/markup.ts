/** HTML and SVG as text that cannot be broken by what stands in it: every value put into a template is escaped, unless it
 *  is markup made by a template itself. */

import { shown } from "./signs.ts";

/** Text that is markup already. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Value = Markup | string | number | null | undefined | false | readonly Value[];

/** `html\`<b>${name}</b>\``: lists are joined; null, undefined and false are nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  let text = parts[0]!;
  for (const [i, value] of values.entries()) text += render(value) + parts[i + 1]!;
  return new Markup(text);
}

function render(value: Value): string {
  if (value === null || value === undefined || value === false) return "";
  if (value instanceof Markup) return value.text;
  if (typeof value === "object") return value.map(render).join("");
  return escape(String(value));
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Also safe inside quoted attributes, and without what no document may hold. */
function escape(text: string): string {
  return shown(text).replace(/[&<>"']/g, (sign) => ENTITIES[sign]!);
}
