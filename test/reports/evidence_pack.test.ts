/** What a third party gets to check a report by; it needs no database. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strFromU8, unzipSync } from "fflate";
import { afterAll, expect, it } from "vitest";
import { packEvidence } from "../../server/evidence_pack.ts";
import type { StoredCheck } from "../../server/queries/checks.ts";
import { syntheticReport } from "../support/synthetic_report.ts";

const report = { ...syntheticReport("zh", 12), features: [] };
const FILED = { "livestock_scale.pig": 500 };
const frozen = {
  site: { geometry: report.check.site.geometry },
  checklists: [{ jurisdiction: "500118", version: 2, themes: [] }],
  tolerances: report.check.tolerances,
  radius_m: 1000,
};
const settings = {
  values: { "livestock_scale.pig": 200 },
  origins: { "livestock_scale.pig": { jurisdiction: "500000", unit: "head", source: null, confidence: null } },
  differing: ["bank_width_m.qth_r20"],
};

async function packOf(more: object): Promise<Record<string, Uint8Array>> {
  const stored = {
    said: { zh: report.check, en: { ...report.check, lang: "en" } },
    frozen: { ...frozen, ...more },
    catalogue: { version: "abc", settings: FILED, instruments: [], rules: [], themes: [] },
  } as unknown as StoredCheck;
  return unzipSync(await packEvidence(stored, report, { make: () => Promise.resolve(new Uint8Array()) }));
}
const settingsIn = (files: Record<string, Uint8Array>) => JSON.parse(strFromU8(files["settings.json"]!)) as object;

const folder = mkdtempSync(join(tmpdir(), "shuijie-pack-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the script finds wrong; the report in it is made up, so that hash and areas always are. */
function faultsOf(files: Record<string, Uint8Array>): string {
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  try {
    return execFileSync(process.execPath, ["verify.mjs", "--lang=en"], { cwd: folder, stdio: "pipe" }).toString();
  } catch (error) {
    return String((error as { stderr: Buffer }).stderr);
  }
}

it("its settings are those that the check was judged by, with where they stand and which differ; and the script agrees", async () => {
  const files = await packOf({ settings });
  expect(settingsIn(files)).toEqual({
    settings: settings.values,
    origins: settings.origins,
    differing: settings.differing,
    tolerances: frozen.tolerances,
    radius_m: 1000,
  });
  expect(faultsOf(files)).not.toContain("settings.json");
  const other = JSON.stringify({ ...settingsIn(files), settings: FILED });
  expect(faultsOf({ ...files, "settings.json": Buffer.from(other) })).toContain("settings.json is not what is frozen");
});

it("the piece of a silence on which the answer hangs is in it, and the script looks for it there", async () => {
  const silence = report.check.findings.find(({ outcome }) => outcome === "not_triggered")!;
  const before = { ...silence };
  Object.assign(silence, { conclusion: "undetermined", feature: "silent" });
  const files = await packOf({ settings });
  Object.assign(silence, before);
  const pieces = JSON.parse(strFromU8(files["pieces.geojson"]!)) as { features: { id: string }[] };
  expect(pieces.features.map(({ id }) => id)).toContain("piece/protection_zone/first/silent");
  expect(faultsOf(files)).not.toContain("pieces.geojson");
});

it("a check from before settings were frozen has those of its catalogue", async () => {
  const files = await packOf({});
  expect(settingsIn(files)).toMatchObject({ settings: FILED, origins: {}, differing: [] });
  expect(faultsOf(files)).not.toContain("settings.json");
});
