/** A check from request to stored answer, and its replay: place the site, gather, judge, conclude, say, freeze. */
import { randomUUID } from "node:crypto";
import type { Check, Replay, SettingUsed } from "./api/checks.ts";
import type { Lang } from "./api/common.ts";
import type { OpenDatabase } from "./db/open.ts";
import { classify } from "./domain/classify.ts";
import { conclude, concludedThemes } from "./domain/conclude.ts";
import type { Evidence, LayerEvidence } from "./domain/evidence.ts";
import { type Addressed, judge, type Project } from "./domain/judge.ts";
import type { Catalogue } from "./domain/rule.ts";
import { type CheckInput, type Frozen, gather, type Gathered } from "./gather.ts";
import { layerOf } from "./layers/index.ts";
import { inSnapshot, measureLayer, type Origin } from "./queries/evidence.ts";
import { hashOf } from "./hash.ts";
import { type StoredCheck, storeCheck } from "./queries/checks.ts";
import { type FramedSite, frameSite, type PlacedSite } from "./queries/site.ts";
import { sayCheck, sayIn, type ToSay } from "./words.ts";

/** Runs a check and stores it. Throws what the database throws when it is gone: then nothing is stored. */
export async function runCheck(
  database: OpenDatabase,
  newest: Catalogue,
  input: CheckInput,
  placed: PlacedSite,
  now: Date,
): Promise<Record<Lang, Check>> {
  const catalogue = { ...newest }; // one and the same from first to last, whatever is changed meanwhile
  const { frozen, evidence } = await gatherOne(database, catalogue, input, placed, true);
  const said = answer(frozen, catalogue, evidence, { id: randomUUID(), created_at: now.toISOString() });
  await storeCheck(database.db, { said, frozen, catalogue }, hashOf({ said, frozen, catalogue }));
  return said;
}

/** The same answer in one language, and nothing is stored. */
export async function tryCheck(
  database: OpenDatabase,
  newest: Catalogue,
  input: CheckInput,
  placed: PlacedSite,
  now: Date,
  lang: Lang,
): Promise<Check> {
  const catalogue = { ...newest };
  const { frozen, evidence } = await gatherOne(database, catalogue, input, placed, false);
  const judged = judgeFrozen(frozen, catalogue, evidence);
  return sayIn(lang, { frozen, evidence, catalogue, ...judged, id: randomUUID(), created_at: now.toISOString() });
}

async function gatherOne(
  database: OpenDatabase,
  catalogue: Catalogue,
  input: CheckInput,
  placed: PlacedSite,
  shapes: boolean,
): Promise<Gathered> {
  const found = await inSnapshot(database.db, (snapshot) =>
    gather(snapshot, database, catalogue, input.asOf, [{ input, placed }], { pieces: true, shapes }),
  );
  return found[0]!;
}

/** Measures again what was frozen, by the same statements over the frozen shapes. */
async function rebuild(database: OpenDatabase, frozen: Frozen): Promise<Evidence> {
  const { measures, geometry, bbox } = frozen.site;
  return inSnapshot(database.db, async (snapshot) => {
    const framed: FramedSite = await frameSite(snapshot.db, geometry, measures.srid_gk);
    const evidence: Record<string, LayerEvidence> = {};
    for (const [id, stored] of Object.entries(frozen.layers)) {
      if ("failed" in stored) {
        evidence[id] = { state: "failed", reason: stored.failed };
        continue;
      }
      const origin: Origin = { frozen: stored.features, counts: stored.counts, version: stored.version };
      const { evidence: measured } = await measureLayer(
        snapshot.db,
        { layer: layerOf(id)!, themes: [], reaches_m: {}, origin, srid_gk: measures.srid_gk, tolerances: frozen.tolerances },
        { site: framed, bbox, accuracy_m: measures.accuracy_m, radius_m: frozen.radius_m },
      );
      evidence[id] = { ...measured, ...(stored.failed_themes ? { failed: stored.failed_themes } : {}) };
    }
    return { site: { ...measures, area_gk_m2: framed.area_gk_m2 }, layers: evidence, coverage: frozen.coverage };
  });
}

/** Judges and says what is frozen, in both languages. Pure but for what it is given. */
function answer(
  frozen: Frozen,
  catalogue: Catalogue,
  evidence: Evidence,
  identity: { id: string; created_at: string },
): Record<Lang, Check> {
  return sayCheck({ frozen, evidence, catalogue, ...judgeFrozen(frozen, catalogue, evidence), ...identity });
}

/** What holds of a project wherever it stands, under one catalogue, its settings and one day. */
export type Known = { classes?: Judged["classes"]; addressed: Addressed };

/** Every finding and theme of what was gathered, and the conclusion, without words. The settings are those frozen with it.
 *  `known` is of the same project: what it lacks is found and put there. */
export function judgeFrozen(frozen: Frozen, kept: Catalogue, evidence: Evidence, known?: Known): Judged {
  const catalogue = frozen.settings ? { ...kept, settings: frozen.settings.values } : kept;
  const activity = catalogue.activities.find((each) => each.code === frozen.project.activity)!;
  const project: Project = { ...frozen.project, activity };
  const classes = known?.classes ?? classify(project, catalogue);
  if (known) known.classes = classes;
  const judgement = judge({
    project,
    classes,
    catalogue,
    differing: frozen.settings?.differing ?? [],
    checklists: frozen.checklists,
    jurisdictions: frozen.jurisdictions,
    evidence,
    tolerances: frozen.tolerances,
    asOf: frozen.asOf,
    addressed: known?.addressed,
  });
  return { project, classes, judgement, concluded: conclude(judgement.findings, concludedThemes(judgement.themes)) };
}

export type Judged = Pick<ToSay, "project" | "classes" | "judgement" | "concluded">;

/** Recomputes a stored check from what was frozen and compares: `same`, or every difference beyond 0.01 m, 0.01 m2 and
 *  one millionth of a share. */
export async function replay(database: OpenDatabase, stored: StoredCheck): Promise<Replay> {
  const frozen = stored.frozen as Frozen;
  const { id, created_at } = stored.said.zh;
  const again = answer(frozen, stored.catalogue, await rebuild(database, frozen), { id, created_at });
  const differences: Replay["differences"] = [];
  compare(stored.said, again, "#", differences);
  return { same: differences.length === 0, differences: differences.slice(0, 200) };
}

/** Degrees of a clipped piece may move by a hundredth of a millimetre between engines. */
function tolerance(pointer: string): number {
  if (/\/coordinates\//.test(pointer)) return 1e-7;
  if (pointer.endsWith("/bearing_deg")) return 1;
  return /share/.test(pointer) ? 1e-6 : 0.0101;
}

/** Bearings are compared round the circle. */
function apart(before: number, after: number, pointer: string): number {
  const straight = Math.abs(before - after);
  return pointer.endsWith("/bearing_deg") ? Math.min(straight, 360 - straight) : straight;
}

function compare(before: unknown, after: unknown, pointer: string, out: Replay["differences"]): void {
  if (pointer.endsWith("/piece")) return comparePieces(before, after, pointer, out);
  if (typeof before === "number" && typeof after === "number") {
    if (apart(before, after, pointer) > tolerance(pointer)) out.push({ pointer, frozen: before, now: after });
  } else if (typeof before === "object" && typeof after === "object" && before !== null && after !== null) {
    // A field that the program of that day did not say is no difference.
    const keys = Array.isArray(before) ? new Set([...Object.keys(before), ...Object.keys(after)]) : Object.keys(before);
    for (const key of keys) {
      if (key === "text" && isNamedSince(before, after)) continue;
      compare((before as never)[key], (after as never)[key], `${pointer}/${key}`, out);
    }
  } else if (before !== after) out.push({ pointer, frozen: before, now: after });
}

/** The same words of a setting, but that the place has its name before its code; checks stored before 2026-11-29 said the
 *  code alone. */
function isNamedSince(before: object, after: object): boolean {
  const [old, now] = [before, after] as Partial<SettingUsed>[];
  if (old!.jurisdiction === undefined || typeof old!.text !== "string" || typeof now!.text !== "string") return false;
  const at = old!.text.indexOf(old!.jurisdiction);
  return at >= 0 && now!.text.startsWith(old!.text.slice(0, at)) && now!.text.endsWith(old!.text.slice(at));
}

/** Engines may begin a ring elsewhere: pieces are compared by kind and by the box they fill. Their measures are compared
 *  with the finding. */
function comparePieces(before: unknown, after: unknown, pointer: string, out: Replay["differences"]): void {
  const box = (piece: unknown) => {
    const numbers =
      JSON.stringify(piece ?? null)
        .match(/\[-?[\d.e-]+,-?[\d.e-]+\]/g)
        ?.map((each) => JSON.parse(each) as [number, number]) ?? [];
    return numbers.length === 0
      ? null
      : [0, 1].flatMap((i) => [Math.min(...numbers.map((n) => n[i]!)), Math.max(...numbers.map((n) => n[i]!))]);
  };
  const a = box(before);
  const b = box(after);
  if ((a === null) !== (b === null) || a?.some((each, i) => Math.abs(each - b![i]!) > 1e-6))
    out.push({ pointer, frozen: before, now: after });
}
