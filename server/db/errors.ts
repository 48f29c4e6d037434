/** What a database can do wrong, in one shape for both engines. */

export type ErrorFields = { code: string; constraint?: string | undefined; cause?: unknown };

/** A statement failed. `code` is the SQLSTATE; `constraint` is the name of the constraint that refused, when one did. */
export class DatabaseError extends Error {
  readonly code: string;
  readonly constraint: string | undefined;
  constructor(message: string, { code, constraint, cause }: ErrorFields) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.constraint = constraint;
  }
}

/** A GEOS or PROJ failure that the embedded engine would have answered with "no rows". XX000, as PostgreSQL's own. */
export class LostError extends DatabaseError {
  constructor(message: string, statement: string) {
    super(`${message} (GEOS or PROJ failed in: ${statement.replace(/\s+/g, " ").trim().slice(0, 80)})`, { code: "XX000" });
  }
}

/** The statement took longer than `statementTimeoutMs` and was ended. */
export class StatementTimeout extends DatabaseError {
  constructor(message: string, cause?: unknown) {
    super(message, { code: "57014", cause });
  }
}

/** There is no database to ask: it cannot be reached, will not start, or was closed. Nothing was executed. */
export class DatabaseUnavailable extends DatabaseError {
  constructor(message: string, { code = "08001", cause }: { code?: string; cause?: unknown } = {}) {
    super(message, { code, cause });
  }
}

/** The connection went away: an open transaction is rolled back; a single statement may or may not have been executed. */
export class ConnectionLost extends DatabaseUnavailable {
  constructor(message: string, cause?: unknown) {
    super(message, { code: "08006", cause });
  }
}

/** Another process has the data folder open. The message says which. */
export class FolderHeld extends DatabaseError {
  constructor(message: string) {
    super(message, { code: "55006" });
  }
}

// Kysely knows by this mark that the transaction is over and sends no `rollback`.
const ABORTED: unique symbol = Symbol.for("kysely.AbortedTransactionError");

/** A commit that the database answered with a rollback, because a statement of the transaction had failed. */
export class TransactionAborted extends DatabaseError {
  readonly [ABORTED] = true;
  constructor() {
    super("The transaction was rolled back instead of committed, because one of its statements had failed.", { code: "25P02" });
  }
}

/** The database is not there, as opposed to: a statement was wrong. */
export function isBroken(error: unknown): boolean {
  return error instanceof DatabaseUnavailable;
}
