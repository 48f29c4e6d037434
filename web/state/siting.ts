/** The siting check: the form, the question under way, the answer. */
import { computed, nextTick, ref, shallowRef, watch } from "vue";
import type { Activity } from "../../server/api/catalogue.ts";
import type { Action, AttributeValue, Check, CheckRequest, Finding, Replay } from "../../server/api/checks.ts";
import type { Geometry } from "../../server/api/common.ts";
import type { Example } from "../../server/api/examples.ts";
import { ApiError, getActivities, getCheck, postCheck, replayCheck } from "../client.ts";
import { type Difference, difference } from "../difference.ts";
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
/** The answer on screen is stored; a trial is not. */
export const kept = ref(true);
/** The newest stored answer of this question, and the one before it. */
const newest_kept = shallowRef<Check | null>(null);
export const baseline = shallowRef<Check | null>(null);
/** What the answer on screen changed; null when there is nothing to compare with. */
export const changes = computed<Difference | null>(() =>
  answer.value && baseline.value && baseline.value.lang === answer.value.lang ? difference(baseline.value, answer.value) : null,
);
/** Every change is tried out at once. */
export const live = ref(true);
/** A trial is under way. */
export const trying = ref(false);
/** Why the newest trial has no answer. */
export const trial_problem = shallowRef<ApiError | null>(null);
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

let newest_list = 0;
export async function loadActivities(): Promise<void> {
  const mine = ++newest_list;
  try {
    const told = await getActivities(lang.value, form.value.action, as_of.value, asked_place.value?.code);
    if (mine !== newest_list) return;
    activities.value = told;
    activities_error.value = null;
  } catch (error) {
    if (mine === newest_list) activities_error.value = asApiError(error);
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

function filledIn(): CheckRequest {
  const { name, activity: code, action, accuracy_m } = form.value;
  return {
    name: name.trim() || t("siting.unnamed"),
    activity: code,
    action,
    attributes: Object.fromEntries(
      Object.entries(form.value.attributes).filter(([, value]) => value !== "" && value !== null && value !== undefined),
    ),
    geometry: site.value!.given,
    crs: site.value!.crs,
    ...(accuracy_m > 0 ? { accuracy_m } : {}),
    ...(as_of.value ? { as_of: as_of.value } : {}),
  };
}

let newest = 0;
/** Everything that is on its way to the screen is given up. What takes its place may come only while the number returned is
 *  the newest. */
function giveWay(): number {
  cancel();
  dropTrial();
  return ++newest;
}

function dropTrial(): void {
  clearTimeout(resting);
  trial?.abort();
  trying.value = false;
  trial_problem.value = null;
}

/** Asks the service, and stores. A refusal becomes `problem`, places included; giving up leaves things as they were. */
export async function ask(): Promise<void> {
  if (missing.value.length > 0 || !site.value) return;
  giveWay();
  const mine = new AbortController();
  running = mine;
  stopDrawing();
  asked_at.value = Date.now();
  problem.value = null;
  fault_positions.value = [];
  const asking = question.value;
  try {
    const check = await postCheck(lang.value, filledIn(), mine.signal);
    if (mine.signal.aborted) return;
    baseline.value = newest_kept.value;
    newest_kept.value = check;
    kept.value = true;
    asked_with.value = asking;
    show(check);
    writeAddress({ check: check.id });
    if (check.lang !== lang.value) void sayAgain();
  } catch (error) {
    if (mine.signal.aborted) return;
    problem.value = asApiError(error);
    fault_positions.value = problem.value.errors.flatMap((fault) => (fault.position ? [fault.position] : []));
    view.value = "form";
    const [place] = fault_positions.value;
    if (place) showGeometry(preview.value ?? { type: "Point", coordinates: place });
  } finally {
    if (running === mine) asked_at.value = null;
  }
}

/** How long the hand must rest before a change is tried out. */
const REST_MS = 350;
let resting: ReturnType<typeof setTimeout> | undefined;
let trial: AbortController | undefined;

/** After an answer, a changed question is tried out at once: view, camera and records stay as they are. */
watch([question, draw_mode, live, missing], () => {
  dropTrial();
  const drawing_figure = draw_mode.value !== "idle" && draw_mode.value !== "edit";
  if (!live.value || !stale.value || missing.value.length > 0 || drawing_figure || asked_at.value !== null) return;
  resting = setTimeout(() => void tryOut(), REST_MS);
});

/** Nothing is tried out while the question itself is being asked. */
async function tryOut(): Promise<void> {
  if (asked_at.value !== null || missing.value.length > 0) return;
  trial?.abort();
  const mine = new AbortController();
  trial = mine;
  trying.value = true;
  const asking = question.value;
  try {
    const check = await postCheck(lang.value, filledIn(), mine.signal, true);
    if (mine.signal.aborted || !answer.value) return;
    if (check.lang !== lang.value) return await tryOut();
    baseline.value = newest_kept.value;
    kept.value = false;
    asked_with.value = asking;
    replace(check);
  } catch (error) {
    if (!mine.signal.aborted) trial_problem.value = asApiError(error);
  } finally {
    if (trial === mine) trying.value = false;
  }
}

export function cancel(): void {
  running?.abort();
  asked_at.value = null;
}

/** Another answer in the place of the one shown; the finding in hand stays in hand where it is still there. */
function replace(check: Check): void {
  const before = answer.value?.findings.find(({ id }) => id === selected_finding.value);
  const same = before && check.findings.find(({ rule, feature }) => rule === before.rule && feature === before.feature);
  answer.value = check;
  replay.value = null;
  selected_finding.value = same?.id ?? null;
  piece.value = same ? pieceOf(same) : null;
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
  forget();
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

/** The question of a stored check, asked anew: a copy to be changed. The check itself stays as it is. */
export async function duplicateCheck(id: string): Promise<void> {
  await openCheck(id);
  if (answer.value?.id !== id) return;
  const name = t("records.copy_name", { name: form.value.name }).slice(0, 200);
  const { attributes, ...rest } = form.value;
  forget();
  form.value = { ...rest, name, attributes };
  view.value = "form";
}

/** Opens a stored check: form, site and date as they were asked. */
export async function openCheck(id: string): Promise<void> {
  const mine = giveWay();
  openTask("siting");
  problem.value = null;
  try {
    const check = await getCheck(id, lang.value);
    if (mine !== newest) return;
    dropTrial();
    showSite({ given: check.site.geometry, crs: "EPSG:4490", origin: "check" });
    setDate(check.as_of);
    const { name, activity: code, action, attributes } = check.project;
    form.value = { name, activity: code, action, accuracy_m: check.site.accuracy_m, attributes: { ...attributes } };
    kept.value = true;
    newest_kept.value = check;
    baseline.value = null;
    show(check);
    asked_with.value = question.value;
    writeAddress({ check: id });
    if (check.lang !== lang.value) void sayAgain();
  } catch (error) {
    if (mine !== newest) return;
    problem.value = asApiError(error);
    view.value = "form";
  }
}

/** The same checks in the language now on screen; the words of stored ones were frozen in both, a trial is made again. */
async function sayAgain(): Promise<void> {
  if (!answer.value) return;
  const [words, current] = [lang.value, newest_kept.value];
  const said = async (check: Check | null) => check && (await getCheck(check.id, words));
  const isLate = () => newest_kept.value !== current || lang.value !== words;
  try {
    const [stored, before] = await Promise.all([said(current), said(baseline.value)]);
    if (isLate() || !answer.value) return;
    newest_kept.value = stored;
    // A trial is compared with the newest that is stored.
    baseline.value = kept.value ? before : stored;
    if (kept.value && stored) answer.value = stored;
    else if (answer.value.lang !== words) await tryOut();
  } catch (error) {
    if (!isLate()) problem.value = asApiError(error);
  }
}
watch(lang, () => void sayAgain());

function pieceOf(finding: Finding): { id: string; geometry: Geometry; label: string } | null {
  if (!finding.piece) return null;
  const label =
    finding.overlap_m2 !== null
      ? areaText(finding.overlap_m2)
      : finding.overlap_length_m !== null
        ? distanceText(finding.overlap_length_m)
        : "";
  return { id: finding.id, geometry: finding.piece, label };
}

/** Takes a finding in hand: its piece on the map, or the site where there is none. */
export function selectFinding(finding: Finding): void {
  selected_finding.value = finding.id;
  piece.value = pieceOf(finding);
  const shown = piece.value?.geometry ?? answer.value?.site.geometry;
  if (shown) showGeometry(shown);
}

/** Shows the piece of the finding under the pointer, the map staying where it is; null: that of the one in hand again. */
export function pointAt(finding: Finding | null): void {
  const one = finding ?? answer.value?.findings.find(({ id }) => id === selected_finding.value);
  piece.value = one ? pieceOf(one) : null;
}

export async function runReplay(): Promise<void> {
  const id = answer.value?.id;
  if (!id) return;
  replay.value = "running";
  const told = await replayCheck(id).catch(asApiError);
  if (answer.value?.id === id) replay.value = told;
}

/** No answer on screen; what was filled in stays. */
function forget(): void {
  giveWay();
  answer.value = null;
  newest_kept.value = null;
  baseline.value = null;
  kept.value = true;
  asked_with.value = "";
  piece.value = null;
  selected_finding.value = null;
  problem.value = null;
  replay.value = null;
  fault_positions.value = [];
  writeAddress({ check: null });
}

/** Back to an empty form; the stored check stays in the records. */
export function startAnew(): void {
  forget();
  view.value = "form";
  if (site.value) setSite(null);
  form.value = { name: "", activity: "", action: "new", accuracy_m: 0, attributes: {} };
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
