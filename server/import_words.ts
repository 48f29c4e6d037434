/** What the codes of `formats/` say, in both languages: faults that stop a file or a row, notes, and reasons for a
 *  reference system. */
import type { Text } from "./api/common.ts";
import { sayBoth } from "./messages.ts";

type Coded = { code: string; params: Record<string, string | number> };

/** Why a file or a row cannot be read, and what to do. Takes a FormatError, or one of `ReadLayer.faults`. */
export function sayFault({ code, params }: Coded): Text {
  return sayBoth(`import.fault.${code}`, worded(params));
}

/** What a person should know of what was read. Takes one of `ReadLayer.notes` or `Reading.notes`. */
export function sayNote({ code, params }: Coded): Text {
  return sayBoth(`import.note.${code}`, worded(params));
}

/** Why a reference system is likely or not. Takes one of `Candidate.reasons`. */
export function sayCrsReason({ code, params }: Coded): Text {
  return sayBoth(`import.crs.${code}`, worded(params));
}

/** Params as they are, but for a datum, whose code has a name. */
function worded(params: Coded["params"]): Record<string, unknown> {
  return params.datum === undefined ? params : { ...params, datum: sayBoth(`import.datum.${params.datum}`) };
}
