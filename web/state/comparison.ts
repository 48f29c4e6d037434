/** Up to four stored checks side by side. The address remembers them. */
import { computed, ref, shallowRef, watch } from "vue";
import type { Check } from "../../server/api/checks.ts";
import { ApiError, getCheck } from "../client.ts";
import { lang } from "../messages.ts";
import { readAddress, writeAddress } from "./address.ts";
import { ready } from "./app.ts";

export const MAX_COMPARED = 4;
/** How they are called on the map and in the table. */
export const LETTERS = ["A", "B", "C", "D"] as const;

/** Ids, in the order they were taken in. */
export const compared = ref<string[]>((readAddress("compare") ?? "").split(",").filter(Boolean).slice(0, MAX_COMPARED));
export const comparison_open = ref(compared.value.length > 1);
export const comparison_error = shallowRef<ApiError | null>(null);
const loaded = shallowRef<ReadonlyMap<string, Check>>(new Map());

/** Those that have come, in order; in the language of the screen. */
export const alternatives = computed<Check[]>(() => compared.value.flatMap((id) => loaded.value.get(id) ?? []));

/** False when four are there already. */
export function takeIn(id: string): boolean {
  if (compared.value.includes(id)) return true;
  if (compared.value.length >= MAX_COMPARED) return false;
  compared.value = [...compared.value, id];
  if (compared.value.length > 1) comparison_open.value = true;
  return true;
}

export function takeOut(id: string): void {
  compared.value = compared.value.filter((one) => one !== id);
  if (compared.value.length < 2) comparison_open.value = false;
}

export function endComparison(): void {
  compared.value = [];
  comparison_open.value = false;
}

watch(
  [compared, lang, ready],
  async () => {
    writeAddress({ compare: compared.value.length > 0 ? compared.value.join(",") : null });
    if (!ready.value) return;
    comparison_error.value = null;
    const words = lang.value;
    const known = (id: string) => {
      const check = loaded.value.get(id);
      return check?.lang === words ? check : undefined;
    };
    try {
      const checks = await Promise.all(compared.value.map(async (id) => known(id) ?? (await getCheck(id, words))));
      if (lang.value === words) loaded.value = new Map(checks.map((check) => [check.id, check]));
    } catch (error) {
      comparison_error.value = error instanceof ApiError ? error : new ApiError({ status: 0 });
    }
  },
  { immediate: true },
);
