/** A fault or a note of an upload, with its row. */
import type { ImportFault } from "../server/api/imports.ts";
import { t } from "./messages.ts";

export function faultText({ row, detail }: ImportFault): string {
  return row === null ? detail : t("data_screen.row_fault", { row, detail });
}
