/** Environment -> one frozen object, or a sentence saying what is wrong. The only reader of the environment. */
import { resolve } from "node:path";

export type Config = Readonly<{
  port: number;
  host: string;
  dataDir: string;
  databaseUrl: string | undefined;
  logLevel: string;
  statementTimeoutMs: number;
  /** Where the service is reached from outside, as reports say it; absent: as the one who asks for a report reached it. */
  publicUrl: string | undefined;
  /** 天地图 as the ground map; absent: none. */
  tianditu: Readonly<{ token: string; layer: "vec" | "img" | "ter"; approvalNo: string }> | undefined;
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
  {
    name: "PUBLIC_URL",
    default: "(the host of the request)",
    meaning: "address of the service as others reach it, for the verification code of reports: https://shuijie.example.gov.cn",
  },
  { name: "STATEMENT_TIMEOUT_MS", default: "30000", meaning: "no statement may take longer, in milliseconds" },
  {
    name: "TIANDITU_TOKEN",
    default: "(no ground map)",
    meaning: "key of 天地图 (Tianditu) for a ground map; browsers then ask *.tianditu.gov.cn",
  },
  { name: "TIANDITU_APPROVAL", default: "", meaning: "its approval number (审图号), shown on every map; required with the key" },
  { name: "TIANDITU_LAYER", default: "vec", meaning: "vec (vector), img (imagery) or ter (terrain)" },
] as const;

export class ConfigError extends Error {}

const LOOPBACK = new Set(["127.0.0.1", "localhost", "::1"]);
const GROUND_LAYERS = ["vec", "img", "ter"] as const;
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
  const token = value("TIANDITU_TOKEN");
  const approvalNo = value("TIANDITU_APPROVAL");
  const layer = GROUND_LAYERS.find((each) => each === (value("TIANDITU_LAYER") ?? "vec"));
  if (!layer)
    throw new ConfigError(`TIANDITU_LAYER is "${value("TIANDITU_LAYER")}"; expected one of ${GROUND_LAYERS.join(", ")}.`);
  if (token !== undefined && approvalNo === undefined)
    throw new ConfigError(
      "TIANDITU_TOKEN is set, but TIANDITU_APPROVAL is not: a public map shows its approval number (审图号). " +
        "Set TIANDITU_APPROVAL to the number that tianditu.gov.cn shows.",
    );
  const publicUrl = value("PUBLIC_URL")?.replace(/\/+$/, "");
  if (publicUrl !== undefined && !(URL.canParse(publicUrl) && /^https?:\/\/[^\s?#]+$/.test(publicUrl)))
    throw new ConfigError(
      `PUBLIC_URL is "${publicUrl}"; expected the address of the service as others reach it, such as https://shuijie.example.gov.cn.`,
    );
  return Object.freeze({
    port,
    publicUrl,
    host,
    dataDir: resolve(value("DATA_DIR") ?? ".data"),
    databaseUrl,
    logLevel,
    tianditu: token === undefined || approvalNo === undefined ? undefined : Object.freeze({ token, layer, approvalNo }),
    statementTimeoutMs: whole("STATEMENT_TIMEOUT_MS", value("STATEMENT_TIMEOUT_MS") ?? "30000", 100, 3_600_000),
  });
}

function whole(name: string, text: string, min: number, max: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < min || number > max)
    throw new ConfigError(`${name} is "${text}"; expected a whole number from ${min} to ${max}.`);
  return number;
}
