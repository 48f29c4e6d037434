/** Many sites judged at once: gathered together, then judged and said one by one, so that each gets the answer that a check
 *  of it alone would get. Nothing is frozen: an answer to be filed is asked as a check. */
import type { Check } from "./api/checks.ts";
import type { Lang } from "./api/common.ts";
import { judgeFrozen } from "./check.ts";
import type { OpenDatabase } from "./db/open.ts";
import type { Catalogue } from "./domain/rule.ts";
import { type CheckInput, gather, type Gathered } from "./gather.ts";
import { inSnapshot } from "./queries/evidence.ts";
import { type PlacedSite, placeSites } from "./queries/site.ts";
import { sayCheck, type ToSay } from "./words.ts";

export type Judging = Gathered & Pick<ToSay, "project" | "classes" | "judgement" | "concluded">;

/** Other work waits no longer than this many sites. */
const BREATH = 10;

/** Judges sites in one snapshot and hands over each as it is ready. The inputs' rings must be valid. All have one date. */
export async function judgeSites(
  database: OpenDatabase,
  catalogue: Catalogue,
  asOf: string,
  inputs: CheckInput[],
  take: (judged: Judging, index: number) => void,
): Promise<void> {
  const placed: PlacedSite[] = [];
  for (const [srid, group] of Map.groupBy([...inputs.keys()], (n) => inputs[n]!.site.srid)) {
    const found = await placeSites(
      database.db,
      group.map((n) => inputs[n]!.site.parts),
      srid,
    );
    for (const [index, n] of group.entries()) placed[n] = found[index]!;
  }
  const gathered = await inSnapshot(database.db, (snapshot) =>
    gather(
      snapshot,
      database,
      catalogue,
      asOf,
      inputs.map((input, n) => ({ input, placed: placed[n]! })),
      { pieces: false, shapes: false },
    ),
  );
  for (const [index, each] of gathered.entries()) {
    take({ ...each, ...judgeFrozen(each.frozen, catalogue, each.evidence) }, index);
    if (index % BREATH === BREATH - 1) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The words of one judged site, as a check would say them. */
export function sayJudged(judged: Judging, catalogue: Catalogue): Record<Lang, Check> {
  return sayCheck({ ...judged, catalogue, id: "", created_at: "" });
}
