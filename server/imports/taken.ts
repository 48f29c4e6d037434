/** What is wrong with a row that was to be taken, as faults of a refusal. */
import { invalidity, placeOf } from "../check_input.ts";
import type { FaultSpec } from "../problem.ts";
import type { TakenRow } from "../queries/imports.ts";
import { isInvalid } from "./preview.ts";

export function takenFault({ row, faults }: Pick<TakenRow, "row" | "faults">): FaultSpec[] {
  const pointer = `#/rows/${row}/geometry`;
  if (faults?.length === 0) return [{ pointer, key: "fault.empty_geometry" }];
  return (faults ?? []).map((fault): FaultSpec => {
    if (isInvalid(fault))
      return {
        pointer,
        key: "fault.invalid_ring",
        params: { reason: invalidity(fault.reason), place: placeOf(fault.x, fault.y) },
      };
    return { ...(fault as FaultSpec), pointer };
  });
}
