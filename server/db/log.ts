/** What the database needs of a log; pino fits. */
type Write = { (message: string): void; (fields: object, message?: string): void };
export type Log = { info: Write; warn: Write; error: Write };
