/** One page of a list that is in memory. */
import type { Request } from "express";
import type { List } from "./api/common.ts";
import { sayBoth } from "./messages.ts";
import { badParameter, integerParameter } from "./query.ts";

const PAGE = 1000;

/** Up to `limit` items after the one whose id is `after`, with the link to the next page. */
export function page<T>(
  request: Request,
  all: readonly T[],
  query: { limit?: string; after?: string },
  idOf: (item: T) => string,
): List<T> {
  const limit = integerParameter("limit", query.limit, { min: 1, max: PAGE, default: PAGE });
  const begin = query.after === undefined ? 0 : all.findIndex((item) => idOf(item) === query.after) + 1;
  if (query.after !== undefined && begin === 0) throw badParameter("after", sayBoth("parameter.after"), query.after);
  const items = all.slice(begin, begin + limit);
  const links: List<T>["links"] = [{ href: request.originalUrl, rel: "self", type: "application/json" }];
  if (begin + limit < all.length) {
    const next = new URLSearchParams(request.originalUrl.split("?")[1]);
    next.set("limit", String(limit));
    next.set("after", idOf(items.at(-1)!));
    links.push({ href: `${request.path}?${next}`, rel: "next", type: "application/json" });
  }
  return { items, numberMatched: all.length, numberReturned: items.length, links };
}
