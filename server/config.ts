/** Environment -> one frozen object, or a sentence saying what is wrong. The only reader of the environment. */
import { resolve } from "node:path";

export type Config = Readonly<{
  port: number;
  host: string;
  dataDir: string;
  databaseUrl: string | undefined;
  logLevel: string;
  statementTimeoutMs: number;
}>;

/** Every setting, for `shuijie help config` and the README. */
export const SETTINGS = [
  { name: "PORT", default: "8080", meaning: "TCP port of the service" },
  { name: "HOST", default: "127.0.0.1", meaning: "address to bind; only the loopback until accounts exist" },
  { name: "DATA_DIR", default: ".data", meaning: "folder of the embedded database" },
  {
    name: "DATABASE_URL",
    default: "(embedded engine)",
    meaning: "postgres://user:password@host:5432/database, PostgreSQL >= 15 with PostGIS >= 3.3",
  },
  { name: "LOG_LEVEL", default: "info", meaning: "fatal, error, warn, info, debug, trace or silent" },
  { name: "STATEMENT_TIMEOUT_MS", default: "30000", meaning: "no statement may take longer, in milliseconds" },
] as const;

export class ConfigError extends Error {}

const LOOPBACK = new Set(["127.0.0.1", "localhost", "::1"]);
const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"];

/** Throws ConfigError with one sentence. Paths are made absolute against the working folder. */
export function readConfig(environment: Record<string, string | undefined> = process.env): Config {
  const value = (name: string) => (environment[name]?.trim() === "" ? undefined : environment[name]?.trim());
  const port = whole("PORT", value("PORT") ?? "8080", 0, 65535);
  const host = value("HOST") ?? "127.0.0.1";
  if (!LOOPBACK.has(host))
    throw new ConfigError(
      `HOST is "${host}", but Shuijie has no accounts yet and so serves this machine only: unset HOST or set it to 127.0.0.1. ` +
        `HOST 为 "${host}"，账户功能建成之前本服务只在本机开放：请删去 HOST，或设为 127.0.0.1。`,
    );
  const logLevel = value("LOG_LEVEL") ?? "info";
  if (!LOG_LEVELS.includes(logLevel))
    throw new ConfigError(`LOG_LEVEL is "${logLevel}"; expected one of ${LOG_LEVELS.join(", ")}.`);
  const databaseUrl = value("DATABASE_URL");
  if (databaseUrl !== undefined && !/^postgres(ql)?:\/\//.test(databaseUrl))
    throw new ConfigError("DATABASE_URL must begin with postgres:// or postgresql://; unset it to use the embedded engine.");
  return Object.freeze({
    port,
    host,
    dataDir: resolve(value("DATA_DIR") ?? ".data"),
    databaseUrl,
    logLevel,
    statementTimeoutMs: whole("STATEMENT_TIMEOUT_MS", value("STATEMENT_TIMEOUT_MS") ?? "30000", 100, 3_600_000),
  });
}

function whole(name: string, text: string, min: number, max: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < min || number > max)
    throw new ConfigError(`${name} is "${text}"; expected a whole number from ${min} to ${max}.`);
  return number;
}
