/** The one catalogue of words: `messages/<area>.<lang>.json`, flat keys, `{name}` and `{name|one|many}` holes. Read once, frozen. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Lang, Text } from "./api/common.ts";

export const LANGS: readonly Lang[] = ["zh", "en"];

function readAll(lang: Lang): Readonly<Record<string, string>> {
  const folder = join(import.meta.dirname, "messages");
  const all: Record<string, string> = {};
  for (const file of readdirSync(folder).toSorted()) {
    if (!file.endsWith(`.${lang}.json`)) continue;
    for (const [key, text] of Object.entries(JSON.parse(readFileSync(join(folder, file), "utf8")) as Record<string, string>)) {
      if (key in all) throw new Error(`Message "${key}" stands in two files; the second is ${file}.`);
      all[key] = text;
    }
  }
  return Object.freeze(all);
}

const catalogues: Record<Lang, Readonly<Record<string, string>>> = { zh: readAll("zh"), en: readAll("en") };

/** Every message of one language, for the web application. */
export function messages(lang: Lang): Readonly<Record<string, string>> {
  return catalogues[lang];
}

export function hasMessage(key: string): boolean {
  return key in catalogues.zh;
}

/** The message `key` in `lang`, holes filled. Throws when there is none: a missing word is a fault of the program. */
export function say(lang: Lang, key: string, params: Record<string, unknown> = {}): string {
  const text = catalogues[lang][key];
  if (text === undefined) throw new Error(`There is no message "${key}" in ${lang}.`);
  return fill(text, params);
}

const COUNTED = /\{(\w+)\|((?:[^{}|]|\{\w+\})*)\|((?:[^{}|]|\{\w+\})*)\}/g;

/** Fills the holes of a text: `{count}` takes the value, `{count|row|rows}` the first words for 1 and else the second. */
function fill(text: string, params: Record<string, unknown>): string {
  return text
    .replace(COUNTED, (_, name: string, one: string, many: string) => (String(params[name]) === "1" ? one : many))
    .replace(/\{(\w+)\}/g, (hole, name: string) => (name in params ? String(params[name]) : hole));
}

/** The message in both languages; params that are texts are picked per language. */
export function sayBoth(key: string, params: Record<string, unknown> = {}): Text {
  const of = (lang: Lang) =>
    say(
      lang,
      key,
      Object.fromEntries(Object.entries(params).map(([name, value]) => [name, isText(value) ? value[lang] : value])),
    );
  return { zh: of("zh"), en: of("en") };
}

/** What data say of themselves comes in one text, at times in both languages: "中文 / English", no Chinese in the second half,
 *  two words or more. Then the half in `lang`; any other text whole. */
const BOTH = /^(?=.*\p{Script=Han}.* \/ )(.+?) \/ ((?=.*[A-Za-z]{3}.*[^A-Za-z].*[A-Za-z]{3})[^\p{Script=Han}]+)$/su;

export function halfIn<T extends string | null>(lang: Lang, text: T): T {
  const halves = text === null ? null : BOTH.exec(text);
  return halves ? (halves[lang === "zh" ? 1 : 2] as T) : text;
}

/** A claim of coverage with what it says of itself in `lang`. */
export function claimIn<C extends object>(lang: Lang, claim: C): C {
  const said = ["source", "licence", "document", "declared_by"].filter((name) => typeof claim[name as keyof C] === "string");
  return { ...claim, ...Object.fromEntries(said.map((name) => [name, halfIn(lang, claim[name as keyof C] as string)])) };
}

export function isText(value: unknown): value is Text {
  return typeof value === "object" && value !== null && "zh" in value && "en" in value;
}
