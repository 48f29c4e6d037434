/** The page behind a report's code. */
import { expect, it } from "vitest";
import { verificationPage } from "../../server/verification_page.ts";
import { syntheticReport } from "../support/synthetic_report.ts";

it("tells the day of the office on which a report was put away, not that of Greenwich", () => {
  const { check, number, made_at, hash, districts } = syntheticReport("zh", 1);
  const found = { number, id: check.id, check, made_at, districts, whole: true };
  const page = verificationPage(hash, { ...found, deleted_at: "2026-11-28T23:00:00.000Z" }, "zh");
  expect(page).toContain("是，2026-11-29");
  expect(page).not.toContain("2026-11-28");
});
