/** The report of a frozen check: the same numbers as the JSON, in both languages, whatever stands in it; on both engines. */
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Check } from "../../server/api/checks.ts";
import type { Lang, Problem } from "../../server/api/common.ts";
import { areaText, distanceText, percentText } from "../../server/measures.ts";
import { say } from "../../server/messages.ts";
import { drawnThemes } from "../../server/report_figures.ts";
import { eachEngine } from "../support/engines.ts";
import { CLEAN, FAR, IN_FIRST, IN_SECOND, rectangle, SEA, type Service, startService } from "../support/service.ts";

const HOSTILE = `<script>alert(1)</script> "onload=x" \u202e逆 \u0007 𠮷野家😀 & ${"长".repeat(120)}`;

eachEngine((engine) => {
  let service: Service;
  let partly: Check;
  beforeAll(async () => {
    service = await startService(await engine.open());
    // Across the line between the first- and the second-level zone.
    partly = await service.check({ name: "跨界猪场", geometry: rectangle(105.9505, 29.2301, 105.956, 29.2315) });
  });
  afterAll(() => service.close());

  const fetchReport = (id: string, lang: Lang) => service.get(`/api/checks/${id}/report.html?lang=${lang}`);
  /** Words of the page, tags out, entities back. */
  const words = (text: string) =>
    text
      .replace(/<style>[^]*?<\/style>/g, "")
      .replace(/<[^>]+>/g, " ")
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&quot;", '"')
      .replaceAll("&#39;", "'")
      .replaceAll("&amp;", "&")
      .replace(/\s+/g, " ");
  const pageOf = async (id: string, lang: Lang) => {
    const response = await fetchReport(id, lang);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toContain("text/html");
    return response.text();
  };

  describe.each(["zh", "en"] as const)("in %s", (lang) => {
    it("says every number, theme, article and reason of the JSON", async () => {
      const check = await service.json<Check>(`/api/checks/${partly.id}?lang=${lang}`);
      const page = words(await pageOf(check.id, lang));
      expect(check.findings.some(({ relation }) => relation === "overlaps")).toBe(true);
      const expected = [
        check.project.name,
        check.sentence,
        check.as_of,
        check.checklist,
        check.id,
        say(lang, `conclusion.${check.conclusion}`),
        areaText(lang, check.site.area_m2!),
        ...check.themes.map(({ title }) => title),
        ...check.findings.flatMap((finding) => [
          finding.instrument_title,
          finding.article,
          finding.gist,
          ...(finding.outcome === "not_triggered"
            ? []
            : [
                finding.next_step,
                finding.office,
                ...finding.reasons.map(({ text }) => text),
                ...(finding.overlap_m2 === null
                  ? []
                  : [areaText(lang, finding.overlap_m2), percentText(lang, finding.share_of_site!)]),
                ...(finding.overlap_length_m === null ? [] : [distanceText(lang, finding.overlap_length_m)]),
                ...(finding.distance_m ? [distanceText(lang, finding.distance_m)] : []),
                ...(finding.feature_name ? [finding.feature_name] : []),
              ]),
        ]),
        ...check.themes.flatMap(({ nearest_m, theme }) =>
          nearest_m && !check.findings.some((finding) => finding.theme === theme && finding.feature)
            ? [distanceText(lang, nearest_m)]
            : [],
        ),
      ];
      const missing = [...new Set(expected)].filter((text) => !page.includes(text.replace(/\s+/g, " ")));
      expect(missing).toEqual([]);
      expect(page).not.toMatch(/undefined|\[object|NaN/);
      expect(page).not.toMatch(/可以建设|符合要求|准予/);
    });

    it("every theme asked has its row, and those not asked are named apart", async () => {
      const check = await service.json<Check>(`/api/checks/${partly.id}?lang=${lang}`);
      const text = await pageOf(check.id, lang);
      const rows = /<table class="results">([^]*?)<\/table>/.exec(text)![1]!;
      for (const { title, status } of check.themes) {
        if (status === "not_asked") expect(words(rows)).not.toContain(` ${title} `);
        else expect(words(rows)).toContain(title);
      }
    });

    it("has an overview and a figure for each affected theme, with scale, north, frame and sources", async () => {
      const check = await service.json<Check>(`/api/checks/${partly.id}?lang=${lang}`);
      const text = await pageOf(check.id, lang);
      const figures = text.match(/<figure>[^]*?<\/figure>/g)!;
      const met = drawnThemes(check);
      expect(met.some(({ status }) => status === "affected")).toBe(true);
      // The overview before them, the plan of the site after them.
      expect(figures).toHaveLength(1 + met.length + 1);
      for (const figure of figures) {
        expect(figure).toContain("<svg");
        expect(words(figure)).toMatch(/1:[\d,]+/);
        expect(words(figure)).toContain(check.site.crs_gk);
        expect(words(figure)).toContain(say(lang, "report.figure.north"));
        expect(words(figure)).toContain(say(lang, "report.sample"));
      }
      for (const figure of figures.slice(0, -1))
        expect(words(figure)).toContain(lang === "zh" ? "水界示例数据" : "Shuijie sample data");
      for (const { title } of met) expect(figures.some((figure) => figure.includes(title))).toBe(true);
      for (const corner of ["J1", "J2", "J3", "J4"]) expect(words(figures.at(-1)!)).toContain(` ${corner} `);
    });
  });

  it("lists the corners of the site in metres and degrees", async () => {
    const page = words(await pageOf(partly.id, "zh"));
    for (const [lon, lat] of [
      [105.9505, 29.2301],
      [105.956, 29.2315],
    ])
      expect(page).toContain(`${lon!.toFixed(7)} ${lat!.toFixed(7)}`);
    expect(page).toMatch(/J1 323\d{4}\.\d{3} 592\d{3}\.\d{3}/);
  });

  it("numbers the corners of every part and ring once, without the one that closes a ring", async () => {
    const hole = rectangle(105.9503, 29.2303, 105.9507, 29.2307).coordinates[0]!;
    const check = await service.check({
      name: "多块",
      geometry: {
        type: "MultiPolygon",
        coordinates: [
          [rectangle(105.95, 29.23, 105.951, 29.231).coordinates[0]!, hole.toReversed()],
          rectangle(105.96, 29.23, 105.961, 29.231).coordinates,
        ],
      },
    });
    const table = /<table class="coordinates">([^]*?)<\/table>/.exec(await pageOf(check.id, "zh"))![1]!;
    const rows = [...table.matchAll(/<tr>\s*<td>(\d+)<\/td>\s*<td>(\d+)<\/td>\s*<td>J(\d+)<\/td>/g)].map((row) =>
      row.slice(1).join("-"),
    );
    expect(rows).toHaveLength(12);
    expect(new Set(rows).size).toBe(12);
    expect(rows.toSorted()).toEqual(["1-1", "1-2", "2-1"].flatMap((ring) => [1, 2, 3, 4].map((n) => `${ring}-${n}`)));
  });

  it("a zone that is only near has a figure with the way to it", async () => {
    const check = await service.check({ name: "近", geometry: rectangle(105.968, 29.24, 105.969, 29.241) });
    const near = check.findings.find(({ theme, distance_m }) => theme === "protection_zone/second" && (distance_m ?? 0) > 0)!;
    const figures = (await pageOf(check.id, "zh")).match(/<figure>[^]*?<\/figure>/g)!;
    const own = figures.find((figure) => figure.split("<figcaption>")[1]!.includes(near.theme_title!))!;
    expect(words(own)).toContain(distanceText("zh", near.distance_m!));
  });

  it("each feature's row names its provisions by their number and the worst it contributes", async () => {
    const check = await service.json<Check>(`/api/checks/${partly.id}?lang=zh`);
    const text = await pageOf(check.id, "zh");
    const rows = /<table class="results">([^]*?)<\/table>/.exec(text)![1]!.split("<tr>").map(words);
    for (const finding of check.findings.filter(({ feature, outcome }) => feature && outcome === "triggered")) {
      const row = rows.find((each) => each.includes(finding.feature_name!) && each.includes(finding.theme_title!))!;
      const worst = check.findings.find(({ feature, theme }) => feature === finding.feature && theme === finding.theme)!;
      expect(row).toContain(say("zh", `conclusion.${worst.conclusion}`));
      expect(row).toMatch(/表 T4 第 [\d、]+ 条/);
    }
  });

  it("equal input gives equal bytes; another check another hash", async () => {
    const [one, two] = await Promise.all([pageOf(partly.id, "zh"), pageOf(partly.id, "zh")]);
    expect(one).toBe(two);
    const hash = (text: string) => /[0-9a-f]{64}/.exec(text)![0];
    const other = await service.check({ name: "另一个", geometry: IN_SECOND });
    expect(hash(await pageOf(other.id, "zh"))).not.toBe(hash(one));
    expect(hash(await pageOf(partly.id, "en"))).toBe(hash(one));
  });

  it("a name that is markup, turns the line or rings the bell is text, and nothing runs", async () => {
    const check = await service.check({ name: HOSTILE.slice(0, 200), geometry: IN_FIRST });
    const text = await pageOf(check.id, "zh");
    expect(text).not.toMatch(/<script/i);
    expect(text).toContain("&lt;script&gt;");
    expect(text).toContain("[U+202E]");
    expect(text.includes("\u202e") || text.includes("\u0007")).toBe(false);
    expect(text).toContain("𠮷野家😀");
    expect(text).not.toMatch(/\s(onload|src|href="http)/i);
  });

  it.each([
    ["clear", { name: "远处", geometry: FAR, ...CLEAN }],
    ["the sea", { name: "海上", geometry: SEA }],
    ["a point", { name: "点", geometry: { type: "Point", coordinates: [105.951, 29.2303] } }],
    [
      "a long line",
      {
        name: "线",
        activity: "road_bridge",
        attributes: {},
        geometry: {
          type: "LineString",
          coordinates: [
            [105.7, 29.1],
            [105.97, 29.26],
          ],
        },
      },
    ],
    ["a speck", { name: "小", geometry: rectangle(105.951, 29.2303, 105.951001, 29.230301) }],
    [
      "parts of every kind",
      {
        name: "杂",
        geometry: {
          type: "GeometryCollection",
          geometries: [
            IN_FIRST,
            { type: "Point", coordinates: [105.96, 29.24] },
            {
              type: "LineString",
              coordinates: [
                [105.95, 29.24],
                [105.96, 29.25],
              ],
            },
          ],
        },
      },
    ],
  ])("%s has a whole report too", async (_, request) => {
    const check = await service.check(request);
    for (const lang of ["zh", "en"] as const) {
      const page = await pageOf(check.id, lang);
      expect(page).not.toMatch(/class="failed"|undefined|NaN|Infinity/);
      expect(words(page)).toContain(say(lang, `conclusion.${check.conclusion}`));
    }
  });

  it("nothing found stands with what was not covered beside it", async () => {
    const check = await service.check({ name: "远处", geometry: FAR, ...CLEAN });
    expect(check.conclusion).toBe("clear");
    const text = await pageOf(check.id, "zh");
    const uncovered = check.themes.filter(({ status }) => status === "not_asked");
    expect(uncovered.length).toBeGreaterThan(0);
    const block = /class="verdict hatched uncovered">([^]*?)<\/div>/.exec(text)![1]!;
    for (const { title } of uncovered) expect(block).toContain(title);
  });

  it("where it could not be told how the site lies, the table says that, by the worst finding of the feature", async () => {
    const check = await service.check({ name: "不明", geometry: IN_FIRST });
    const own = check.findings.filter(({ theme, feature }) => theme === "protection_zone/first" && feature !== null);
    expect(own.length).toBeGreaterThan(1);
    const number = check.findings.indexOf(own[0]!);
    await sql`update site_check set said = jsonb_set(said, ${sql.lit(`{zh,findings,${number}}`)},
        said -> 'zh' -> 'findings' -> ${number}::int || '{"outcome": "cannot_tell", "relation": "outside", "share_of_site": null}')
      where id = ${check.id}::uuid`.execute(service.database.db);
    const rows = /<table class="results">([^]*?)<\/table>/
      .exec(await pageOf(check.id, "zh"))![1]!
      .split("<tr>")
      .map(words);
    const row = rows.find((each) => each.includes(own[0]!.feature_name!))!;
    expect(row).toContain(say("zh", "outcome.cannot_tell"));
    expect(row).not.toContain(say("zh", "relation.outside"));
  });

  it("a figure that cannot be drawn says so in its place, and the rest is there", async () => {
    const check = await service.check({ name: "坏图", geometry: IN_FIRST });
    await sql`update site_check set frozen = jsonb_set(frozen, '{layers,protection_zone,features,0,shape}', '"0103000020"')
      where id = ${check.id}::uuid`.execute(service.database.db);
    const response = await fetchReport(check.id, "zh");
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const text = await response.text();
    expect(text).toContain("图件没有画成");
    expect(text).toContain("法定依据");
    expect(text.match(/class="failed"/g)!.length).toBeGreaterThan(0);
  });

  it("unknown formats and checks are named; a check put away has no report until it is back", async () => {
    const problem = async (path: string) => (await (await service.get(path)).json()) as Problem;
    expect(await problem(`/api/checks/${partly.id}/report.doc?lang=en`)).toMatchObject({
      status: 404,
      type: "/problems/unknown-rendering",
      detail: expect.stringContaining("html"),
    });
    expect((await problem("/api/checks/00000000-0000-4000-8000-000000000000/report.html")).status).toBe(404);
    const gone = await service.check({ name: "删", geometry: FAR });
    await fetch(`${service.url}/api/checks/${gone.id}`, { method: "DELETE" });
    expect((await problem(`/api/checks/${gone.id}/report.html`)).status).toBe(410);
  });
});
