/** A database fault as a problem the caller can act on; undefined when it is ours to mend. */
import { ConnectionLost, DatabaseUnavailable, StatementTimeout } from "./db/errors.ts";
import { Problem } from "./problem.ts";

export function databaseProblem(error: unknown): Problem | undefined {
  if (error instanceof StatementTimeout) return new Problem(503, "timeout");
  if (error instanceof DatabaseUnavailable || error instanceof ConnectionLost) return new Problem(503, "database-unavailable");
  return undefined;
}
