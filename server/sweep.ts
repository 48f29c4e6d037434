/** A sweep (违规排查): every registered facility that stands, against every rule of a date, a few at a time. */
import { randomUUID } from "node:crypto";
import type { OpenDatabase } from "./db/open.ts";
import { ringFault } from "./check_input.ts";
import { isBroken } from "./db/errors.ts";
import { cluesOf, suspectingThemes } from "./domain/clue.ts";
import { projectOf } from "./domain/facility.ts";
import { relationOf } from "./domain/judge.ts";
import type { Catalogue } from "./domain/rule.ts";
import { createJobs } from "./jobs.ts";
import { type JudgedSite, judgeSites } from "./many.ts";
import type { FaultSpec } from "./problem.ts";
import { keepCatalogue } from "./queries/checks.ts";
import {
  dayOfSweep,
  type FacilityRow,
  finishSweep,
  type FoundClue,
  openFacilities,
  readSweep,
  storeSweep,
  type SweptFacility,
  writeSwept,
} from "./queries/sweeps.ts";
import { isDate } from "./query.ts";
import { say } from "./messages.ts";
import { parseSite } from "./site.ts";
import { m2 } from "./words.ts";

const JURISDICTION = "jurisdiction";
type Done = { swept: SweptFacility[]; clues: FoundClue[] };

/** The step of a sweep. */
export function sweepStep(database: OpenDatabase, catalogue: Catalogue) {
  const { db } = database;
  return async (id: string, size: number): Promise<boolean> => {
    const asOf = await dayOfSweep(db, id);
    const rows = asOf ? await openFacilities(db, id, size) : [];
    if (!asOf || rows.length === 0) {
      await finishSweep(db, id);
      return false;
    }
    await keepCatalogue(db, catalogue);
    const { swept, clues } = await judgeFacilities(rows, asOf);
    await writeSwept(db, id, swept, clues);
    return true;
  };

  async function judgeFacilities(rows: Awaited<ReturnType<typeof openFacilities>>, asOf: string): Promise<Done> {
    const done: Done = { swept: [], clues: [] };
    const wrong = (facility: string, faults: FaultSpec[]) => done.swept.push({ facility, faults, result: null });
    const asked = rows.flatMap((row) => {
      if (row.properties === null) {
        wrong(row.facility, [{ pointer: "#", key: "fault.facility_left" }]);
        return [];
      }
      const { project, faults } = projectOf(row.properties, catalogue);
      const { site, faults: misplaced } = parseSite(row.geometry, 4490);
      if (!project || !site) {
        wrong(row.facility, [
          ...faults.map(({ key, ...params }) => ({
            pointer: `#/${"name" in params ? params.name : "activity"}`,
            key: `fault.${key}`,
            params,
          })),
          ...misplaced,
        ]);
        return [];
      }
      const accuracy = row.properties["accuracy_m"];
      return [{ row, project, site, accuracy_m: typeof accuracy === "number" ? accuracy : 0 }];
    });
    try {
      await judgeSites(
        database,
        catalogue,
        asOf,
        asked.map(({ row, project, site, accuracy_m }) => ({
          project: {
            name: String(row.properties["name_zh"]),
            activity: project.activity,
            action: project.actions[0]!,
            attributes: project.attributes,
          },
          site,
          crs_given: "EPSG:4490",
          accuracy_m,
          asOf,
        })),
        {
          take(judged, index) {
            const { row, project } = asked[index]!;
            const { frozen, evidence } = judged;
            const all = [judged, ...project.actions.slice(1).map(judged.under)];
            const findings = all.flatMap(({ judgement }) => judgement.findings);
            const clues = cluesOf(findings);
            const classes = Object.entries(judged.classes).flatMap(([code, { value }]) => (value === "true" ? [code] : []));
            done.clues.push(...clues.map((clue) => foundClue(row, clue, { classes, frozen, evidence })));
            done.swept.push({
              facility: row.facility,
              faults: null,
              result: {
                rules: catalogue.version,
                layers: frozen.versions.layers,
                clues: clues.length,
                unproven: judged.judgement.themes
                  .filter(({ status, covered }) => status !== "not_asked" && (!covered || status === "failed"))
                  .map(({ spec }) => spec.theme),
                // A rule may reach farther than its theme is covered here.
                open_rules: [
                  ...new Set(
                    findings.filter(({ outcome }) => outcome === "failed" || outcome === "no_data").map(({ rule }) => rule.id),
                  ),
                ],
                not_asked: judged.judgement.themes.filter(({ status }) => status === "not_asked").map(({ spec }) => spec.theme),
                // Whose district is not known is asked by no district's rules.
                placed: evidence.layers[JURISDICTION]?.state !== "failed" && frozen.jurisdictions.length > 0,
              },
            });
          },
          refuse(faults, index) {
            const { row, site } = asked[index]!;
            wrong(
              row.facility,
              faults.slice(0, 20).map((each) => ringFault(site, each)),
            );
          },
        },
      );
      return done;
    } catch (error) {
      if (isBroken(error)) throw error;
      if (rows.length === 1)
        return {
          swept: [{ facility: rows[0]!.facility, faults: [{ pointer: "#", key: "fault.site_failed" }], result: null }],
          clues: [],
        };
      // One facility that cannot be measured does not take the others with it.
      const alone: Done = { swept: [], clues: [] };
      for (const row of rows) {
        const { swept, clues } = await judgeFacilities([row], asOf);
        alone.swept.push(...swept);
        alone.clues.push(...clues);
      }
      return alone;
    }
  }

  function foundClue(
    { facility, properties }: FacilityRow,
    { finding, certain }: ReturnType<typeof cluesOf>[number],
    { classes, frozen, evidence }: { classes: string[] } & Pick<JudgedSite, "frozen" | "evidence">,
  ): FoundClue {
    const { feature, rule, instrument } = finding;
    // The plan's own day for the area holds where the facility has none.
    const deadline = properties["close_by"] ?? feature?.columns["clear_by"];
    return {
      facility,
      rule: rule.id,
      layer: finding.layer,
      feature: feature?.code ?? null,
      theme: rule.where.theme,
      effect: finding.effect,
      certain,
      districts: frozen.jurisdictions,
      activity: frozen.project.activity,
      classes,
      deadline: typeof deadline === "string" ? deadline : null,
      found: {
        facility_name: { zh: properties["name_zh"], en: properties["name_en"] },
        facility_kind: properties["kind"],
        feature_name: feature?.name ?? null,
        relation: finding.relation ?? (feature ? relationOf(feature, evidence.site, frozen.tolerances) : null),
        overlap_m2: m2(feature?.overlap.area_m2 ?? null),
        distance_m: m2(feature?.distance_m ?? null),
        reasons: finding.reasons,
        decided_by: finding.decided_by,
        instrument: instrument.id,
        status: finding.status,
        rules: catalogue.version,
      },
    };
  }
}

const LOOK_AGAIN_MS = 300;

/** A whole sweep at once, for the command line: begun (or taken up, where one is under way for the date) and finished. */
export async function sweepNow(
  database: OpenDatabase,
  catalogue: Catalogue,
  asOf: string,
  tell: (line: string) => void,
): Promise<void> {
  if (!isDate(asOf)) throw new Error(`Expected a day as yyyy-mm-dd, got "${asOf.slice(0, 40)}".`);
  const { db } = database;
  const id = await storeSweep(db, randomUUID(), asOf);
  const failures: string[] = [];
  const log = { error: (data: unknown, message: string) => failures.push(`${message}: ${JSON.stringify(data)}`) };
  const jobs = createJobs(database, log, [{ table: "sweep", step: sweepStep(database, catalogue) }]);
  let sweep = (await readSweep(db, id))!;
  while (sweep.state === "queued" || sweep.state === "running") {
    jobs.wake();
    await jobs.idle();
    sweep = (await readSweep(db, id))!;
    // A running service may have been the first to take it: then it is followed to its end.
    if (sweep.state === "queued" || sweep.state === "running") await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  await jobs.close();
  if (sweep.state === "failed") throw new Error([say("en", `run.failure.${sweep.failure}`), ...failures].join("\n"));
  tell(`sweep ${id} as of ${asOf}: ${sweep.state}, ${sweep.done} of ${sweep.total} facilities, ${sweep.faulty} cannot be judged`);
  tell(`${sweep.clues} clues, ${sweep.certain} of them certain`);
  if (sweep.change)
    tell(
      `${sweep.change.appeared} appeared, ${sweep.change.changed} changed, ${sweep.change.gone} gone, ${sweep.change.kept} stayed, ` +
        `${sweep.change.unlooked} not looked at this time, ${sweep.change.again} found again after an officer had decided`,
    );
  if (sweep.left_out)
    tell(
      `left out: ${sweep.left_out.closed} closed before the day, ${sweep.left_out.not_opened} not yet opened, ` +
        `${sweep.left_out.state} not operating`,
    );
  for (const { theme, facilities } of sweep.unproven) tell(`not answered for ${facilities} facilities: ${theme}`);
  const suspecting = suspectingThemes(catalogue, asOf);
  for (const { theme, facilities } of sweep.not_asked)
    if (suspecting.has(theme)) tell(`off the checklist, not looked at for ${facilities} facilities: ${theme}`);
  for (const failure of failures) tell(failure);
}
