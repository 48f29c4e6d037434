/** The renderings there are, in the order they are offered. What a heavy one needs is loaded when somebody asks for it. */
import { geojsonReport } from "./geojson.ts";
import { htmlReport } from "./html.ts";
import type { Rendering } from "./report.ts";

const docxReport: Rendering = {
  id: "docx",
  type: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  heavy: true,
  render: async (report, assets) => (await import("./docx.ts")).renderDocx(report, assets),
};

const pdfReport: Rendering = {
  id: "pdf",
  type: "application/pdf",
  heavy: true,
  shown: true,
  render: async (report, assets) => (await import("./pdf.ts")).renderPdf(report, assets),
};

const xlsxReport: Rendering = {
  id: "xlsx",
  type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  heavy: true,
  render: async (report) => (await import("./xlsx.ts")).renderXlsx(report),
};

export const renderings: readonly Rendering[] = [htmlReport, docxReport, pdfReport, xlsxReport, geojsonReport];
