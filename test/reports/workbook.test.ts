/** A table as a workbook: the same bytes each time, and nothing in it that acts. */
import { unzipSync } from "fflate";
import { expect, it, vi } from "vitest";
import { xlsxOf } from "../../server/workbook.ts";
import { readWorkbook } from "../support/workbook.ts";

const HOSTILE = [
  '=HYPERLINK("http://x")',
  "+1",
  "-1",
  "@SUM(A1)",
  "\t=1",
  "<b>&amp;</b>",
  "\u202eabc",
  "行\n二",
  "a\u0000b\u0007",
];
const TABLE = {
  columns: ["名称", "数", "是否"],
  rows: [...HOSTILE.map((text, n) => [text, n + 0.5, n % 2 === 0]), [null, null, null]],
};

it("text stays text, numbers numbers, absence an empty cell; no formula anywhere", async () => {
  const bytes = await xlsxOf(TABLE, "一/二:[三]");
  const [head, ...rows] = await readWorkbook(bytes);
  expect(head).toEqual(TABLE.columns);
  for (const [n, text] of HOSTILE.slice(0, -1).entries()) expect(rows[n]).toEqual([text, n + 0.5, n % 2 === 0]);
  // What XML cannot hold is left out.
  expect(rows[HOSTILE.length - 1]![0]).toBe("ab");
  const sheet = Buffer.from(unzipSync(new Uint8Array(bytes))["xl/worksheets/sheet1.xml"]!).toString("utf8");
  expect(sheet).not.toMatch(/<f[ >]/);
  expect(sheet).toMatch(/state="frozen"/);
  expect(sheet).toContain(`<autoFilter ref="A1:C${TABLE.rows.length + 1}"`);
});

it("gives the same bytes at another time", async () => {
  const first = await xlsxOf(TABLE, "表");
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2031-05-06T07:08:09Z") });
  expect((await xlsxOf(TABLE, "表")).equals(first)).toBe(true);
  vi.useRealTimers();
});

it("a cell that is too long for Excel is cut, a sheet without a name has one", async () => {
  const bytes = await xlsxOf({ columns: ["a"], rows: [["长".repeat(40_000)]] }, "///");
  const [, [cell]] = (await readWorkbook(bytes)) as [unknown, [string]];
  expect(cell).toHaveLength(32_767);
  expect(cell.endsWith("…")).toBe(true);
});
