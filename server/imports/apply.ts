/** An import taken as what a person says it is, in the reference system that is declared and fits, or that they chose. */
import type { Applied, Apply } from "../api/imports.ts";
import type { Lang } from "../api/common.ts";
import type { OpenDatabase } from "../db/open.ts";
import type { Catalogue } from "../domain/rule.ts";
import { layerOf } from "../layers/index.ts";
import { Problem } from "../problem.ts";
import { applyToLayer } from "./apply_layer.ts";
import { takeAsScreening } from "./apply_screening.ts";
import { takeAsSite } from "./apply_site.ts";
import type { ImportLimits } from "./limits.ts";
import { placeImport } from "./place.ts";
import { crsFor, crsFoundFor, layerIndex, type Stored } from "./preview.ts";

export type ApplyOrder = { asked: Apply; who: string; trial: boolean; lang: Lang; /** Today. */ asOf: string };

/** Throws a Problem: 422 without a reference system or with faults, 409 applied before or changed meanwhile. */
export async function applyImport(
  database: OpenDatabase,
  catalogue: Catalogue,
  stored: Stored,
  { asked, who, trial, lang, asOf }: ApplyOrder,
  limits: ImportLimits,
): Promise<Applied> {
  const { db } = database;
  const index = layerIndex(stored, asked.file_layer);
  const found = await crsFoundFor(db, stored.layers[index]!, asked.as === "layer" ? asked.district : undefined, asOf);
  const chosen = crsFor(found, asked.crs_chosen, asked.swap === true);
  if (!chosen) {
    const likely = found.candidates.map(({ crs }) => crs).slice(0, 5);
    throw new Problem(422, "crs-not-chosen", { candidates: likely.join(", ") || "-" });
  }
  await placeImport(db, stored.id, index, chosen, limits);
  switch (asked.as) {
    case "site":
      return takeAsSite(db, stored, { index, chosen, request: asked });
    case "screening":
      return takeAsScreening(db, catalogue, stored, { index, chosen, request: asked, as_of: asked.as_of ?? asOf });
    case "layer":
      return applyToLayer(database, catalogue, stored, {
        index,
        chosen,
        request: asked,
        layer: layerOf(asked.layer)!,
        who,
        trial,
        lang,
      });
  }
}
