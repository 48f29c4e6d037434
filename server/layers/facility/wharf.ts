import { cargo } from "./columns.ts";
import type { Kind } from "../layer.ts";
import { disc } from "./paint.ts";

export const wharf: Kind = {
  kind: "wharf",
  title: { zh: "码头", en: "wharf" },
  columns: { cargo },
  paint: disc("anchor"),
};
