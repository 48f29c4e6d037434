/** What every screen needs first, asked for while the program itself is still on its way: landing, words, style and the
 *  tiles' description. Small on purpose: it comes before Vue and MapLibre. */
import type { StyleSpecification } from "maplibre-gl";
import type { Lang } from "../server/api/common.ts";
import { getLanding, getMessages, getStyle, getTileJson } from "./client.ts";
import { readAddress } from "./state/address.ts";

const STORED = "shuijie.lang";

/** The address wins, then what was chosen before; a new user reads Chinese. */
export function firstLang(): Lang {
  const asked = readAddress("lang") ?? stored();
  return asked === "en" ? "en" : "zh";
}

function stored(): string | null {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}

/** Keeps the language for the next visit. */
export function storeLang(lang: Lang): void {
  try {
    localStorage.setItem(STORED, lang);
  } catch {
    // A browser that stores nothing still has the address.
  }
}

/** The day that the address asks for; undefined: today. */
export function firstDate(): string | undefined {
  const asked = readAddress("date");
  return asked !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(asked) ? asked : undefined;
}

type Asked = { promise: Promise<unknown>; value?: unknown };
const asked = new Map<string, Asked>();

/** An answer that fails before it is wanted is forgotten: by then the service may be there. */
function ask(key: string, promise: Promise<unknown>): void {
  const one: Asked = { promise };
  asked.set(key, one);
  promise.then(
    (value) => (one.value = value),
    () => asked.delete(key),
  );
}

/** Asks for everything at once, in the first language and for the first date. */
export function askEarly(): void {
  const lang = firstLang();
  const date = firstDate();
  ask(`landing ${lang}`, getLanding(lang));
  ask(`messages ${lang}`, getMessages(lang));
  ask(styleKey(lang, date), readStyle(lang, date));
}

/** What was asked early under `key`, once; after that, `anew`. */
export function early<T>(key: string, anew: () => Promise<T>): Promise<T> {
  const one = asked.get(key);
  asked.delete(key);
  return one ? (one.promise as Promise<T>) : anew();
}

/** The style asked early when it has come already, once. */
export function earlyStyle(lang: Lang, date: string | undefined): StyleSpecification | undefined {
  const key = styleKey(lang, date);
  const style = asked.get(key)?.value as StyleSpecification | undefined;
  if (style) asked.delete(key);
  return style;
}

export function styleKey(lang: Lang, date: string | undefined): string {
  return `style ${lang} ${date ?? ""}`;
}

const described = new Map<string, Promise<object>>();

/** The style with the description of its tiles put in where its sources name one, which saves the map a request. A
 *  description that does not come is left for the map to ask. Throws ApiError. */
export async function readStyle(lang: Lang, date: string | undefined): Promise<StyleSpecification> {
  const style = await getStyle(lang, date);
  await Promise.all(
    Object.values(style.sources).map(async (source) => {
      if (source.type !== "vector" || source.url === undefined) return;
      const { url } = source;
      if (!described.has(url)) described.set(url, describe(url));
      try {
        Object.assign(source, await described.get(url));
        delete source.url;
      } catch {
        described.delete(url);
      }
    }),
  );
  return style;
}

/** What the service has may cover more, or less, than it did. */
export function forgetTiles(): void {
  described.clear();
}

async function describe(url: string): Promise<object> {
  const { tiles, bounds, minzoom, maxzoom } = await getTileJson(url);
  return { tiles, bounds, minzoom, maxzoom };
}
