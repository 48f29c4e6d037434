/** All that a third party needs to check a report without this service, in one archive. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { strToU8 } from "fflate";
import { type Frozen } from "./gather.ts";
import { LANGS, messages, say } from "./messages.ts";
import type { StoredCheck } from "./queries/checks.ts";
import type { ReportMaker } from "./report_maker.ts";
import { pack } from "./reports/archive.ts";
import { collect, geojsonReport, piecesOf, siteOf } from "./reports/geojson.ts";
import { renderings } from "./reports/index.ts";
import type { Report } from "./reports/report.ts";

/** What somebody who does not read code looks at. */
const RENDERED = new Set(["html", "pdf", "docx", "xlsx"]);
const SCRIPT = new URL("./evidence/verify.mjs", import.meta.url);

/** A ZIP: the report in its language as HTML, PDF, Word and Excel, the answer in both languages, shapes, rules, checklist, settings and sources
 *  as frozen, checksums, and a program that checks all of it. Equal input gives equal bytes. `report` has its features. Throws what `make` throws. */
export async function packEvidence(
  stored: StoredCheck,
  report: Report,
  { make }: Pick<ReportMaker, "make">,
): Promise<Uint8Array> {
  const frozen = stored.frozen as Frozen;
  const { said, catalogue } = stored;
  const { check } = report;
  const files: Record<string, Uint8Array> = {};
  const put = (name: string, content: string | Uint8Array) => {
    files[name] = typeof content === "string" ? strToU8(content) : content;
  };
  const putJson = (name: string, value: unknown) => put(name, `${JSON.stringify(value, null, 2)}\n`);
  for (const rendering of renderings)
    if (RENDERED.has(rendering.id)) put(`report.${rendering.id}`, await make(rendering, report));
  put("report.geojson", await make(geojsonReport, report));
  putJson("site.geojson", collect(report, siteOf(report)));
  putJson("pieces.geojson", collect(report, piecesOf(report)));
  for (const lang of LANGS) putJson(`check.${lang}.json`, said[lang]);
  putJson("frozen.json", frozen);
  putJson("catalogue.json", catalogue);
  // One id may have rows of other times: the row of the finding's own instrument is the one that was judged by.
  const rules = new Set(check.findings.map(({ rule, instrument }) => `${instrument}/${rule}`));
  const instruments = new Set(check.findings.map(({ instrument }) => instrument));
  putJson("rules.json", {
    instruments: catalogue.instruments.filter(({ id }) => instruments.has(id)),
    rules: catalogue.rules.filter(({ id, instrument }) => rules.has(`${instrument}/${id}`)),
  });
  putJson("checklist.json", frozen.checklists);
  putJson("settings.json", settingsOf(stored));
  putJson("sources.json", {
    versions: check.versions,
    themes: check.themes.map(({ theme, title, coverage, data_date, source, basis, features }) => ({
      theme,
      title,
      coverage,
      data_date,
      source,
      basis,
      features,
    })),
  });
  putJson("words.json", Object.fromEntries(LANGS.map((lang) => [lang, wordsOfScript(lang)])));
  put("verify.mjs", new Uint8Array(await readFile(SCRIPT)));
  put("README.md", readme(report));
  put("SHA256SUMS", sums(files));
  return pack(files, check.created_at);
}

/** What it was judged by: the settings of its districts, where each stands, and those that they set differently. A check
 *  from before these were frozen was judged by the catalogue's. */
function settingsOf({ frozen, catalogue }: StoredCheck) {
  const { settings, tolerances, radius_m } = frozen as Frozen;
  const { values, origins, differing } = settings ?? { values: catalogue.settings, origins: {}, differing: [] };
  return { settings: values, origins, differing, tolerances, radius_m };
}

function wordsOfScript(lang: (typeof LANGS)[number]): Record<string, string> {
  return Object.fromEntries(Object.entries(messages(lang)).filter(([key]) => key.startsWith("evidence.verify.")));
}

/** As `sha256sum` writes and reads it. */
function sums(files: Readonly<Record<string, Uint8Array>>): string {
  return Object.keys(files)
    .toSorted()
    .map((name) => `${createHash("sha256").update(files[name]!).digest("hex")}  ${name}\n`)
    .join("");
}

const TOLD = [
  "report",
  "check",
  "shapes",
  "frozen",
  "catalogue",
  "rules",
  "checklist",
  "settings",
  "sources",
  "sums",
  "verify",
] as const;

function readme({ number, hash, verify, check }: Report): string {
  return LANGS.map((lang) => {
    const t = (key: string, params?: Record<string, unknown>) => say(lang, key, params);
    const sample = check.standing === "demonstration" ? `**${t("report.sample.running")}**\n\n` : "";
    return `# ${t("evidence.readme.title", { number })}

${sample}${t("evidence.readme.about")}

- ${t("report.hash")}: \`${hash}\`
- ${t("report.link")}: <${verify}>

${TOLD.map((key) => `- ${t(`evidence.readme.${key}`)}`).join("\n")}

${t("evidence.readme.run")}

    node verify.mjs --lang=${lang}

${t("evidence.readme.limits")}
`;
  }).join("\n---\n\n");
}
