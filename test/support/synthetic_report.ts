/** A report made by hand, as large as wanted: nothing of it was measured. */
import type { Check, Finding, Rank } from "../../server/api/checks.ts";
import type { Lang } from "../../server/api/common.ts";
import type { Report } from "../../server/reports/report.ts";

const RING = [
  [105.95, 29.23],
  [105.956, 29.23],
  [105.956, 29.2315],
  [105.95, 29.2315],
  [105.95, 29.23],
];
const POLYGON = { type: "Polygon" as const, coordinates: [RING] };

function findingOf(i: number, lang: Lang): Finding {
  const rank: Rank = i % 3 === 0 ? "work_plan" : "law";
  const said = (zh: string, en: string) => (lang === "zh" ? zh : en);
  return {
    id: `f${i + 1}`,
    rule: `SY-R${i + 1}`,
    outcome: i % 11 === 10 ? "not_triggered" : "triggered",
    effect: "prohibit",
    conclusion: i % 11 === 10 ? "clear" : "prohibited",
    layer: "protection_zone",
    theme: "protection_zone/first",
    theme_title: said("饮用水水源一级保护区", "first-level drinking-water protection zone"),
    feature: `Z${i % 40}`,
    feature_name: said(`㛃家庄𠮷野第${i % 40}水源`, `source number ${i % 40}`),
    relation: "overlaps",
    overlap_m2: 1234.5 + i,
    overlap_length_m: null,
    overlap_width_m: 20,
    overlap_points: null,
    share_of_site: 0.123,
    distance_m: 0,
    bearing_deg: null,
    basis: "schematic",
    accuracy_m: null,
    told: [],
    piece: POLYGON,
    instrument: rank === "law" ? "law" : "plan",
    instrument_title: rank === "law" ? said("《示例法》", "Sample Act") : said("《示例方案》", "Sample Plan"),
    rank,
    status: "in_force",
    article: said(`第${i + 1}条`, `Article ${i + 1}`),
    gist: said(
      "一级保护区内不得新建与供水设施和保护水源无关的项目。",
      "No project unrelated to supply or protection in a first-level zone.",
    ),
    quote: null,
    reasons: [],
    settings: [],
    orders: [],
    decided_by: null,
    next_step: said("移出一级保护区。", "Move out of the zone."),
    office: said("县级人民政府", "county government"),
    confidence: "memory",
  };
}

/** `count` findings, every third of a plan, every eleventh not triggered. */
export function syntheticReport(lang: Lang, count: number, more: { name?: string; failed?: boolean } = {}): Report {
  const check: Check = {
    id: "0f0e0d0c-0b0a-4908-8706-050403020100",
    lang,
    created_at: "2026-11-24T16:05:07.000Z",
    as_of: "2026-11-25",
    standing: "demonstration",
    conclusion: "prohibited",
    known: "prohibited",
    possible: "prohibited",
    complete: true,
    deciding: [],
    sentence:
      lang === "zh" ? "示例数据演示：项目用地占用一级保护区。" : "Demonstration on sample data: the site overlaps a zone.",
    project: {
      name: more.name ?? "示例项目",
      activity: "livestock_farm",
      activity_title: lang === "zh" ? "规模畜禽养殖场" : "livestock farm",
      action: "new",
      action_title: lang === "zh" ? "新建" : "new",
      attributes: {},
      classes: {},
    },
    site: {
      geometry: POLYGON,
      area_m2: 96_960.25,
      area_gk_m2: 96_990.5,
      length_m: null,
      points: null,
      crs_given: "EPSG:4326",
      crs_gk: "EPSG:4544",
      accuracy_m: 0,
      jurisdictions: ["500118"],
    },
    findings: Array.from({ length: count }, (_, i) => findingOf(i, lang)),
    themes: [
      {
        theme: "protection_zone/first",
        title: lang === "zh" ? "饮用水水源一级保护区" : "first-level drinking-water protection zone",
        status: "affected",
        coverage: "loaded",
        covered: true,
        data_date: "2026-11-24",
        source: "=1+1",
        basis: "schematic",
        features: 40,
        nearest_m: 0,
      },
      {
        theme: "protection_zone/second",
        title: lang === "zh" ? "饮用水水源二级保护区" : "second-level drinking-water protection zone",
        status: "not_asked",
        coverage: "not_loaded",
        covered: true,
        data_date: null,
        source: null,
        basis: null,
        features: null,
        nearest_m: null,
      },
    ],
    rules_counted: { took_part: count, not_in_force: 1, other_district: 2, other_activity: 3, not_asked: 4 },
    slivers: [],
    checklist: "500118@2",
    tolerances: { sliver_area_m2: 1, sliver_width_m: 0.1, line_length_m: 1, contact_m: 0.001, near_m: 1000 },
    versions: { layers: { protection_zone: 5 }, rules: "abc", engine: "PostgreSQL", service: "0.1.0" },
  };
  const style = { color: "#B4232A", opacity: 0.2, width: 0.4, dash: null, pattern: "hatch-dense" };
  return {
    check,
    number: "SJ-20261125-0F0E0D0C",
    hash: "ab".repeat(32),
    made_at: "2026-11-25 00:05",
    link: `/?check=${check.id}`,
    verify: `http://localhost:8080/verify/${"ab".repeat(32)}`,
    districts: ["永川区 500118"],
    attributes: [{ title: lang === "zh" ? "畜种" : "species", value: "+SUM(A1)" }],
    instruments: [],
    central_meridian: 105,
    coordinates: RING.slice(0, 4).map(([lon, lat], i) => ({
      part: 1,
      ring: 1,
      number: i + 1,
      x: 3_235_147.4021 + i,
      y: 592_612.855 + i,
      lon: lon!,
      lat: lat!,
    })),
    more_coordinates: 0,
    coordinates_failed: null,
    figures: [
      more.failed
        ? { number: 1, title: "图㛃", place: "project", failed: lang === "zh" ? "图件没有画成" : "not drawn" }
        : {
            number: 1,
            title: "图㛃",
            place: "project",
            drawing: {
              box: [0, 0, 168, 80],
              scale: 1000,
              shapes: [
                {
                  kind: "area",
                  paths: [
                    [
                      [10, 10],
                      [100, 10],
                      [100, 60],
                      [10, 10],
                    ],
                  ],
                  style,
                  arrows: false,
                },
              ],
              labels: [{ at: [50, 30], text: "𠮷野😀", color: "#111111", strong: true }],
              legend: [{ title: "一级保护区", kind: "area", style }],
              notes: ["CGCS2000"],
              sample: true,
            },
          },
    ],
    features: [{ layer: "protection_zone", code: "Z0", name: "㛃", theme: "protection_zone/first", geometry: POLYGON }],
  };
}
