/** What the codes of `formats/` say, in both languages: faults that stop a file or a row, notes, and reasons for a
 *  reference system. */
import type { Text } from "./api/common.ts";
import { sayBoth } from "./messages.ts";

type Coded = { code: string; params: Record<string, string | number> };

/** Why a file or a row cannot be read, and what to do. Takes a FormatError, or one of `ReadLayer.faults`. */
export function sayFault({ code, params }: Coded): Text {
  return sayBoth(`import.fault.${code}`, params);
}

/** What a person should know of what was read. Takes one of `ReadLayer.notes` or `Reading.notes`. */
export function sayNote({ code, params }: Coded): Text {
  return sayBoth(`import.note.${code}`, params);
}

/** Why a reference system is likely or not. Takes one of `Candidate.reasons`. */
export function sayCrsReason({ code, params }: Coded): Text {
  return sayBoth(`import.crs.${code}`, params);
}
