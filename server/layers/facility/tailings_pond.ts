import { emits, mineral } from "./columns.ts";
import type { Kind } from "../layer.ts";
import { disc } from "./paint.ts";

export const tailings_pond: Kind = {
  kind: "tailings_pond",
  title: { zh: "尾矿库", en: "tailings pond" },
  columns: { mineral, emits },
  paint: disc("tailings"),
};
