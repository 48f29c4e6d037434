/** Parameters that many endpoints share. */
import { describe, expect, it } from "vitest";
import { dateParameter } from "../../server/query.ts";

describe("a date", () => {
  const now = new Date("2026-11-22T20:00:00Z");
  const day = (text?: string) => dateParameter("datetime", text, now);

  it("is today in China where none is given, and the day in China of a moment", () => {
    expect(day()).toBe("2026-11-23");
    expect(day("2026-01-01")).toBe("2026-01-01");
    expect(day("2026-01-01T20:00:00Z")).toBe("2026-01-02");
    expect(day("2026-01-01T20:00:00+08:00")).toBe("2026-01-01");
    expect(day("2026-01-01T01:00:00+09:00")).toBe("2026-01-01");
    expect(day("2026-01-01T00:30:00.5+09:00")).toBe("2025-12-31");
  });

  it("of a time without an offset is that day, wherever the service runs", () => {
    const zone = process.env["TZ"];
    try {
      for (const here of ["UTC", "Asia/Shanghai", "America/New_York"]) {
        process.env["TZ"] = here;
        expect(day("2026-01-01T00:10:00")).toBe("2026-01-01");
        expect(day("2026-01-01T23:50")).toBe("2026-01-01");
      }
    } finally {
      if (zone === undefined) delete process.env["TZ"];
      else process.env["TZ"] = zone;
    }
  });

  it.each(["2026-02-30", "2026-1-1", "2026-01-01T", "2026-01-01T25:00:00Z", "2026-01-01T10:00:00+8", "tomorrow", ""])(
    "is not %s",
    (text) => {
      expect(() => day(text)).toThrow();
    },
  );
});
