/** `/api/orders`: orders that limit or suspend approvals (区域限批、暂停审批), in force on a date. */
import { Router } from "express";
import type { List } from "../api/common.ts";
import type { Order } from "../api/orders.ts";
import { liesIn } from "../domain/judge.ts";
import { orderStands } from "../domain/order.ts";
import type { Catalogue } from "../domain/rule.ts";
import { page } from "../paging.ts";
import { langOf } from "../problem.ts";
import { dateParameter, districtParameter, parameters } from "../query.ts";
import { sayOrder } from "../words.ts";

export function orderRoutes(catalogue: Catalogue, now: () => Date): Router {
  const router = Router();
  const orders = (catalogue.orders ?? []).toSorted((a, b) =>
    a.from === b.from ? (a.id < b.id ? -1 : 1) : a.from < b.from ? 1 : -1,
  );

  /** GET /api/orders?as_of=&jurisdiction=: those in force on the date (default today), newest first; of a district those on
   *  it, in it, and on the prefecture or province that it lies in. */
  router.get("/api/orders", (request, response) => {
    const query = parameters(request, ["as_of", "jurisdiction", "limit", "after"]);
    const lang = langOf(request);
    const asOf = dateParameter("as_of", query.as_of, now());
    const jurisdiction = districtParameter(query.jurisdiction);
    const concerned = orders
      .filter((order) => orderStands(order, asOf))
      .filter(({ jurisdiction: own, target }) => {
        if (jurisdiction === undefined) return true;
        const place = target.layer === "jurisdiction" ? target.code : own;
        return liesIn(jurisdiction, place) || liesIn(place, jurisdiction);
      });
    const { items, ...list } = page(request, concerned, query, ({ id }) => id);
    response.json({
      ...list,
      items: items.map((order): Order => ({
        ...sayOrder(lang, order),
        jurisdiction: order.jurisdiction,
        target: order.target,
        released_by: order.released_by?.[lang] ?? null,
        confidence: order.confidence,
      })),
    } satisfies List<Order>);
  });

  return router;
}
