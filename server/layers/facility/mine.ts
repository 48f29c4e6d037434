import { emits, mineral, permit_no } from "./columns.ts";
import type { Kind } from "../layer.ts";
import { disc } from "./paint.ts";

export const mine: Kind = {
  kind: "mine",
  title: { zh: "矿山", en: "mine" },
  columns: { mineral, emits, permit_no },
  paint: disc("mine"),
};
