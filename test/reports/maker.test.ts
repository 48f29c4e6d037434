/** The thread that makes reports is bounded, and one report beyond a bound costs the others nothing. */
import { afterEach, expect, it } from "vitest";
import { createReportMaker, REPORT_LIMITS, type ReportMaker, ReportRefused } from "../../server/report_maker.ts";
import { renderings } from "../../server/reports/index.ts";
import { syntheticReport } from "../support/synthetic_report.ts";

const SLOW_MS = 240_000;
const format = (id: string) => renderings.find((each) => each.id === id)!;

let maker: ReportMaker;
afterEach(() => maker.close());

it(
  "a report that needs more memory than there may be is refused as that; those that waited behind it are made",
  async () => {
    maker = createReportMaker({ ...REPORT_LIMITS, memory_mb: 96 });
    const [large, ...small] = await Promise.allSettled([
      maker.make(format("docx"), syntheticReport("en", 6000)),
      maker.make(format("xlsx"), syntheticReport("en", 3)),
      maker.make(format("xlsx"), syntheticReport("zh", 3)),
    ]);
    expect(large).toMatchObject({ status: "rejected", reason: { reason: "too-large", limits: { memory_mb: 96 } } });
    for (const made of small) {
      if (made.status === "rejected") throw made.reason;
      expect(made.value.length).toBeGreaterThan(5_000);
    }
  },
  SLOW_MS,
);

it(
  "the time of a report begins when its turn has come: a queue longer than the limit is worked off",
  async () => {
    // Warm, a small workbook takes some hundredths of a second; all of them take longer than the limit.
    maker = createReportMaker({ ...REPORT_LIMITS, seconds: 30 });
    await maker.make(format("xlsx"), syntheticReport("en", 3));
    const began = performance.now();
    await maker.make(format("xlsx"), syntheticReport("en", 300));
    const one = (performance.now() - began) / 1000;
    await maker.close();
    maker = createReportMaker({ ...REPORT_LIMITS, seconds: Math.max(one * 6, 5), waiting: 40 });
    const made = await Promise.all(Array.from({ length: 16 }, () => maker.make(format("xlsx"), syntheticReport("en", 300))));
    expect(made).toHaveLength(16);
  },
  SLOW_MS,
);

it("what waits when the service closes is told so, and so is what comes when enough wait", async () => {
  maker = createReportMaker({ ...REPORT_LIMITS, waiting: 1 });
  const ask = () => maker.make(format("pdf"), syntheticReport("en", 3));
  const asked = [ask(), ask()].map((one) => one.catch((error: unknown) => error));
  await expect(ask()).rejects.toThrow(ReportRefused);
  await expect(ask()).rejects.toMatchObject({ reason: "busy" });
  await maker.close();
  for (const error of await Promise.all(asked)) expect(String(error)).toContain("closing");
});
