/** What came through the door: sent, read, looked at in the reference systems that it may be in, and put to one of its uses.
 *  Loaded when something comes in. */
import { computed, ref, shallowRef, watch } from "vue";
import type {
  Apply,
  Import,
  ImportCandidate,
  LayerOfImport,
  ReadAgain,
  ScreeningOfImport,
  SiteOfImport,
} from "../../server/api/imports.ts";
import { type ApiError, isAborted } from "../client.ts";
import { applyImport, getImport, type Look, postImport, readImportAgain, type Upload } from "../data_client.ts";
import type { Purpose } from "../door.ts";
import { lang } from "../messages.ts";
import { openTask, phone, sheet } from "./app.ts";
import { district, section } from "./dataroom.ts";
import { fault_positions, orderMap, piece, showGeometry, stopDrawing, uploaded } from "./map_view.ts";
import { asApiError } from "./run.ts";
import { setSite } from "./site.ts";
import { form, view } from "./siting.ts";

/** Shapes drawn of one upload. */
export const DRAWN = 1000;

export type Tried = Pick<ImportCandidate, "crs" | "swap">;

export const stage = ref<"empty" | "sending" | "reading" | "ready">("empty");
/** Share that has been sent, 0 to 1. */
export const sent = ref(0);
/** In the reference system that counts now. */
export const upload = shallowRef<Import | null>(null);
/** In the one that is pointed at. */
const pointed = shallowRef<Import | null>(null);
export const upload_error = shallowRef<ApiError | null>(null);
export const purpose = ref<Purpose>("layer");
/** A person's choice; null: the file's own, where it is certain. */
export const chosen = shallowRef<Tried | null>(null);
/** Mended shapes are taken. */
export const repair = ref(false);
export const applying = ref(false);
/** What was written into a layer last. */
export const result = shallowRef<LayerOfImport | null>(null);

/** A reference system is settled: declared and not contradicted, or chosen. */
export const settled = computed(
  () => upload.value !== null && upload.value.crs.refused === null && upload.value.crs.used !== null,
);

let sending: AbortController | undefined;
let looks = new Map<string, Promise<Import>>();

export async function takeIn(given: Upload, wanted: Purpose): Promise<void> {
  clear();
  stopDrawing();
  purpose.value = wanted;
  section.value = "import";
  openTask("data");
  const mine = new AbortController();
  sending = mine;
  stage.value = "sending";
  const words = lang.value;
  try {
    const told = await postImport(
      words,
      given,
      (share) => {
        sent.value = share;
        if (share >= 1 && stage.value === "sending") stage.value = "reading";
      },
      mine.signal,
    );
    if (mine.signal.aborted) return;
    upload.value = told;
    await look(null, true);
    if (mine.signal.aborted) return;
    stage.value = "ready";
    if (lang.value !== words) void attempt(() => look(chosen.value, false));
  } catch (error) {
    if (mine.signal.aborted) return;
    stage.value = "empty";
    upload_error.value = asApiError(error);
  }
}

/** Gives up what is under way, and forgets what was read; the service keeps it for its time. */
export function clear(): void {
  sending?.abort();
  stage.value = "empty";
  sent.value = 0;
  upload.value = pointed.value = upload_error.value = chosen.value = result.value = null;
  repair.value = false;
  looks = new Map();
  read_as = {};
  piece.value = null;
  fault_positions.value = [];
}

function lookIn(tried: Tried | null, file_layer = upload.value?.layer): Promise<Import> {
  const { id } = upload.value!;
  const query: Look = {
    ...(file_layer === undefined ? {} : { file_layer }),
    ...(tried ? { crs: tried.crs } : {}),
    ...(tried?.swap ? { swap: "true" } : {}),
    ...(district.value ? { district: district.value } : {}),
    limit: DRAWN,
  };
  const key = JSON.stringify([lang.value, query]);
  const known = looks.get(key);
  if (known) return known;
  const asked = getImport(lang.value, id, query);
  looks.set(key, asked);
  asked.catch(() => looks.delete(key));
  return asked;
}

let newest_look = 0;
/** Looks at the upload in a reference system; `go`: the map goes there. */
async function look(tried: Tried | null, go: boolean, file_layer?: string): Promise<void> {
  const mine = ++newest_look;
  const told = await lookIn(tried, file_layer);
  if (mine !== newest_look || told.id !== upload.value?.id) return;
  upload.value = told;
  chosen.value = tried;
  pointed.value = null;
  if (go && told.bounds) {
    if (phone.value && sheet.value === "full") sheet.value = "half";
    orderMap({ order: "show_bbox", bbox: told.bounds });
  }
}

async function attempt(work: () => Promise<void>): Promise<void> {
  upload_error.value = null;
  try {
    await work();
  } catch (error) {
    if (!isAborted(error)) upload_error.value = asApiError(error);
  }
}

/** Settles a reference system: everything is done in it from now on. Null: as the file says. */
export function choose(tried: Tried | null): Promise<void> {
  return attempt(() => look(tried, true));
}

/** Draws the shapes where a reference system would put them; null: where they are. */
export async function pointAt(tried: Tried | null): Promise<void> {
  if (!tried || !upload.value) {
    pointed.value = null;
    return;
  }
  const { id } = upload.value;
  wanted = tried;
  const told = await lookIn(tried).catch(() => null);
  if (wanted === tried && upload.value?.id === id) pointed.value = told;
}
let wanted: Tried | null = null;
export function stopPointing(): void {
  wanted = null;
  pointed.value = null;
}

export function chooseFileLayer(name: string): Promise<void> {
  repair.value = false;
  return attempt(() => look(null, true, name));
}

/** Reads the kept upload otherwise: in another encoding, by other columns. What was chosen before still holds. */
export function readAs(more: Pick<ReadAgain, "encoding" | "columns">): Promise<void> {
  return use(async (id) => {
    const wanted = { ...read_as, ...more };
    const told = await readImportAgain(lang.value, id, wanted);
    if (upload.value?.id !== id) return;
    read_as = wanted;
    looks = new Map();
    const { layer } = upload.value;
    upload.value = told;
    await look(chosen.value, true, told.layers.some(({ name }) => name === layer) ? layer : told.layer);
  });
}
let read_as: ReadAgain = {};

/** Where the shapes lie, and those that are pointed at, are drawn; with the places of faults. */
const shown = computed(() => pointed.value ?? upload.value);
watch(
  shown,
  (now) => {
    uploaded.value = now ? now.features.features : [];
    fault_positions.value = now?.faults.flatMap(({ position }) => (position ? [position] : [])) ?? [];
  },
  { immediate: true },
);
watch(lang, () => {
  looks = new Map();
  if (upload.value && stage.value === "ready") void attempt(() => look(chosen.value, false));
});

/** What every use is told of the choice. */
function choice(): Pick<Apply, "file_layer" | "crs_chosen" | "swap" | "repair"> {
  return {
    ...(upload.value ? { file_layer: upload.value.layer } : {}),
    ...(chosen.value ? { crs_chosen: chosen.value.crs, ...(chosen.value.swap ? { swap: true } : {}) } : {}),
    ...(repair.value ? { repair: true } : {}),
  };
}

async function use(work: (id: string) => Promise<void>): Promise<void> {
  if (!upload.value) return;
  applying.value = true;
  await attempt(() => work(upload.value!.id));
  applying.value = false;
}

/** The shapes, or the rows named, become the site of a check; what the reference system leaves in doubt goes with them. */
export function useAsSite(rows?: number[]): Promise<void> {
  return use(async (id) => {
    const site = await applyImport<SiteOfImport>(lang.value, id, { as: "site", ...choice(), ...(rows ? { rows } : {}) });
    setSite({ given: site.geometry, crs: site.crs, origin: "file" });
    if (site.accuracy_m > 0) form.value.accuracy_m = Math.max(site.accuracy_m, form.value.accuracy_m);
    clear();
    view.value = "form";
    openTask("siting");
    showGeometry(site.geometry);
  });
}

export type AsScreening = Pick<
  Extract<Apply, { as: "screening" }>,
  "name" | "as_of" | "activity" | "action" | "attributes" | "mapping"
>;

/** Every row becomes a site of its own; the screening is opened. */
export function useAsScreening(asked: AsScreening): Promise<void> {
  return use(async (id) => {
    const { screening } = await applyImport<ScreeningOfImport>(lang.value, id, { as: "screening", ...choice(), ...asked });
    const { open } = await import("./screening.ts");
    clear();
    openTask("screening");
    await open(screening);
  });
}

export type AsLayer = Omit<Extract<Apply, { as: "layer" }>, "as" | "file_layer" | "crs_chosen" | "swap" | "repair">;

/** Nothing is written by a trial. Throws ApiError. */
export function tryAsLayer(asked: AsLayer): Promise<LayerOfImport> {
  return applyImport<LayerOfImport>(lang.value, upload.value!.id, { as: "layer", ...choice(), ...asked }, true);
}

export function useAsLayer(asked: AsLayer): Promise<void> {
  return use(async (id) => {
    result.value = await applyImport<LayerOfImport>(lang.value, id, { as: "layer", ...choice(), ...asked });
  });
}
