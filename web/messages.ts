/** The words on the screen: fetched once per language, `{name}` and `{name|one|many}` holes filled. */
import { ref, shallowRef } from "vue";
import type { Lang } from "../server/api/common.ts";
import { getMessages } from "./client.ts";
import { early, firstLang, storeLang } from "./early.ts";
import { writeAddress } from "./state/address.ts";

/** The language of the screen; set by `useLang` only. */
export const lang = ref<Lang>(firstLang());
const words = shallowRef<Record<string, string>>({});

const COUNTED = /\{(\w+)\|((?:[^{}|]|\{\w+\})*)\|((?:[^{}|]|\{\w+\})*)\}/g;

/** The message `key`; the key itself when the service does not have it, so that the gap is seen. */
export function t(key: string, params: Record<string, unknown> = {}): string {
  return (words.value[key] ?? key)
    .replace(COUNTED, (_, name: string, one: string, many: string) => (String(params[name]) === "1" ? one : many))
    .replace(/\{(\w+)\}/g, (hole, name: string) => (name in params ? String(params[name]) : hole));
}

/** True when the service has words for `key`. */
export function hasWords(key: string): boolean {
  return key in words.value;
}

/** Switches the screen to `next`, and remembers it in this browser and in the address. Throws ApiError. */
export async function useLang(next: Lang): Promise<void> {
  words.value = await early(`messages ${next}`, () => getMessages(next));
  lang.value = next;
  document.documentElement.lang = next === "zh" ? "zh-CN" : "en";
  document.title = t("app.title");
  writeAddress({ lang: next });
  storeLang(next);
}
