/** Orders that limit or suspend approvals (区域限批、暂停审批): which are in force where. Pure. */
import type { Truth } from "./condition.ts";
import type { FeatureEvidence } from "./evidence.ts";
import { JURISDICTION, liesIn } from "./judge.ts";
import type { Order, OrderKind } from "./rule.ts";

type Met = Pick<FeatureEvidence, "layer" | "code" | "columns"> | null;

export type OrdersHere = {
  /** On the feature itself. */
  own: Order[];
  /** On the whole of its district. */
  district: Order[];
  /** On a district that only may be its own. */
  possible: Order[];
  /** For each kind: certainly in force, certainly not, or unknown. */
  kinds: Record<OrderKind, Truth>;
};

/** In force on `asOf` (yyyy-mm-dd): half-open. */
export function orderStands({ from, until }: Pick<Order, "from" | "until">, asOf: string): boolean {
  return from <= asOf && (until === null || asOf < until);
}

/** Orders in force on `asOf` on the feature and on its district: that of its competence, else every district that may hold
 *  the site. `feature` null: on those districts alone. */
export function ordersOn(feature: Met, districts: string[], orders: readonly Order[], asOf: string): OrdersHere {
  const here: Omit<OrdersHere, "kinds"> = { own: [], district: [], possible: [] };
  // A district is its own: what lies beside the ordered one is not under its order.
  const competent = feature?.layer === JURISDICTION ? feature.code : feature?.columns["competent_jurisdiction"];
  for (const order of orders) {
    if (!orderStands(order, asOf)) continue;
    const { layer, code } = order.target;
    if (feature && layer === feature.layer && code === feature.code) here.own.push(order);
    else if (layer === JURISDICTION) {
      // A competence that reaches beyond the ordered district says nothing of where in it the site lies.
      const places = typeof competent === "string" && !liesBeyond(competent, code) ? [competent] : districts;
      const within = places.filter((place) => liesIn(place, code));
      if (places.length > 0 && within.length === places.length) here.district.push(order);
      else if (places.length === 0 || within.length > 0) here.possible.push(order);
    }
  }
  return {
    ...here,
    kinds: {
      regional_limit: truthOf("regional_limit", here, districts),
      approval_suspension: truthOf("approval_suspension", here, districts),
    },
  };
}

/** Orders that only may hold are certain together where each district that may hold the site is under one of them. */
function truthOf(kind: OrderKind, { own, district, possible }: Omit<OrdersHere, "kinds">, districts: string[]): Truth {
  const alike = (order: Order) => order.kind === kind;
  if (own.some(alike) || district.some(alike)) return "true";
  const ordered = possible.filter(alike).map(({ target }) => target.code);
  if (ordered.length === 0) return "false";
  return districts.length > 0 && districts.every((place) => ordered.some((code) => liesIn(place, code))) ? "true" : "unknown";
}

function liesBeyond(competent: string, code: string): boolean {
  return liesIn(code, competent) && !liesIn(competent, code);
}
