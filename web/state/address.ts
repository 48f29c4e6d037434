/** What the address bar remembers: language, date, task, check, checks compared, sweep and screening shown, feature opened
 *  (`layer/code`), themes shown and hidden against the beginning, layers made fainter, filters of the catalogue and its open
 *  rule. The map keeps its own place in the hash. */
export type AddressKey =
  | "lang"
  | "date"
  | "task"
  | "check"
  | "compare"
  | "sweep"
  | "screening"
  | "show"
  | "hide"
  | "fade"
  | "ground"
  | "feature"
  | "rules"
  | "rule"
  | "test";

export function readAddress(key: AddressKey): string | undefined {
  return new URLSearchParams(location.search).get(key) ?? undefined;
}

/** Sets or (null) removes keys without a new entry in the history. */
export function writeAddress(change: Partial<Record<AddressKey, string | null>>): void {
  const url = new URL(location.href);
  for (const [key, value] of Object.entries(change)) {
    if (value === null) url.searchParams.delete(key);
    else url.searchParams.set(key, value);
  }
  history.replaceState(history.state, "", url);
}

/** The link to what is on screen: position, date (today's too, so that the view stays what it is), language, layers,
 *  open panel, check and comparison. */
export function shareLink(day: string): string {
  const url = new URL(location.href);
  url.searchParams.delete("test");
  url.searchParams.set("date", day);
  return url.href;
}

/** The link that opens a feature (`layer/code`) as it is on `day`, in the language of the screen. */
export function featureLink(feature: string, day: string): string {
  const url = new URL(location.href);
  url.search = "";
  url.hash = "";
  url.searchParams.set("feature", feature);
  url.searchParams.set("date", day);
  const lang = readAddress("lang");
  if (lang) url.searchParams.set("lang", lang);
  return url.href;
}

/** The link that opens check `id` again, in the language of the screen. */
export function checkLink(id: string): string {
  const url = new URL(location.href);
  url.search = "";
  url.hash = "";
  url.searchParams.set("check", id);
  const lang = readAddress("lang");
  if (lang) url.searchParams.set("lang", lang);
  return url.href;
}
