/** What the whole screen shares: the service's landing, the date, the task at hand, the width of things. */
import { computed, ref, shallowRef } from "vue";
import type { Landing } from "../../server/api/collections.ts";
import { ApiError, getLanding } from "../client.ts";
import { early, firstDate } from "../early.ts";
import { lang, useLang } from "../messages.ts";
import { readAddress, writeAddress } from "./address.ts";

/** `feature`, `print` and `help` are no tasks of the rail: they open with what was chosen on the map, in the search or in the bar. */
export type Task =
  | "layers"
  | "siting"
  | "screening"
  | "sweep"
  | "examples"
  | "records"
  | "catalogue"
  | "data"
  | "feature"
  | "print"
  | "help";
export const TASKS: readonly Exclude<Task, "feature" | "print" | "help">[] = [
  "layers",
  "siting",
  "screening",
  "sweep",
  "examples",
  "records",
  "catalogue",
  "data",
];

/** Heights of the sheet on a phone. */
export type SheetHeight = "peek" | "half" | "full";

export const landing = shallowRef<Landing | null>(null);
/** Set when the service cannot be reached or refuses; nothing else can work then. */
export const outage = shallowRef<ApiError | null>(null);
export const ready = ref(false);
export const task = ref<Task | null>(firstTask());
export const sheet = ref<SheetHeight>("half");
export const phone = ref(matchMedia("(max-width: 760px)").matches);
export const as_of = ref<string | undefined>(firstDate());

/** Grows when what the service has for the day on the screen may be otherwise than it was read. */
export const data_version = ref(0);

matchMedia("(max-width: 760px)").addEventListener("change", (event) => (phone.value = event.matches));

/** The day that every map and check answers for. */
export const day = computed(() => as_of.value ?? landing.value?.today ?? "");
export const is_today = computed(() => as_of.value === undefined || as_of.value === landing.value?.today);

/** Words and landing; false when the service could not be reached, with `outage` set. */
export async function start(): Promise<boolean> {
  outage.value = null;
  try {
    const [, answer] = await Promise.all([useLang(lang.value), early(`landing ${lang.value}`, () => getLanding(lang.value))]);
    landing.value = answer;
    ready.value = true;
    return true;
  } catch (error) {
    outage.value = error instanceof ApiError ? error : new ApiError({ status: 0 });
    return false;
  }
}

/** Asks the service for today where the day has changed since: a page may stay open over midnight. */
export async function renewToday(): Promise<void> {
  if (!landing.value || landing.value.today === todayHere()) return;
  const { today } = landing.value;
  try {
    landing.value = await getLanding(lang.value);
  } catch {
    return; // Asked again within a minute.
  }
  if (as_of.value === undefined && landing.value.today !== today) data_version.value++;
}
/** In Asia/Shanghai, by the clock of this computer. */
function todayHere(): string {
  return new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
}
setInterval(() => void renewToday(), 60_000);
addEventListener("focus", () => void renewToday());
document.addEventListener("visibilitychange", () => void renewToday());

export function openTask(next: Task | null): void {
  task.value = next;
  if (sheet.value === "peek") sheet.value = "half";
  // The feature stands in the address by its own key.
  writeAddress(next === "feature" ? { task: null } : { task: next, feature: null });
}

/** Undefined: today, whatever day it is when the page is opened again. */
export function setDate(date: string | undefined): void {
  as_of.value = date === landing.value?.today ? undefined : date;
  writeAddress({ date: as_of.value ?? null });
}

function firstTask(): Task | null {
  if (readAddress("feature")) return "feature";
  const asked = readAddress("task");
  return ([...TASKS, "print", "help"] as const).find((one) => one === asked) ?? "siting";
}
