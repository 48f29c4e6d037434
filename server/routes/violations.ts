/** `/api/violations`: facilities that stand where they may not, as a sweep found them, and what was done about each. */
import express, { type Request, Router } from "express";
import type { Lang, List } from "../api/common.ts";
import type { Violation, ViolationCounts, ViolationEvent, ViolationState } from "../api/sweeps.ts";
import { brief } from "../check_input.ts";
import type { OpenDatabase } from "../db/open.ts";
import type { Catalogue } from "../domain/rule.ts";
import type { OutLayer } from "../formats/out/writer.ts";
import { say, sayBoth } from "../messages.ts";
import { type FaultSpec, langOf, Problem } from "../problem.ts";
import { jurisdictionNames } from "../queries/collections.ts";
import { newestSweep, previousOf } from "../queries/sweeps.ts";
import {
  changeState,
  countViolations,
  eventsOf,
  listViolations,
  readViolation,
  type StoredViolation,
  type ViolationFilter,
  violationTile,
} from "../queries/violations.ts";
import {
  badParameter,
  choiceParameter,
  districtParameter,
  integerParameter,
  isDate,
  isUuid,
  parameters,
  today,
} from "../query.ts";
import { writeWorkbook } from "../export_file.ts";
import { csvOf, type Table } from "../table.ts";
import { cite, sayDecidedBy, sayReason } from "../words.ts";
import { FILE_PARAMETERS, fileOptions, MAX_FEATURES, sendFile, tooMany, writerOf } from "./export.ts";
import { keptCatalogues } from "./screenings.ts";

const STATES: readonly ViolationState[] = ["suspected", "confirmed", "notified", "rectifying", "closed", "dismissed"];
const FILTERS = [
  "sweep",
  "jurisdiction",
  "theme",
  "rule",
  "class",
  "activity",
  "effect",
  "feature",
  "facility",
  "state",
  "change",
  "again",
  "certain",
  "overdue",
  "deadline",
  "q",
] as const;
/** From each state, where an officer may take it. Closing needs evidence, dismissing a reason. */
const WAYS: Record<ViolationState, readonly ViolationState[]> = {
  suspected: ["confirmed", "dismissed"],
  confirmed: ["notified", "rectifying", "dismissed"],
  notified: ["rectifying", "closed", "dismissed"],
  rectifying: ["notified", "closed"],
  closed: ["confirmed"],
  dismissed: ["suspected"],
};
const MAX_TEXT = 2000;
/** As a deadline or a feature: those without one. */
const NONE = "none";
/** Formats of shapes; the others are lists, unless a system or a notation is asked of them. */
const SHAPES = ["shapefile", "kml", "gpkg", "baopan"] as const;
const LISTS = ["csv", "xlsx", "geojson"];
/** Rows of one list. */
export const MAX_ROWS = 200_000;

export function violationRoutes(
  database: OpenDatabase,
  catalogue: Catalogue,
  now: () => Date,
  most_rows: number = MAX_ROWS,
): Router {
  const router = Router();
  const { db } = database;
  const catalogueOf = keptCatalogues(db, catalogue);

  async function readFilter(query: Partial<Record<(typeof FILTERS)[number], string>>): Promise<ViolationFilter | undefined> {
    districtParameter(query.jurisdiction);
    if (query.deadline !== undefined && query.deadline !== NONE && !isDate(query.deadline))
      throw badParameter("deadline", `yyyy-mm-dd | ${NONE}`, query.deadline);
    if (query.q !== undefined && query.q.length > 200) throw badParameter("q", "1-200", query.q);
    const known = (name: "theme" | "class" | "activity", codes: string[]) => {
      if (query[name] !== undefined && !codes.includes(query[name])) throw badParameter(name, codes.join(" | "), query[name]);
      return query[name];
    };
    const yes = (name: "again" | "certain" | "overdue") => {
      const value = choiceParameter(name, query[name], ["true", "false"]);
      return value === undefined ? undefined : value === "true";
    };
    const filter = {
      jurisdiction: query.jurisdiction,
      theme: known(
        "theme",
        catalogue.themes.map(({ theme }) => theme),
      ),
      class: known(
        "class",
        catalogue.classes.map(({ code }) => code),
      ),
      activity: known(
        "activity",
        catalogue.activities.map(({ code }) => code),
      ),
      rule: query.rule,
      effect: query.effect,
      feature: query.feature === NONE ? null : query.feature,
      facility: query.facility,
      state: choiceParameter("state", query.state, STATES),
      again: yes("again"),
      certain: yes("certain"),
      overdue: yes("overdue"),
      deadline: query.deadline === NONE ? null : query.deadline,
      q: query.q,
    };
    const change = choiceParameter("change", query.change, ["appeared", "changed", "kept", "unlooked", "gone"]);
    const newest = query.sweep ?? (await newestSweep(db));
    if (newest === undefined) return undefined;
    const previous = isUuid(newest) ? await previousOf(db, newest) : undefined;
    if (previous === undefined) throw new Problem(404, "unknown-sweep", { id: newest.slice(0, 80) });
    if (change !== "gone") return { ...filter, change, sweep: newest };
    // What is gone stands in the sweep before; where there was none, nothing is.
    return { ...filter, sweep: previous ?? newest, gone_in: newest };
  }

  async function told(lang: Lang, stored: StoredViolation): Promise<Violation> {
    const { found, ...own } = stored;
    const kept = await catalogueOf(found.rules);
    const instrument = kept.instruments.find(({ id }) => id === found.instrument)!;
    const rule = kept.rules.find((each) => each.id === own.rule && each.instrument === instrument.id)!;
    return {
      ...own,
      facility_name: found.facility_name[lang],
      facility_kind: found.facility_kind,
      activity_title: kept.activities.find(({ code }) => code === own.activity)?.title[lang] ?? own.activity,
      theme_title: kept.themes.find(({ theme }) => theme === own.theme)?.title[lang] ?? null,
      feature_name: found.feature_name?.[lang] ?? null,
      relation: found.relation,
      overlap_m2: found.overlap_m2,
      distance_m: found.distance_m,
      instrument_title: instrument.title[lang],
      rank: instrument.rank,
      status: found.status,
      article: cite(rule.article, instrument.rank, lang),
      gist: rule.gist[lang],
      next_step: rule.next_step[lang],
      office: rule.office[lang],
      reasons: found.reasons.map((reason) => sayReason(lang, reason, kept, own.layer)),
      decided_by: found.decided_by ? sayDecidedBy(lang, found.decided_by) : null,
    };
  }

  /** GET /api/violations: of the newest finished sweep, or of `sweep`. Filters: `jurisdiction`, `theme`, `rule`, `class`,
   *  `activity`, `effect`, `feature`, `facility`, `state`, `change`, `again`, `certain`, `overdue`, `deadline`,
   *  `q`. `jurisdiction` is a district, or a prefecture or province with all below it. `change=gone` lists what the sweep before
   *  saw and this one does not, `change=unlooked` what this one could not look at, `again=true` what officers had closed or
   *  dismissed and this one finds again. 422 over 200,000 rows in a list (50,000 places). `f=csv|xlsx|geojson` gives every row as a list,
   *  `f=shapefile|kml|gpkg|baopan` the places of the facilities, with `crs` and `encoding`; with any of `crs`, `encoding` and
   *  `notation` a list is one of places too. Without any finished sweep nothing is
   *  listed, and nothing is thereby cleared: see `/api/sweeps`. */
  router.get("/api/violations", async (request, response) => {
    const asked = String(request.query["f"]);
    const placed = LISTS.includes(asked) && FILE_PARAMETERS.some((name) => name in request.query);
    const shapes = placed ? asked : SHAPES.find((each) => each === asked);
    const query = parameters(request, [...FILTERS, "f", ...(shapes ? FILE_PARAMETERS : (["limit", "after"] as const))]);
    const format = choiceParameter("f", query.f, ["json", "csv", "xlsx", "geojson", ...SHAPES]) ?? "json";
    const file = shapes && fileOptions(writerOf(shapes)!, query);
    const packed = file !== undefined || format === "xlsx";
    const most = packed ? Math.min(MAX_FEATURES, most_rows) : most_rows;
    const limit = integerParameter("limit", query.limit, { min: 1, max: 1000, default: 100 });
    if (query.after !== undefined && !isUuid(query.after)) throw badParameter("after", "id", query.after);
    const filter = await readFilter(query);
    const lang = langOf(request);
    const page = filter
      ? await listViolations(db, filter, format === "json" ? { limit, after: query.after } : { limit: most })
      : { items: [], matched: 0, more: false };
    if (format !== "json" && page.more) throw tooMany(page.matched, most);
    const items: Violation[] = [];
    for (const item of page.items) items.push(await told(lang, item));
    const attachment = `attachment; filename="violations${items[0] ? `-${items[0].as_of}` : ""}.${format}"`;
    if (file) return sendFile(response, placesOf(items, lang), file, { lang, date: items[0]?.as_of ?? today(now()) });
    if (format === "csv")
      return void response
        .type("text/csv")
        .set("Content-Disposition", attachment)
        .send(csvOf(tableOf(items, lang)));
    if (format === "xlsx")
      return void response
        .type("xlsx")
        .set("Content-Disposition", attachment)
        .send(await writeWorkbook(tableOf(items, lang), say(lang, "violation.sheet")));
    if (format === "geojson")
      return void response
        .type("application/geo+json")
        .set("Content-Disposition", attachment)
        .send(JSON.stringify(featuresOf(items)));
    const next = new URLSearchParams(request.originalUrl.split("?")[1]);
    if (page.more) next.set("after", items.at(-1)!.id);
    const list: List<Violation> = {
      items,
      numberMatched: page.matched,
      numberReturned: items.length,
      links: [
        { href: request.originalUrl, rel: "self" },
        ...(page.more ? [{ href: `/api/violations?${next}`, rel: "next" }] : []),
      ],
    };
    response.json(list);
  });

  /** GET /api/violations/counts: the same filters; how many, and how many of each state, district, theme, rule, feature,
   *  deadline, activity and class, largest first; and the lists of what is to close or move by a day. */
  router.get("/api/violations/counts", async (request, response) => {
    const filter = await readFilter(parameters(request, FILTERS));
    const lang = langOf(request);
    if (!filter) throw new Problem(404, "no-sweep");
    const { by, lists, ...counts } = await countViolations(db, filter);
    // The days are those of districts' plans: their rules' lists come before the same facilities under national law.
    const plans = new Set(catalogue.instruments.flatMap(({ id, jurisdiction }) => (jurisdiction === null ? [] : [id])));
    const planned = new Set(catalogue.rules.flatMap(({ id, instrument }) => (plans.has(instrument) ? [id] : [])));
    const names = await jurisdictionNames(db);
    const answer: ViolationCounts = {
      ...counts,
      lists: lists
        .toSorted((a, b) => Number(planned.has(b.rule)) - Number(planned.has(a.rule)))
        .map((each) => ({
          ...each,
          place: names[each.jurisdiction]?.[lang] ?? each.jurisdiction,
          title: titleOf(lang, "rule", each.rule, names),
        })),
      by: Object.fromEntries(
        Object.entries(by).map(([name, rows]) => [
          name,
          rows.map(({ key, count, name: own }) => ({
            key,
            count,
            title: own?.[lang] ?? titleOf(lang, name as keyof typeof by, key, names),
          })),
        ]),
      ) as ViolationCounts["by"],
    };
    response.json(answer);
  });

  function titleOf(
    lang: Lang,
    name: keyof ViolationCounts["by"],
    key: string,
    names: Record<string, Record<Lang, string>>,
  ): string {
    if (name === "state") return say(lang, `violation.state.${key}`);
    if (name === "district") return names[key]?.[lang] ?? key;
    if (name === "theme") return catalogue.themes.find(({ theme }) => theme === key)?.title[lang] ?? key;
    if (name === "activity") return catalogue.activities.find(({ code }) => code === key)?.title[lang] ?? key;
    if (name === "class") return catalogue.classes.find(({ code }) => code === key)?.title[lang] ?? key;
    if (name === "rule") return catalogue.rules.find(({ id }) => id === key)?.gist[lang] ?? key;
    return key;
  }

  /** GET /api/violations/tiles/{z}/{x}/{y}: a vector tile of the same filters, layer `violation`, one point a facility. 204
   *  when empty. */
  router.get("/api/violations/tiles/:z/:x/:y", async (request, response) => {
    const filter = await readFilter(parameters(request, FILTERS));
    const [z, x, y] = (["z", "x", "y"] as const).map((name) =>
      integerParameter(name, request.params[name], { min: 0, max: name === "z" ? 22 : 2 ** 22, default: 0 }),
    ) as [number, number, number];
    if (x >= 2 ** z || y >= 2 ** z) throw new Problem(404, "not-found", { path: request.originalUrl });
    const tile = filter ? await violationTile(database, filter, { z, x, y }) : Buffer.alloc(0);
    response.set("Cache-Control", "no-store");
    if (tile.length === 0) response.status(204).end();
    else response.type("application/vnd.mapbox-vector-tile").send(tile);
  });

  async function existing(request: Request): Promise<StoredViolation> {
    const id = String(request.params["id"]);
    const found = isUuid(id) ? await readViolation(db, id) : undefined;
    if (!found) throw new Problem(404, "unknown-violation", { id: id.slice(0, 80) });
    return found;
  }

  /** GET /api/violations/{id}: as the newest sweep that saw it found it, with all that happened to it. */
  router.get("/api/violations/:id", async (request, response) => {
    parameters(request, []);
    const found = await existing(request);
    const answer: Violation & { events: ViolationEvent[]; ways: readonly ViolationState[] } = {
      ...(await told(langOf(request), found)),
      events: await eventsOf(db, found.id),
      ways: WAYS[found.state],
    };
    response.json(answer);
  });

  /** POST /api/violations/{id}/state `{ "state", "version", "note"?, "evidence"?, "deadline"? }`: a change of state, or a note
   *  where the state stays. Dismissing needs a `note`, closing needs `evidence`; a `deadline` counts instead of the
   *  register's. 409 when the way is closed or another was
   *  first. */
  router.post("/api/violations/:id/state", express.json({ limit: 100_000 }), async (request, response) => {
    parameters(request, []);
    const found = await existing(request);
    const change = readChange(request.body, found);
    if (!(await changeState(db, found.id, change))) throw new Problem(409, "violation-changed", { version: change.version });
    const now_is = (await readViolation(db, found.id))!;
    response.json({ ...(await told(langOf(request), now_is)), events: await eventsOf(db, found.id), ways: WAYS[now_is.state] });
  });

  return router;
}

function readChange(body: unknown, found: StoredViolation): Parameters<typeof changeState>[2] {
  const given = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const faults: FaultSpec[] = [];
  const known = ["state", "version", "note", "evidence", "deadline"];
  for (const name of Object.keys(given))
    if (!known.includes(name))
      faults.push({
        pointer: `#/${name.slice(0, 80)}`,
        key: "fault.unknown_field",
        params: { name: name.slice(0, 80), known: known.join(", ") },
      });
  const after = STATES.find((state) => state === given["state"]);
  if (!after)
    faults.push({
      pointer: "#/state",
      key: "fault.violation_state",
      params: { expected: STATES.join(", "), got: brief(given["state"]) },
    });
  const version = given["version"];
  if (typeof version !== "number" || !Number.isInteger(version))
    faults.push({ pointer: "#/version", key: "fault.violation_version", params: { got: brief(version) } });
  const text = (name: "note" | "evidence", needed: boolean): string | null => {
    const value = given[name];
    const trimmed = typeof value === "string" ? value.trim() : "";
    if (value !== undefined && value !== null && (typeof value !== "string" || trimmed.length > MAX_TEXT))
      faults.push({ pointer: `#/${name}`, key: "fault.reason", params: { max: MAX_TEXT, got: brief(value) } });
    else if (needed && trimmed === "") faults.push({ pointer: `#/${name}`, key: `fault.violation_${name}` });
    return trimmed === "" ? null : trimmed;
  };
  const stays = after === found.state;
  const note = text("note", after === "dismissed" || stays);
  const evidence = text("evidence", after === "closed" && !stays);
  const deadline = given["deadline"] ?? null;
  if (deadline !== null && (typeof deadline !== "string" || !isDate(deadline)))
    faults.push({ pointer: "#/deadline", key: "fault.as_of", params: { got: brief(deadline) } });
  if (faults.length > 0 || !after) throw new Problem(422, "invalid-change", {}, { faults });
  if (!stays && !WAYS[found.state].includes(after))
    throw new Problem(409, "violation-way", { from: found.state, to: after, ways: WAYS[found.state].join(", ") });
  const what = stays
    ? "noted"
    : after === "suspected" || found.state === "closed"
      ? "reopened"
      : (after as ViolationEvent["what"]);
  return { version: version as number, before: found.state, after, what, note, evidence, deadline: deadline as string | null };
}

const COLUMNS = [
  "facility_name",
  "facility",
  "activity",
  "districts",
  "state",
  "change",
  "again",
  "certain",
  "effect",
  "theme",
  "feature",
  "relation",
  "distance_m",
  "deadline",
  "overdue",
  "instrument",
  "article",
  "status",
  "gist",
  "next_step",
  "office",
  "reasons",
  "decided_by",
  "lon",
  "lat",
  "as_of",
];

/** The places of the facilities as a layer: a point a violation, with its list's columns. */
function placesOf(items: Violation[], lang: Lang): OutLayer {
  const { rows } = tableOf(items, lang);
  const own = { violation: sayBoth("export.violation.id"), rule: sayBoth("export.violation.rule") };
  const field = (name: string, title: OutLayer["fields"][number]["title"]) => {
    const type = NUMBERS.has(name) ? "number" : name === "deadline" || name === "as_of" ? "date" : "text";
    return { name, title, type, unit: null, values: null } as const;
  };
  return {
    name: "violation",
    title: sayBoth("export.violations"),
    fields: [
      ...Object.entries(own).map(([name, title]) => field(name, title)),
      ...COLUMNS.map((name) => field(name, sayBoth(`violation.column.${name}`))),
    ],
    code: "violation",
    label: "facility_name",
    features: items.map(({ id, rule, position }, i) => ({
      geometry: { type: "Point", coordinates: position },
      properties: { violation: id, rule, ...Object.fromEntries(COLUMNS.map((name, k) => [name, rows[i]![k]])) },
    })),
  };
}

const NUMBERS = new Set(["distance_m", "lon", "lat"]);

function tableOf(items: Violation[], lang: Lang): Table {
  return {
    columns: COLUMNS.map((column) => say(lang, `violation.column.${column}`)),
    rows: items.map((each) => [
      each.facility_name,
      each.facility,
      each.activity_title,
      each.districts.join(" "),
      say(lang, `violation.state.${each.state}`),
      each.change ? say(lang, `clue.change.${each.change}`) : null,
      say(lang, `value.${each.again}`),
      say(lang, `value.${each.certain}`),
      say(lang, `effect.${each.effect}`),
      each.theme_title,
      each.feature_name,
      each.relation ? say(lang, `relation.${each.relation}`) : null,
      each.distance_m,
      each.due ?? each.deadline,
      say(lang, `value.${each.overdue}`),
      each.instrument_title,
      each.article,
      say(lang, `instrument_status.${each.status}`),
      each.gist,
      each.next_step,
      each.office,
      each.reasons.map(({ text }) => text).join("; ") || null,
      each.decided_by?.text ?? null,
      each.position[0]!,
      each.position[1]!,
      each.as_of,
    ]),
  };
}

function featuresOf(items: Violation[]) {
  return {
    type: "FeatureCollection",
    features: items.map(({ position, id, ...properties }) => ({
      type: "Feature",
      id,
      geometry: { type: "Point", coordinates: position },
      properties,
    })),
  };
}
