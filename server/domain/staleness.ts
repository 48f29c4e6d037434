/** How old data is on a day. Pure. */

/** Data this many years old or older is called stale: what was true then need not be true now. No law says a figure; five years
 *  is the round of plans and of zone revisions, and this service's own choice. */
export const STALE_YEARS = 5;

/** Whole days from `data_date` to `asOf` (yyyy-mm-dd); negative where the data is of a later day. */
export function ageInDays(data_date: string, asOf: string): number {
  return Math.round((Date.parse(asOf) - Date.parse(data_date)) / 86_400_000);
}

/** Five years or more before `asOf`, by the calendar. False where no date is said: that is another lack. */
export function isStale(data_date: string | null, asOf: string): boolean {
  if (data_date === null) return false;
  const [year, rest] = [Number(asOf.slice(0, 4)) - STALE_YEARS, asOf.slice(4)];
  return data_date <= `${String(year).padStart(4, "0")}${rest}`;
}
