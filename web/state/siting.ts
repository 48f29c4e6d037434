/** The siting check: the form, the question under way, the answer. */
import { computed, nextTick, ref, shallowRef, watch } from "vue";
import type { Activity } from "../../server/api/catalogue.ts";
import type { Action, AttributeValue, Check, Finding, Replay } from "../../server/api/checks.ts";
import type { Geometry } from "../../server/api/common.ts";
import type { Example } from "../../server/api/examples.ts";
import { ApiError, getActivities, getCheck, isAborted, postCheck, replayCheck } from "../client.ts";
import { areaText, distanceText } from "../format.ts";
import { lang, t } from "../messages.ts";
import { readAddress, writeAddress } from "./address.ts";
import { as_of, openTask, phone, setDate, sheet } from "./app.ts";
import { fault_positions, piece, showGeometry, stopDrawing } from "./map_view.ts";
import { asked_place } from "./places.ts";
import { draw_mode, preview, setSite, showSite, site } from "./site.ts";

export const ACTIONS: readonly Action[] = ["new", "rebuilt", "expanded", "existing", "operating"];

export const activities = shallowRef<Activity[]>([]);
export const activities_error = shallowRef<ApiError | null>(null);
export const form = ref({
  name: "",
  activity: "",
  action: "new" as Action,
  accuracy_m: 0,
  attributes: {} as Record<string, AttributeValue>,
});
export const view = ref<"form" | "answer">("form");
export const answer = shallowRef<Check | null>(null);
export const problem = shallowRef<ApiError | null>(null);
/** When the question under way was asked (ms); null when none is. */
export const asked_at = ref<number | null>(null);
export const selected_finding = ref<string | null>(null);
export const replay = shallowRef<Replay | "running" | ApiError | null>(null);
/** Name of the attribute field to bring into view; each wish is a new object. */
export const wanted_attribute = shallowRef<{ name: string } | null>(null);
/** What the answer on screen was asked with. */
const asked_with = ref("");

export const activity = computed(() => activities.value.find((one) => one.code === form.value.activity));
/** Attributes whose value can change the answer, and the others. */
export const asked_attributes = computed(() => activity.value?.attributes.filter((one) => one.decides.length > 0) ?? []);
export const other_attributes = computed(() => activity.value?.attributes.filter((one) => one.decides.length === 0) ?? []);

/** Message keys of what must still be given. */
export const missing = computed(() => {
  const keys: string[] = [];
  if (draw_mode.value === "polygon" || draw_mode.value === "line") keys.push("siting.missing.unfinished");
  else if (!site.value) keys.push("siting.missing.site");
  if (!form.value.activity) keys.push("siting.missing.activity");
  else if (activity.value && !activity.value.actions.includes(form.value.action)) keys.push("siting.missing.action");
  return keys;
});

const question = computed(() => JSON.stringify([site.value?.given, site.value?.crs, form.value, as_of.value]));
/** The form has changed since the answer was given. */
export const stale = computed(() => answer.value !== null && asked_with.value !== "" && asked_with.value !== question.value);

let running: AbortController | undefined;

export async function loadActivities(): Promise<void> {
  try {
    activities.value = await getActivities(lang.value, form.value.action, as_of.value, asked_place.value?.code);
    activities_error.value = null;
  } catch (error) {
    activities_error.value = asApiError(error);
  }
}
watch([lang, () => form.value.action, as_of, () => asked_place.value?.code], () => void loadActivities());
watch(
  () => form.value.activity,
  () => {
    const allowed = activity.value?.actions;
    if (allowed && !allowed.includes(form.value.action) && allowed[0]) form.value.action = allowed[0];
    const names = new Set(activity.value?.attributes.map((one) => one.name));
    // Until the list has come, a stored check's values are kept.
    if (activity.value)
      form.value.attributes = Object.fromEntries(Object.entries(form.value.attributes).filter(([name]) => names.has(name)));
  },
);

/** Asks the service. A refusal becomes `problem`, places included; giving up leaves things as they were. */
export async function ask(): Promise<void> {
  if (missing.value.length > 0 || !site.value) return;
  running?.abort();
  const mine = new AbortController();
  running = mine;
  stopDrawing();
  asked_at.value = Date.now();
  problem.value = null;
  fault_positions.value = [];
  const asking = question.value;
  const { name, activity: code, action, accuracy_m } = form.value;
  const attributes = Object.fromEntries(
    Object.entries(form.value.attributes).filter(([, value]) => value !== "" && value !== null && value !== undefined),
  );
  try {
    const check = await postCheck(
      lang.value,
      {
        name: name.trim() || t("siting.unnamed"),
        activity: code,
        action,
        attributes,
        geometry: site.value.given,
        crs: site.value.crs,
        ...(accuracy_m > 0 ? { accuracy_m } : {}),
        ...(as_of.value ? { as_of: as_of.value } : {}),
      },
      mine.signal,
    );
    show(check);
    asked_with.value = asking;
    writeAddress({ check: check.id });
  } catch (error) {
    if (isAborted(error)) return;
    problem.value = asApiError(error);
    fault_positions.value = problem.value.errors.flatMap((fault) => (fault.position ? [fault.position] : []));
    view.value = "form";
    const [place] = fault_positions.value;
    if (place) showGeometry(preview.value ?? { type: "Point", coordinates: place });
  } finally {
    if (running === mine) asked_at.value = null;
  }
}

export function cancel(): void {
  running?.abort();
  asked_at.value = null;
}

function show(check: Check): void {
  answer.value = check;
  replay.value = null;
  selected_finding.value = null;
  piece.value = null;
  problem.value = null;
  view.value = "answer";
  if (phone.value) sheet.value = "half";
  showGeometry(check.site.geometry);
}

/** Takes the mended geometry, once the user has said so. */
export function acceptRepair(geometry: Geometry): void {
  setSite({ given: geometry, crs: "EPSG:4490", origin: "repair" });
  problem.value = null;
  fault_positions.value = [];
}

/** Fills form, site and date as an example has them, and asks at once. */
export async function openExample({ request }: Example): Promise<void> {
  openTask("siting");
  showSite({ given: request.geometry, crs: request.crs ?? "EPSG:4326", origin: "example" });
  setDate(request.as_of);
  const { name, activity: code, action, accuracy_m = 0, attributes = {} } = request;
  form.value = { name, activity: code, action, accuracy_m, attributes: { ...attributes } };
  if (preview.value) showGeometry(preview.value);
  // The form settles first: it drops what the activity does not ask.
  await nextTick();
  await ask();
}

/** Opens a stored check: form, site and date as they were asked. */
export async function openCheck(id: string): Promise<void> {
  openTask("siting");
  problem.value = null;
  try {
    const check = await getCheck(id, lang.value);
    showSite({ given: check.site.geometry, crs: "EPSG:4490", origin: "check" });
    setDate(check.as_of);
    const { name, activity: code, action, attributes } = check.project;
    form.value = { name, activity: code, action, accuracy_m: check.site.accuracy_m, attributes: { ...attributes } };
    show(check);
    asked_with.value = question.value;
    writeAddress({ check: id });
  } catch (error) {
    problem.value = asApiError(error);
    view.value = "form";
  }
}

/** The same check in the language now on screen; its words were frozen in both. */
watch(lang, async (next) => {
  const current = answer.value;
  if (!current) return;
  try {
    const check = await getCheck(current.id, next);
    if (answer.value?.id === check.id) answer.value = check;
  } catch (error) {
    problem.value = asApiError(error);
  }
});

export function selectFinding(finding: Finding): void {
  selected_finding.value = finding.id;
  if (!finding.piece) {
    piece.value = null;
    if (answer.value) showGeometry(answer.value.site.geometry);
    return;
  }
  const label =
    finding.overlap_m2 !== null
      ? areaText(finding.overlap_m2)
      : finding.overlap_length_m !== null
        ? distanceText(finding.overlap_length_m)
        : "";
  piece.value = { id: finding.id, geometry: finding.piece, label };
  showGeometry(finding.piece);
}

export async function runReplay(): Promise<void> {
  if (!answer.value) return;
  replay.value = "running";
  try {
    replay.value = await replayCheck(answer.value.id);
  } catch (error) {
    replay.value = asApiError(error);
  }
}

/** Back to an empty form; the stored check stays in the records. */
export function startAnew(): void {
  cancel();
  answer.value = null;
  asked_with.value = "";
  piece.value = null;
  selected_finding.value = null;
  problem.value = null;
  replay.value = null;
  fault_positions.value = [];
  view.value = "form";
  if (site.value) setSite(null);
  form.value = { name: "", activity: "", action: "new", accuracy_m: 0, attributes: {} };
  writeAddress({ check: null });
}

export function wantAttribute(name: string): void {
  view.value = "form";
  if (phone.value) sheet.value = "full";
  wanted_attribute.value = { name };
}

/** What the address asks for when the page opens. */
export async function resume(): Promise<void> {
  await loadActivities();
  const id = readAddress("check");
  if (id) await openCheck(id);
}

function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError({ status: 0 });
}
