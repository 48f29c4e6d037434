/** `/api/coverage`, `/api/coverage/declarations`, `/api/checklists`: what a district holds, what it says it has none of, and
 *  what it asks. */
import { randomUUID } from "node:crypto";
import express, { type Request, Router } from "express";
import { z } from "zod";
import type { ChecklistVersion, Declaration, ThemeHolding } from "../api/coverage.ts";
import type { List } from "../api/common.ts";
import { ZONES } from "../catalogue_faults.ts";
import { type LiveCatalogue, versionsOf } from "../checklists.ts";
import type { Db } from "../db/open.ts";
import type { Catalogue } from "../domain/rule.ts";
import { isStale } from "../domain/staleness.ts";
import { issuesOf } from "../imports/requests.ts";
import { layerOf, layers } from "../layers/index.ts";
import { isDay } from "../layers/validate.ts";
import { claimIn } from "../messages.ts";
import { type FaultSpec, langOf, Problem } from "../problem.ts";
import { madeChecklists, storeChecklist } from "../queries/checklists.ts";
import { hasOutline } from "../queries/coverage.ts";
import { type Declared, declareNone, listDeclarations, withdrawDeclaration } from "../queries/declarations.ts";
import { claimsOfDistrict, featuresOfDistrict } from "../queries/holdings.ts";
import { choiceParameter, dateParameter, districtParameter, isUuid, parameters } from "../query.ts";
import { OPERATOR } from "./imports.ts";

const CODE = /^\d{6}$/;
/** What no checklist may leave off: where the site is, and the zones that protect what people drink. */
const ALWAYS = ["jurisdiction", ...ZONES];

const day = z.string().refine(isDay, { error: "yyyy-mm-dd" });
const text = (max: number) => z.string().trim().min(1).max(max);
const DECLARATION = z.strictObject({
  theme: text(100),
  jurisdiction: z.string().regex(CODE),
  document: text(500),
  name: text(200),
  date: day,
});
const CHECKLIST = z.strictObject({ themes: z.array(z.string().max(100)).min(1).max(200), valid_from: day, source: text(500) });

export function coverageRoutes(db: Db, base: Catalogue, live: LiveCatalogue, now: () => Date): Router {
  const router = Router();
  const json = express.json({ limit: 256 * 1024, type: ["application/json", "text/plain"] });
  const say = (request: Request, declared: Declared): Declaration => ({
    ...claimIn(langOf(request), declared),
    title: base.themes.find(({ theme }) => theme === declared.theme)?.title[langOf(request)] ?? declared.theme,
  });

  /** GET /api/coverage?jurisdiction=&datetime=: every theme that this version has a layer for, in the order of the catalogue,
   *  with what the district holds of it. 404 for a district without an outline. */
  router.get("/api/coverage", async (request, response) => {
    const { jurisdiction: asked, datetime } = parameters(request, ["jurisdiction", "datetime"]);
    const jurisdiction = districtParameter(asked ?? "");
    await mustBeDistrict(jurisdiction);
    const asOf = dateParameter("datetime", datetime, now());
    const claims = await claimsOfDistrict(db, jurisdiction, asOf);
    const held = new Map(
      (
        await Promise.all(
          layers.map(async (layer) => {
            const themes = base.themes.filter((theme) => theme.layer === layer.id);
            return [...(await featuresOfDistrict(db, layer, themes, { jurisdiction, asOf }))];
          }),
        )
      ).flat(),
    );
    const items = base.themes.flatMap((theme): ThemeHolding[] => {
      const features = held.get(theme.theme);
      if (!features) return [];
      const said = claims.get(theme.theme);
      // That a theme is not loaded may be written down too; it has no data to tell of.
      const claim = said === undefined || said.state === "not_loaded" ? undefined : claimIn(langOf(request), said);
      const of = theme.jurisdiction;
      return [
        {
          theme: theme.theme,
          title: theme.title[langOf(request)],
          layer: theme.layer,
          state: claim?.state ?? "not_loaded",
          data_date: claim?.data_date ?? null,
          stale: isStale(claim?.data_date ?? null, asOf),
          source: claim?.source ?? null,
          basis: claim?.basis ?? null,
          document: claim?.document ?? null,
          declared_by: claim?.declared_by ?? null,
          valid_from: claim?.valid_from ?? null,
          ...features,
          locked: ALWAYS.includes(theme.theme),
          known_in: of === undefined ? null : [of].flat(),
        },
      ];
    });
    response.json(listOf(request, items));
  });

  /** GET /api/coverage/declarations?jurisdiction=&withdrawn=: newest first, those of the files last. */
  router.get("/api/coverage/declarations", async (request, response) => {
    const { jurisdiction, withdrawn } = parameters(request, ["jurisdiction", "withdrawn"]);
    districtParameter(jurisdiction);
    const all = choiceParameter("withdrawn", withdrawn, ["true", "false"]) === "true";
    const items = await listDeclarations(db, { jurisdiction, withdrawn: all });
    response.json(
      listOf(
        request,
        items.map((item) => say(request, item)),
      ),
    );
  });

  /** POST /api/coverage/declarations: from its date on the theme counts as covered there. 201 and the declaration; 409 where
   *  data is loaded, features speak against it, or it was declared; 422 the faults. */
  router.post("/api/coverage/declarations", json, async (request, response) => {
    parameters(request, []);
    const declared = read(DECLARATION, request.body, "invalid-declaration");
    const theme = base.themes.find((each) => each.theme === declared.theme);
    const layer = theme && layerOf(theme.layer);
    if (!theme || !layer || theme.layer === "jurisdiction")
      throw refused("invalid-declaration", [
        { pointer: "#/theme", key: "upload.fault.no_such_theme", params: { got: declared.theme } },
      ]);
    const id = randomUUID();
    const not = await declareNone(db, { id, who: OPERATOR, layer, theme, declared });
    const params = { theme: declared.theme, jurisdiction: declared.jurisdiction };
    if (not?.why === "no_outline")
      throw refused("invalid-declaration", [
        { pointer: "#/jurisdiction", key: "upload.fault.no_district", params: { got: declared.jurisdiction } },
      ]);
    if (not?.why === "features") throw new Problem(409, "features-against", { ...params, n: not.n });
    if (not) throw new Problem(409, not.why === "loaded" ? "theme-loaded" : "theme-declared", params);
    const made = (await listDeclarations(db, { jurisdiction: declared.jurisdiction, withdrawn: false })).find(
      (each) => each.id === id,
    )!;
    response.status(201).json(say(request, made));
  });

  /** POST /api/coverage/declarations/{id}/withdraw: 204; checks of before stay as they were said. 404 when none stands. */
  router.post("/api/coverage/declarations/:id/withdraw", async (request, response) => {
    parameters(request, []);
    const { id } = request.params;
    if (!isUuid(id) || !(await withdrawDeclaration(db, { id, undo: randomUUID(), who: OPERATOR })))
      throw new Problem(404, "unknown-declaration", { id: id.slice(0, 80) });
    response.status(204).end();
  });

  /** GET /api/checklists: every version of every district, newest version first. */
  router.get("/api/checklists", async (request, response) => {
    parameters(request, []);
    response.json(listOf(request, versionsOf(base, await madeChecklists(db))));
  });

  /** GET /api/checklists/{jurisdiction}: its versions, newest first; empty where the national one holds. */
  router.get("/api/checklists/:jurisdiction", async (request, response) => {
    parameters(request, []);
    const { jurisdiction } = request.params;
    await mustBeDistrict(jurisdiction);
    response.json(
      listOf(
        request,
        versionsOf(base, await madeChecklists(db)).filter((each) => each.jurisdiction === jurisdiction),
      ),
    );
  });

  /** POST /api/checklists/{jurisdiction}: a new version from its first day on, 201. Checks of earlier days keep the earlier
   *  one. 409 when another made it first, 422 the faults. */
  router.post("/api/checklists/:jurisdiction", json, async (request, response) => {
    parameters(request, []);
    const { jurisdiction } = request.params;
    await mustBeDistrict(jurisdiction);
    const asked = read(CHECKLIST, request.body, "invalid-checklist");
    const versions = versionsOf(base, await madeChecklists(db)).filter((each) => each.jurisdiction === jurisdiction);
    const faults = checklistFaults(asked, base, versions[0]);
    if (faults.length > 0) throw refused("invalid-checklist", faults);
    const list = {
      jurisdiction,
      version: (versions[0]?.version ?? 0) + 1,
      valid_from: asked.valid_from,
      themes: asked.themes,
      source: { zh: asked.source, en: asked.source },
    };
    const stored = await storeChecklist(db, { change: randomUUID(), who: OPERATOR, before: versions[0]?.themes ?? [], list });
    if (!stored) throw new Problem(409, "checklist-first", { jurisdiction });
    await live.current();
    const made = versionsOf(base, await madeChecklists(db)).find(
      (each) => each.jurisdiction === jurisdiction && each.version === list.version,
    )!;
    response.status(201).location(`/api/checklists/${jurisdiction}`).json(made);
  });

  async function mustBeDistrict(code: string): Promise<void> {
    if (code !== "national" && !(CODE.test(code) && (await hasOutline(db, code))))
      throw new Problem(404, "unknown-district", { code: code.slice(0, 40) });
  }

  return router;
}

function checklistFaults(
  { themes, valid_from }: z.infer<typeof CHECKLIST>,
  base: Catalogue,
  newest: ChecklistVersion | undefined,
): FaultSpec[] {
  const faults: FaultSpec[] = [];
  for (const [index, theme] of themes.entries()) {
    const pointer = `#/themes/${index}`;
    if (!base.themes.some((each) => each.theme === theme))
      faults.push({ pointer, key: "upload.fault.no_such_theme", params: { got: theme } });
    else if (themes.indexOf(theme) !== index) faults.push({ pointer, key: "upload.fault.theme_twice", params: { theme } });
  }
  for (const theme of ALWAYS)
    if (!themes.includes(theme)) faults.push({ pointer: "#/themes", key: "upload.fault.theme_needed", params: { theme } });
  if (newest && valid_from <= newest.valid_from)
    faults.push({ pointer: "#/valid_from", key: "upload.fault.not_later", params: { from: newest.valid_from, got: valid_from } });
  return faults;
}

function read<T>(schema: z.ZodType<T>, body: unknown, problem: "invalid-declaration" | "invalid-checklist"): T {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw refused(problem, issuesOf(parsed.error, body));
  return parsed.data;
}

function refused(problem: "invalid-declaration" | "invalid-checklist", faults: FaultSpec[]): Problem {
  return new Problem(
    422,
    problem === "invalid-declaration" ? "invalid-declaration" : "invalid-checklist",
    {},
    { faults: faults.slice(0, 50) },
  );
}

function listOf<T>(request: Request, items: T[]): List<T> {
  return {
    items,
    numberMatched: items.length,
    numberReturned: items.length,
    links: [{ href: request.originalUrl, rel: "self" }],
  };
}
