/** The report as shapes: the site, the pieces of it that are met, and the features met, each with what was found. CGCS2000
 *  lon,lat (EPSG:4490), which GeoJSON readers take for WGS 84: they differ by less than any of the accuracies here. */
import type { Finding } from "../api/checks.ts";
import type { Geometry } from "../api/common.ts";
import { speaks } from "../domain/conclude.ts";
import type { Rendering, Report } from "./report.ts";

type Feature = { type: "Feature"; id: string; geometry: Geometry; properties: Record<string, unknown> };

export const geojsonReport: Rendering = {
  id: "geojson",
  type: "application/geo+json; charset=utf-8",
  features: true,
  render: (report) =>
    Promise.resolve(`${JSON.stringify(collect(report, [...siteOf(report), ...piecesOf(report), ...featuresOf(report)]))}\n`),
};

/** Features with what they are of beside them. */
export function collect({ check, number, hash, verify }: Report, features: Feature[]) {
  return {
    type: "FeatureCollection",
    name: number,
    crs_of_coordinates: "EPSG:4490",
    report: number,
    check: check.id,
    hash,
    verify,
    as_of: check.as_of,
    standing: check.standing,
    sentence: check.sentence,
    features,
  };
}

export function siteOf({ check }: Report): Feature[] {
  const { site, project, conclusion, known, possible, complete, sentence, standing } = check;
  const { geometry, ...measures } = site;
  return [
    {
      type: "Feature",
      id: "site",
      geometry,
      properties: {
        role: "site",
        name: project.name,
        activity: project.activity,
        activity_title: project.activity_title,
        action: project.action,
        conclusion,
        known,
        possible,
        complete,
        standing,
        sentence,
        ...measures,
      },
    },
  ];
}

/** A finding without its piece, which is a shape of its own. */
function told(finding: Finding): Omit<Finding, "piece"> {
  return Object.fromEntries(Object.entries(finding).filter(([name]) => name !== "piece")) as Omit<Finding, "piece">;
}

/** One a feature and theme, with every finding that speaks of it. */
export function piecesOf({ check }: Report): Feature[] {
  const groups = Map.groupBy(
    check.findings.filter((finding) => finding.piece !== null && speaks(finding)),
    ({ theme, feature }) => `${theme}/${feature}`,
  );
  return [...groups].map(([key, findings]) => {
    const { piece, layer, theme, theme_title, feature, feature_name } = findings[0]!;
    const { overlap_m2, overlap_length_m, overlap_points, share_of_site } = findings[0]!;
    return {
      type: "Feature",
      id: `piece/${key}`,
      geometry: piece!,
      properties: {
        role: "piece",
        layer,
        theme,
        theme_title,
        feature,
        feature_name,
        overlap_m2,
        overlap_length_m,
        overlap_points,
        share_of_site,
        findings: findings.map(told),
      },
    };
  });
}

function featuresOf({ check, features }: Report): Feature[] {
  return (features ?? []).map(({ layer, code, name, theme, geometry }) => ({
    type: "Feature",
    id: `feature/${theme}/${code}`,
    geometry,
    properties: {
      role: "feature",
      layer,
      theme,
      feature: code,
      name,
      findings: check.findings
        .filter((finding) => finding.theme === theme && finding.feature === code && speaks(finding))
        .map(told),
    },
  }));
}
