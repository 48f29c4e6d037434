#!/usr/bin/env node
/**
 * Checks an evidence pack of Shuijie 水界 without the service that made it: plain Node.js 20 or newer, no packages, no network.
 *
 *     node verify.mjs [folder] [--lang=zh|en]
 *
 * 1. Every file named in SHA256SUMS has the checksum written there, and no file is there that is not named.
 * 2. The report's hash follows from what was said (both languages), what was frozen, and the version of the catalogue, and
 *    it is the hash printed in report.html. Settings and checklist are those that were frozen.
 * 3. Areas of the site and of its pieces, worked out again from their shapes on the CGCS2000 ellipsoid, agree with the
 *    figures of the findings; no piece is larger than the site; shares are areas divided.
 * 4. The conclusion, what of it is certain, the worst possible and the standing follow from the findings and the themes, and
 *    both languages say the same.
 *
 * Ends with 0 when all of it holds, else with 1 after naming what does not. What it does not check: whether the findings
 * follow from the rules and the layers (the service's replay does), and whether pack and hash were both made anew by
 * somebody else: compare the hash with that of /verify/<hash> at the service, or with a printed report.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const given = process.argv.slice(2);
const lang = given.find((each) => each.startsWith("--lang="))?.slice(7) === "en" ? "en" : "zh";
const folder = given.find((each) => !each.startsWith("--")) ?? fileURLToPath(new URL(".", import.meta.url));

const path = (name) => join(folder, ...name.split("/"));
const json = (name) => JSON.parse(readFileSync(path(name), "utf8"));
let words = {};
try {
  words = json("words.json")[lang];
} catch {
  // The checksums below say what is wrong with it.
}
const say = (key, params = {}) =>
  (words[key] ?? key)
    .replace(/\{(\w+)\|([^|}]*)\|([^|}]*)\}/g, (_, name, one, many) => (String(params[name]) === "1" ? one : many))
    .replace(/\{(\w+)\}/g, (_, name) => String(params[name] ?? "…"));

const faults = [];
const fault = (key, params) => faults.push(say(key, params));
const passed = (key, params) => console.log(`  ok  ${say(key, params)}`);
/** Runs one part; says that it holds when it found no fault. */
function part(key, work) {
  const before = faults.length;
  try {
    const params = work();
    if (faults.length === before) passed(key, params);
  } catch (error) {
    fault("evidence.verify.unreadable", { part: say(key, {}), error: error instanceof Error ? error.message : error });
  }
}

// 1. Checksums

function filesIn(at) {
  return readdirSync(at, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesIn(join(at, entry.name)) : [relative(folder, join(at, entry.name)).split(sep).join("/")],
  );
}

part("evidence.verify.sums", () => {
  const sums = new Map(
    readFileSync(path("SHA256SUMS"), "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => [line.slice(66), line.slice(0, 64)]),
  );
  const found = new Set(filesIn(folder));
  for (const [name, sum] of sums) {
    if (!found.has(name)) fault("evidence.verify.missing", { name });
    else if (
      createHash("sha256")
        .update(readFileSync(path(name)))
        .digest("hex") !== sum
    )
      fault("evidence.verify.differs", { name });
  }
  for (const name of found) if (name !== "SHA256SUMS" && !sums.has(name)) fault("evidence.verify.unnamed", { name });
  return { count: sums.size };
});

// 2. The report's hash

/** Keys in order, no spaces. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value === "object" && value !== null)
    return `{${Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`)
      .join()}}`;
  return JSON.stringify(value);
}

part("evidence.verify.hash", () => {
  const said = { zh: json("check.zh.json"), en: json("check.en.json") };
  const text = canonical({ said, frozen: json("frozen.json"), catalogue: json("catalogue.json").version });
  const hash = createHash("sha256").update(text).digest("hex");
  const page = readFileSync(path("report.html"), "utf8");
  if (!page.includes(hash)) fault("evidence.verify.hash.differs", { hash });
  const { settings, tolerances, radius_m, checklists } = json("frozen.json");
  // A check from before settings were frozen was judged by the catalogue's.
  const { values, origins, differing } = settings ?? { values: json("catalogue.json").settings, origins: {}, differing: [] };
  if (canonical(json("settings.json")) !== canonical({ settings: values, origins, differing, tolerances, radius_m }))
    fault("evidence.verify.frozen.differs", { name: "settings.json" });
  if (canonical(json("checklist.json")) !== canonical(checklists))
    fault("evidence.verify.frozen.differs", { name: "checklist.json" });
  return { hash };
});

// 3. Areas

// CGCS2000 (GRS80): half axis in metres, flattening.
const A = 6378137;
const F = 1 / 298.257222101;
const E2 = F * (2 - F);
const E = Math.sqrt(E2);
const RAD = Math.PI / 180;

/** Area between the equator and a latitude of the ellipsoid, as a share of what lies below the pole. */
function q(sin) {
  return (1 - E2) * (sin / (1 - E2 * sin * sin) - (1 / (2 * E)) * Math.log((1 - E * sin) / (1 + E * sin)));
}
const Q_POLE = q(1);
/** Radius of the sphere with the ellipsoid's area. */
const R = A * Math.sqrt(Q_POLE / 2);
const LONGEST_M = 500;

/** A position on that sphere, where areas are those of the ellipsoid. */
function authalic([lon, lat]) {
  const b = Math.asin(Math.max(-1, Math.min(1, q(Math.sin(lat * RAD)) / Q_POLE)));
  return [lon * RAD, b];
}

/** Edges cut along great circles, so that a long one does not count as a straight line of the projection. */
function* walk([l1, b1], [l2, b2]) {
  const v = ([l, b]) => [Math.cos(b) * Math.cos(l), Math.cos(b) * Math.sin(l), Math.sin(b)];
  const [p, o] = [v([l1, b1]), v([l2, b2])];
  const angle = 2 * Math.asin(Math.min(1, Math.hypot(p[0] - o[0], p[1] - o[1], p[2] - o[2]) / 2));
  const steps = Math.max(1, Math.ceil((angle * R) / LONGEST_M));
  for (let i = 1; i < steps; i++) {
    const [f, g] = [Math.sin((1 - i / steps) * angle) / Math.sin(angle), Math.sin((i / steps) * angle) / Math.sin(angle)];
    const [x, y, z] = p.map((each, k) => f * each + g * o[k]);
    yield [Math.atan2(y, x), Math.atan2(z, Math.hypot(x, y))];
  }
  yield [l2, b2];
}

/** Lambert's cylindrical projection of that sphere keeps areas: there, the trapezoid formula is exact. */
function ringArea(ring) {
  const corners = ring.map(authalic);
  const [l0, b0] = corners[0];
  let sum = 0;
  let last = corners[0];
  for (let i = 1; i < corners.length; i++)
    for (const next of walk(corners[i - 1], corners[i])) {
      const [x1, x2] = [last[0] - l0, next[0] - l0];
      const [y1, y2] = [Math.sin(last[1]) - Math.sin(b0), Math.sin(next[1]) - Math.sin(b0)];
      sum += x1 * y2 - x2 * y1;
      last = next;
    }
  return Math.abs((sum * R * R) / 2);
}

/** Square metres on the ellipsoid; null where there is no polygon. */
function areaOf(geometry) {
  const polygon = ([outer, ...holes]) => holes.reduce((area, hole) => area - ringArea(hole), ringArea(outer));
  switch (geometry.type) {
    case "Polygon":
      return polygon(geometry.coordinates);
    case "MultiPolygon":
      return geometry.coordinates.reduce((sum, each) => sum + polygon(each), 0);
    case "GeometryCollection": {
      const areas = geometry.geometries.map(areaOf).filter((area) => area !== null);
      return areas.length === 0 ? null : areas.reduce((sum, area) => sum + area, 0);
    }
    default:
      return null;
  }
}

/** Half a square metre, and a ten-thousandth. */
const near = (a, b) => Math.abs(a - b) <= 0.5 + 1e-4 * Math.max(Math.abs(a), Math.abs(b));

part("evidence.verify.areas", () => {
  const check = json("check.zh.json");
  const frozen = json("frozen.json");
  const site_m2 = areaOf(check.site.geometry);
  let compared = 0;
  const compare = (what, said, worked) => {
    compared++;
    if (!near(said, worked)) fault("evidence.verify.area.differs", { what, said, worked: worked.toFixed(2) });
  };
  if (canonical(check.site.geometry) !== canonical(frozen.site.geometry)) fault("evidence.verify.site.differs");
  if (canonical(json("site.geojson").features[0].geometry) !== canonical(check.site.geometry))
    fault("evidence.verify.site.differs");
  if (check.site.area_m2 !== null) compare("site", check.site.area_m2, site_m2 ?? 0);
  const pieces = new Map(json("pieces.geojson").features.map((each) => [each.id, each]));
  const shown = new Set();
  for (const finding of check.findings) {
    if (finding.piece !== null && (finding.outcome !== "not_triggered" || finding.conclusion !== "clear")) {
      const id = `piece/${finding.theme}/${finding.feature}`;
      shown.add(id);
      if (!pieces.has(id)) fault("evidence.verify.piece.missing", { id });
    }
    if (finding.overlap_m2 === null || finding.piece === null) continue;
    const what = `${finding.id} ${finding.rule}`;
    compare(what, finding.overlap_m2, areaOf(finding.piece) ?? 0);
    if (site_m2 !== null && (areaOf(finding.piece) ?? 0) > site_m2 && !near(areaOf(finding.piece), site_m2))
      fault("evidence.verify.piece.larger", { what });
    if (finding.share_of_site !== null && check.site.area_m2 !== null) {
      const share = finding.overlap_m2 / check.site.area_m2;
      if (Math.abs(share - finding.share_of_site) > 1e-4)
        fault("evidence.verify.area.differs", { what: `${what} %`, said: finding.share_of_site, worked: share.toFixed(6) });
    }
  }
  for (const { id, geometry, properties } of pieces.values()) {
    if (!shown.has(id)) fault("evidence.verify.piece.missing", { id });
    if (properties.overlap_m2 !== null) compare(id, properties.overlap_m2, areaOf(geometry) ?? 0);
  }
  return { count: compared };
});

// 4. The conclusion

const CONCLUSIONS = ["prohibited", "must_withdraw", "suspended", "undetermined", "restricted", "conditional", "notice", "clear"];
const FROM_EFFECT = {
  prohibit: "prohibited",
  allowlist: "prohibited",
  gate: "prohibited",
  remove: "must_withdraw",
  relocate: "must_withdraw",
  suspend: "suspended",
  review: "undetermined",
  restrict: "restricted",
  replace: "restricted",
  replace_reduce: "restricted",
  no_increase: "restricted",
  condition: "conditional",
  approval: "conditional",
  duty: "notice",
};
const worse = (a, b) => (CONCLUSIONS.indexOf(a) <= CONCLUSIONS.indexOf(b) ? a : b);
const milder = (a, b) => (worse(a, b) === a ? b : a);
const UNKNOWN = ["touches", "cannot_tell", "no_data", "failed"];

/** What the rule's effect would conclude were it triggered: drafts never rank, plans past their horizon as `review` at most. */
function weight({ effect, status }) {
  if (status === "draft" || status === "repealed") return "clear";
  return status === "horizon_passed" || status === "unverified"
    ? milder(FROM_EFFECT[effect], "undetermined")
    : FROM_EFFECT[effect];
}
const unanswered = ({ reasons }) => reasons.some(({ code }) => code === "unanswered");
function contribution(finding) {
  const own = weight(finding);
  if (finding.outcome === "not_triggered") return unanswered(finding) ? milder(own, "undetermined") : "clear";
  if (finding.outcome === "triggered") return own;
  if (finding.outcome === "near") return own === "clear" ? "clear" : "notice";
  return milder(own, "undetermined");
}

function conclude({ findings, themes }, plain) {
  const asked = themes.filter(({ status }) => status !== "not_asked");
  const bases = asked.map(({ basis }) => basis).filter((basis) => basis !== null);
  const standing = bases.includes("schematic")
    ? "demonstration"
    : bases.includes("computed_default") || bases.length === 0
      ? "screening"
      : "formal";
  let known = "clear";
  let conclusion = standing === "screening" ? "undetermined" : "clear";
  let possible = conclusion;
  let complete = true;
  for (const finding of findings) {
    const own = contribution(finding);
    conclusion = worse(conclusion, own);
    if (UNKNOWN.includes(finding.outcome) || unanswered(finding)) possible = worse(possible, weight(finding));
    else known = worse(known, own);
    if (["cannot_tell", "no_data", "failed"].includes(finding.outcome) && weight(finding) !== "clear") complete = false;
  }
  for (const { theme, status, covered } of asked) {
    const unproven = !covered || status === "no_data" || status === "failed";
    const own = unproven ? "undetermined" : plain.has(theme) || status === "clear" ? "clear" : "notice";
    conclusion = worse(conclusion, own);
    if (unproven) {
      complete = false;
      if (theme === "jurisdiction") possible = "prohibited";
    } else if (status !== "cannot_tell") known = worse(known, own);
    if (status === "cannot_tell" && !plain.has(theme)) complete = false;
  }
  return { standing, conclusion, known, possible: worse(possible, conclusion), complete };
}

part("evidence.verify.conclusion", () => {
  const plain = new Set(
    json("catalogue.json")
      .themes.filter((each) => each.plain === true)
      .map(({ theme }) => theme),
  );
  const checks = { zh: json("check.zh.json"), en: json("check.en.json") };
  for (const [language, check] of Object.entries(checks)) {
    for (const finding of check.findings)
      if (finding.conclusion !== contribution(finding))
        fault("evidence.verify.conclusion.differs", {
          what: `check.${language}.json ${finding.id} ${finding.rule}`,
          said: finding.conclusion,
          worked: contribution(finding),
        });
    for (const [name, worked] of Object.entries(conclude(check, plain)))
      if (check[name] !== worked)
        fault("evidence.verify.conclusion.differs", { what: `check.${language}.json ${name}`, said: check[name], worked });
  }
  const bare = ({ id, as_of, conclusion, findings }) =>
    canonical([
      id,
      as_of,
      conclusion,
      findings.map(({ rule, outcome, effect, feature, overlap_m2, distance_m }) => [
        rule,
        outcome,
        effect,
        feature,
        overlap_m2,
        distance_m,
      ]),
    ]);
  if (bare(checks.zh) !== bare(checks.en)) fault("evidence.verify.languages");
  return { conclusion: checks.zh.conclusion };
});

for (const text of faults) console.error(`  !!  ${text}`);
console.log(say(faults.length === 0 ? "evidence.verify.holds" : "evidence.verify.fails", { count: faults.length }));
process.exitCode = faults.length === 0 ? 0 : 1;
