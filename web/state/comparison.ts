/** Alternatives side by side: stored checks, and sites of a screening. The address remembers them. */
import { computed, ref, shallowRef, watch } from "vue";
import type { Check, Conclusion, Effect, Finding, Outcome, ThemeStatus } from "../../server/api/checks.ts";
import type { Geometry, Lang } from "../../server/api/common.ts";
import { ApiError, getCheck } from "../client.ts";
import { lang, t } from "../messages.ts";
import { readAddress, writeAddress } from "./address.ts";
import { ready } from "./app.ts";

export const MAX_COMPARED = 20;
/** How they are called on the map and in the table. */
export const LETTERS = [..."ABCDEFGHIJKLMNOPQRST"];

/** What is set side by side, wherever it comes from. */
export type Alternative = {
  id: string;
  lang: Lang;
  name: string;
  conclusion: Conclusion;
  known: Conclusion;
  possible: Conclusion;
  complete: boolean;
  activity: string;
  as_of: string;
  site: { geometry: Geometry; area_m2: number | null; length_m: number | null; points: number | null };
  themes: { theme: string; title: string; status: ThemeStatus }[];
  findings: (Pick<Finding, "rule" | "theme" | "feature" | "overlap_m2" | "overlap_length_m" | "instrument_title" | "article"> & {
    outcome: Outcome;
    effect: Effect;
    conclusion: Conclusion;
  })[];
  /** Where it stands: a stored check, or a row of a screening. */
  from: { check: string } | { screening: string; n: number };
};

/** The key of a row of a screening; that of a check is its id. */
export function siteKey(screening: string, n: number): string {
  return `${screening}.${n}`;
}

/** Ids of checks and keys of screened sites, in the order they were taken in. */
export const compared = ref<string[]>((readAddress("compare") ?? "").split(",").filter(Boolean).slice(0, MAX_COMPARED));
export const comparison_open = ref(compared.value.length > 1);
export const comparison_error = shallowRef<ApiError | null>(null);
const loaded = shallowRef<ReadonlyMap<string, Alternative>>(new Map());

/** Those that have come, in order; in the language of the screen. */
export const alternatives = computed<Alternative[]>(() => compared.value.flatMap((id) => loaded.value.get(id) ?? []));

/** False when there are as many as can be. The second opens the comparison, unless more are to be taken in first. */
export function takeIn(id: string, open = true): boolean {
  if (compared.value.includes(id)) return true;
  if (compared.value.length >= MAX_COMPARED) return false;
  compared.value = [...compared.value, id];
  if (open && compared.value.length > 1) comparison_open.value = true;
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

let newest = 0;
watch(
  [compared, lang, ready],
  async () => {
    const mine = ++newest;
    writeAddress({ compare: compared.value.length > 0 ? compared.value.join(",") : null });
    if (!ready.value) return;
    comparison_error.value = null;
    const words = lang.value;
    const known = (id: string) => {
      const check = loaded.value.get(id);
      return check?.lang === words ? check : undefined;
    };
    try {
      const checks = await Promise.all(compared.value.map(async (id) => known(id) ?? (await read(id, words))));
      if (mine === newest) loaded.value = new Map(checks.map((check) => [check.id, check]));
    } catch (error) {
      if (mine === newest) comparison_error.value = error instanceof ApiError ? error : new ApiError({ status: 0 });
    }
  },
  { immediate: true },
);

async function read(id: string, words: Lang): Promise<Alternative> {
  const [screening, n] = id.split(".");
  return n === undefined ? ofCheck(await getCheck(id, words)) : readSite(screening!, Number(n), words);
}

function ofCheck(check: Check): Alternative {
  const { id, project } = check;
  return { ...check, name: project.name, activity: `${project.activity_title} · ${project.action_title}`, from: { check: id } };
}

/** Throws ApiError, also for a row that has no answer: there is nothing to compare then. */
async function readSite(screening: string, n: number, words: Lang): Promise<Alternative> {
  const { getScreenedSite } = await import("../runs_client.ts");
  const { result, name, activity, activity_title, action, request } = await getScreenedSite(words, screening, n);
  if (!result) throw new ApiError({ status: 422, title: t("compare.title"), detail: t("compare.no_answer", { n }) });
  return {
    ...result,
    id: siteKey(screening, n),
    lang: words,
    name: name ?? String(n),
    activity: `${activity_title ?? activity ?? ""} · ${action ? t(`action.${action}`) : ""}`,
    as_of: request.as_of ?? "",
    site: result,
    from: { screening, n },
  };
}
