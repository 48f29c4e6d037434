/** Many sites judged at once: gathered together, then judged one by one, so that each gets the answer that a check of it alone
 *  would get. Nothing is frozen: an answer to be filed is asked as a check. */
import type { Action } from "./api/checks.ts";
import { type Judged, judgeFrozen, type Known } from "./check.ts";
import type { OpenDatabase } from "./db/open.ts";
import type { Catalogue } from "./domain/rule.ts";
import { type CheckInput, type Frozen, gather, type Gathered } from "./gather.ts";
import { inSnapshot } from "./queries/evidence.ts";
import { type PartFault, type Placement, type PlacedSite, placeSites } from "./queries/site.ts";

export type JudgedSite = Gathered &
  Judged & {
    /** The same project in the same place under another action. */
    under(action: Action): Judged;
  };

export type Taking = {
  /** A site's answer, by its number in the list. */
  take(judged: JudgedSite, index: number): void;
  /** A site whose parts are not valid. */
  refuse(faults: PartFault[], index: number): void;
};

/** While one part is judged, the database gathers the next. */
const PARTS = 4;
/** Other work waits no longer than this many sites. */
const BREATH = 10;

type Found = { numbers: number[]; placements: Placement[]; gathered: Gathered[] };

/** Judges sites and hands over each as it is ready; a part of them from one snapshot. All have one date. */
export async function judgeSites(
  database: OpenDatabase,
  catalogue: Catalogue,
  asOf: string,
  inputs: CheckInput[],
  { take, refuse }: Taking,
): Promise<void> {
  // Neighbours together: they share a frame, and often what lies round them.
  const eastward = [...inputs.keys()].toSorted((a, b) => firstX(inputs[a]!) - firstX(inputs[b]!));
  const size = Math.max(1, Math.ceil(inputs.length / PARTS));
  const parts = Array.from({ length: Math.ceil(inputs.length / size) }, (_, i) => eastward.slice(i * size, (i + 1) * size));
  const find = (numbers: number[] | undefined): Promise<Found> | undefined => {
    const finding = numbers && findPart(database, catalogue, asOf, inputs, numbers);
    finding?.catch(() => undefined); // told when its turn comes
    return finding;
  };
  const judgeAt = createJudging(catalogue);
  const ahead = Array.from({ length: database.at_once }, (_, i) => find(parts[i]));
  for (const index of parts.keys()) {
    const { numbers, placements, gathered } = (await ahead.shift())!;
    ahead.push(find(parts[index + database.at_once]));
    const ready = gathered.values();
    for (const [k, n] of numbers.entries()) {
      const { placed, faults } = placements[k]!;
      if (placed) take(judgeAt(ready.next().value!), n);
      else refuse(faults, n);
      if (k % BREATH === BREATH - 1) await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/** The first number of a site's first part, in whatever system it was given. */
function firstX({ site }: CheckInput): number {
  const [part] = site.parts;
  let first: unknown = part && "coordinates" in part ? part.coordinates : 0;
  while (Array.isArray(first)) first = first[0] as unknown;
  return typeof first === "number" ? first : 0;
}

/** Places the sites of these numbers and gathers for those that are sound. */
async function findPart(
  database: OpenDatabase,
  catalogue: Catalogue,
  asOf: string,
  inputs: CheckInput[],
  numbers: number[],
): Promise<Found> {
  const placementOf = new Map<number, Placement>();
  for (const [srid, group] of Map.groupBy(numbers, (n) => inputs[n]!.site.srid)) {
    const parts = group.map((n) => inputs[n]!.site.parts);
    for (const [index, placement] of (await placeSites(database.db, parts, srid)).entries())
      placementOf.set(group[index]!, placement);
  }
  const placements = numbers.map((n) => placementOf.get(n)!);
  const sound = numbers.flatMap((n): { input: CheckInput; placed: PlacedSite }[] => {
    const { placed } = placementOf.get(n)!;
    return placed ? [{ input: inputs[n]!, placed }] : [];
  });
  const gathered =
    sound.length === 0
      ? []
      : await inSnapshot(database.db, (snapshot) =>
          gather(snapshot, database, catalogue, asOf, sound, { pieces: false, shapes: false }),
        );
  return { numbers, placements, gathered };
}

/** Judges site after site; what holds of a project wherever it stands is found once. */
function createJudging(catalogue: Catalogue): (gathered: Gathered) => JudgedSite {
  const knowledge = new Map<string, Known>();
  const knownOf = ({ project: { activity, action, attributes }, jurisdictions, asOf }: Frozen): Known => {
    // Settings follow the districts.
    const key = JSON.stringify([activity, action, attributes, jurisdictions, asOf]);
    const known = knowledge.get(key) ?? { addressed: new Map() };
    knowledge.set(key, known);
    return known;
  };
  return ({ frozen, evidence }) => {
    const under = (action: Action): Judged => {
      const asked = { ...frozen, project: { ...frozen.project, action } };
      return judgeFrozen(asked, catalogue, evidence, knownOf(asked));
    };
    return { frozen, evidence, ...under(frozen.project.action), under };
  };
}
