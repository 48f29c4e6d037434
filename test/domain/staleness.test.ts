import { expect, it } from "vitest";
import { ageInDays, isStale } from "../../server/domain/staleness.ts";

it("data is stale on the day it turns five, and not the day before", () => {
  expect(isStale("2021-11-26", "2026-11-25")).toBe(false);
  expect(isStale("2021-11-26", "2026-11-26")).toBe(true);
  expect(isStale("2021-11-26", "2030-01-01")).toBe(true);
  // Born on a leap day: the day after the last of February.
  expect(isStale("2020-02-29", "2025-02-28")).toBe(false);
  expect(isStale("2020-02-29", "2025-03-01")).toBe(true);
});

it("a date that nobody says, or of a later day, is not stale; its age is negative then", () => {
  expect(isStale(null, "2026-11-26")).toBe(false);
  expect(isStale("2027-01-01", "2026-11-26")).toBe(false);
  expect(ageInDays("2026-11-27", "2026-11-26")).toBe(-1);
  expect(ageInDays("2025-11-26", "2026-11-26")).toBe(365);
});
