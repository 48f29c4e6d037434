/** `/api/coverage/areas`: where a theme is claimed in a district, by whom and on what, and where it is not. */
import { Router } from "express";
import type { CoverageAreas } from "../api/coverage.ts";
import type { Db } from "../db/open.ts";
import type { Catalogue } from "../domain/rule.ts";
import { ageInDays, isStale } from "../domain/staleness.ts";
import { layerOf } from "../layers/index.ts";
import { claimIn } from "../messages.ts";
import { langOf, Problem } from "../problem.ts";
import { claimedAreas } from "../queries/coverage_areas.ts";
import { badParameter, dateParameter, districtParameter, parameters } from "../query.ts";

export function coverageAreaRoutes(db: Db, { themes }: Catalogue, now: () => Date): Router {
  const router = Router();

  /** GET /api/coverage/areas?theme=&jurisdiction=&datetime=: GeoJSON, CRS84: a feature for each claim with area in the district
   *  and one for what nobody claims, which together are the district (a jurisdiction has one claim a day: there are never many).
   *  400 for a theme that there is not, 404 for a district without an outline. */
  router.get("/api/coverage/areas", async (request, response) => {
    const { theme, jurisdiction: asked, datetime } = parameters(request, ["theme", "jurisdiction", "datetime"]);
    const lang = langOf(request);
    const spec = themes.find((each) => each.theme === theme && layerOf(each.layer));
    if (!spec) throw badParameter("theme", "theme of /api/coverage, protection_zone/first", theme);
    const jurisdiction = districtParameter(asked ?? "");
    const asOf = dateParameter("datetime", datetime, now());
    const areas = await claimedAreas(db, { theme: spec.theme, jurisdiction, asOf });
    if (areas.length === 0) throw new Problem(404, "unknown-district", { code: jurisdiction });
    const answer: CoverageAreas = {
      type: "FeatureCollection",
      as_of: asOf,
      features: areas.map(({ geometry, jurisdiction_names, ...area }) => {
        // Where a claim says that nothing is loaded, it has no data to tell of.
        const data_date = area.state === "not_loaded" ? null : area.data_date;
        const properties = {
          theme: spec.theme,
          title: spec.title[lang],
          layer: spec.layer,
          district: jurisdiction,
          ...claimIn(lang, area),
          ...(area.state === "not_loaded" ? { data_date, basis: null, licence: null } : {}),
          jurisdiction_name: jurisdiction_names?.[lang] ?? null,
          age_days: data_date === null ? null : ageInDays(data_date, asOf),
          stale: isStale(data_date, asOf),
        };
        return { type: "Feature", id: area.jurisdiction ?? "unclaimed", geometry, properties };
      }),
      links: [{ href: request.originalUrl, rel: "self", type: "application/geo+json" }],
    };
    response.type("application/geo+json").send(JSON.stringify(answer));
  });

  return router;
}
