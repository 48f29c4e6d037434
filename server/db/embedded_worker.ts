/** The thread that holds PGlite. It runs one statement at a time and says what came of it; it decides nothing else. */
/* oxlint-disable no-underscore-dangle -- the names are PGlite's */
import { writeFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { type Extension, PGlite } from "@electric-sql/pglite";
import { btree_gist } from "@electric-sql/pglite/contrib/btree_gist";
import { postgis } from "@electric-sql/pglite-postgis";
import { inferType, writeValue } from "./values.ts";
import { bind, describe, EXECUTE, parse, SYNC } from "./wire.ts";

/** `seed`: build a fresh database in memory and write it there, packed. Else open `folder`, making it when it is empty. */
export type WorkerOrder = { folder: string } | { seed: string };

export type WorkerRequest = { text: string; parameters: readonly unknown[] } | "close";

/** `broken`: the engine did something it never should; nothing it says can be trusted any more.
 *  `caught`: the error was raised in GEOS or PROJ. `status` is PostgreSQL's: I idle, T in a transaction, E in a failed one. */
export type WorkerReply =
  | { kind: "ready" }
  | { kind: "failed"; message: string }
  | { kind: "broken"; message: string }
  | { kind: "error"; code: string; message: string; constraint: string | undefined; caught: boolean; status: string }
  | { kind: "answer"; tag: string; columns: { name: string; type: number }[]; rows: (string | null)[][]; status: string };

type Reply = {
  name: string;
  text?: string;
  status?: string;
  message?: string;
  severity?: string;
  code?: string;
  constraint?: string;
};
type Row = { fields: (string | null)[] };
type Fields = { fields: { name: string; dataTypeID: number }[] };
type Prepared = { name: string; types: number[]; columns: { name: string; type: number }[] };

/** The parts of PGlite's module that are used here and that its types do not tell. */
type Engine = {
  HEAPU32: Uint32Array;
  UTF8ToString(address: number, length?: number): string;
  stringToUTF8OnStack(text: string): number;
  _errstart(level: number, domain: number): number;
  _errmsg_internal(format: number, values: number): number;
  _errfinish(file: number, line: number, routine: number): void;
  _PostgresMainLoopOnce(): void;
};

const ERROR = 21; // elog.h
const REPEATED = /^\s*(select|insert|update|delete|with|merge|values)\b/i;
const SHAPES = /^(CREATE|ALTER|DROP|DO|CALL|DISCARD|DEALLOCATE)/;
const MOST_PREPARED = 500;

let pg: PGlite;
let prepared = new Map<string, Prepared>();
let preparedCount = 0;
/** Tables changed in the transaction that is open. */
let shaped = false;
let raised = false;
let unexpected: string | undefined;

/** PGlite's PostGIS is built without C++ exception handling: what GEOS or PROJ throws flies through PostgreSQL to the
 *  JavaScript outside, which drops it. The statement then seems to have ended well, with no rows, and its transaction
 *  commits (https://github.com/electric-sql/pglite/issues/916). Nothing in that library catches, so each throw is a
 *  failure of the statement: it is turned here into PostgreSQL's own `ereport(ERROR)`, and everything after is as usual. */
const raising: Extension = {
  name: "raise C++ exceptions as errors",
  async setup(instance, options) {
    const instantiate = options.instantiateWasm;
    const instantiateWasm = (imports: { env: Record<string, unknown> }, done: unknown) => {
      if (typeof imports.env["__cxa_throw"] !== "function")
        throw new Error("This build of PGlite has no __cxa_throw: its errors cannot be guarded.");
      imports.env["__cxa_throw"] = (exception: number) => raise(engineOf(instance as PGlite), exception);
      return instantiate(imports, done);
    };
    return { emscriptenOpts: { ...options, instantiateWasm } };
  },
};

function raise(engine: Engine, exception: number): never {
  raised = true;
  // std::runtime_error and its kin keep their text behind the pointer after the vtable.
  const text = engine.UTF8ToString(engine.HEAPU32[(exception >> 2) + 1] ?? 0, 500);
  const readable = /^[\x20-\x7e\n]{3,}$/.test(text) ? text : "a C++ exception without a text";
  const format = engine.stringToUTF8OnStack("%s");
  const message = engine.stringToUTF8OnStack(readable);
  const values = (engine.stringToUTF8OnStack(" ".repeat(8)) + 3) & ~3;
  engine.HEAPU32[values >> 2] = message;
  engine._errstart(ERROR, 0);
  engine._errmsg_internal(format, values);
  engine._errfinish(0, 0, 0); // does not return: it jumps to where PostgreSQL handles errors
  throw new Error("ereport(ERROR) returned");
}

function engineOf(instance: PGlite): Engine {
  return (instance as unknown as { mod: Engine }).mod;
}

/** PGlite also drops what it does not expect, a trap or an exit; here it is kept. */
function watch(engine: Engine): void {
  const once = engine._PostgresMainLoopOnce;
  engine._PostgresMainLoopOnce = () => {
    try {
      once();
    } catch (error) {
      if (error !== "unwind") unexpected = `the engine stopped: ${error instanceof Error ? error.message : String(error)}`;
      throw error;
    }
  };
}

async function open(folder: string | undefined): Promise<PGlite> {
  const instance = await PGlite.create({
    ...(folder === undefined ? {} : { dataDir: folder }),
    extensions: { raising, postgis, btree_gist },
  });
  watch(engineOf(instance));
  return instance;
}

async function send(...messages: Buffer[]): Promise<Reply[]> {
  return (await pg.execProtocolStream(Buffer.concat(messages), { syncToFs: false, throwOnError: false })) as Reply[];
}

async function run({ text, parameters }: Exclude<WorkerRequest, "close">): Promise<WorkerReply> {
  raised = false;
  unexpected = undefined;
  const replies: Reply[] = [];
  const failed = () => replies.find((reply) => reply.name === "error");
  const given = parameters.map(inferType);
  const key = `${given.join()} ${text}`;
  let statement = prepared.get(key);
  const known = statement !== undefined;
  if (statement === undefined) {
    const name = REPEATED.test(text) ? `s${++preparedCount}` : "";
    replies.push(...(await send(parse(name, text, given), describe(name))));
    statement = { name, types: typesIn(replies), columns: columnsIn(replies) };
    if (!failed() && name !== "") prepared.set(key, statement);
  }
  if (!failed() && unexpected === undefined) {
    let values: (string | null)[];
    try {
      values = parameters.map((value, n) => (value === null ? null : writeValue(value, statement.types[n] ?? 0)));
    } catch (error) {
      replies.push({ name: "error", code: "22P02", message: error instanceof Error ? error.message : String(error) });
      values = [];
    }
    if (!failed()) replies.push(...(await send(bind(statement.name, values), EXECUTE)));
  }
  const tag = replies.findLast((reply) => reply.name === "commandComplete")?.text;
  // Without a Sync nothing is committed: an engine that cannot be trusted is left like that, and killed.
  if (!failed() && (tag === undefined || tag.startsWith("???")))
    unexpected ??= "the engine lost an error: it neither completed the statement nor refused it";
  if (unexpected !== undefined) return { kind: "broken", message: unexpected };
  replies.push(...(await send(SYNC)));
  const status = replies.findLast((reply) => reply.name === "readyForQuery")?.status;
  if (unexpected !== undefined || status === undefined)
    return { kind: "broken", message: unexpected ?? "the engine is not ready for another statement" };
  const error = failed();
  if (error !== undefined) {
    if (error.severity === "PANIC" || error.severity === "FATAL")
      return { kind: "broken", message: `${error.severity}: ${error.message}` };
    if (known && error.code === "0A000" && status === "I") {
      await forget(); // "cached plan must not change result type": nothing was executed
      return run({ text, parameters });
    }
    return {
      kind: "error",
      code: error.code ?? "XX000",
      message: error.message ?? "",
      constraint: error.constraint,
      caught: raised,
      status,
    };
  }
  const shapes = SHAPES.test(tag!);
  if (shapes || (shaped && tag!.startsWith("ROLLBACK"))) await forget();
  shaped = status !== "I" && (shaped || shapes);
  const rows = replies.filter((reply) => reply.name === "dataRow").map((reply) => (reply as unknown as Row).fields);
  return { kind: "answer", tag: tag!, columns: statement.columns, rows, status };
}

function typesIn(replies: Reply[]): number[] {
  return (
    (replies.find((reply) => reply.name === "parameterDescription") as { dataTypeIDs?: number[] } | undefined)?.dataTypeIDs ?? []
  );
}

function columnsIn(replies: Reply[]): Prepared["columns"] {
  const described = replies.find((reply) => reply.name === "rowDescription") as unknown as Fields | undefined;
  return described?.fields.map(({ name, dataTypeID }) => ({ name, type: dataTypeID })) ?? [];
}

/** Statements prepared before tables changed may have other columns now. */
async function forget(): Promise<void> {
  prepared = new Map();
  await send(parse("", "deallocate all", []), bind("", []), EXECUTE, SYNC);
}

async function main(order: WorkerOrder): Promise<void> {
  pg = await open("seed" in order ? undefined : order.folder);
  // PROJ reads its tables at the first use, which takes seconds: here rather than under the first user.
  const first = ["create extension if not exists postgis", "create extension if not exists btree_gist", "set timezone to 'UTC'"];
  const warm =
    "select st_area(st_buffer(st_setsrid(st_point(106, 29), 4490)::geography, 1)), st_transform(st_setsrid(st_point(106, 29), 4490), 4544)";
  for (const text of "seed" in order ? first : [...first, warm]) {
    const reply = await run({ text, parameters: [] });
    if (reply.kind !== "answer") throw new Error(`${text}: ${"message" in reply ? reply.message : reply.kind}`);
  }
  if ("seed" in order) {
    await send(parse("", "checkpoint", []), bind("", []), EXECUTE, SYNC);
    writeFileSync(order.seed, Buffer.from(await (await pg.dumpDataDir("gzip")).arrayBuffer()));
  }
}

const port = parentPort!;
const reply = (message: WorkerReply) => port.postMessage(message);
try {
  await main(workerData as WorkerOrder);
  reply({ kind: "ready" });
} catch (error) {
  reply({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
}
port.on("message", (request: WorkerRequest) => {
  if (request === "close") void pg.close().finally(() => process.exit(0));
  else
    void (prepared.size >= MOST_PREPARED ? forget() : Promise.resolve())
      .then(() => run(request))
      .then(reply, (error: unknown) =>
        reply({ kind: "broken", message: error instanceof Error ? error.message : String(error) }),
      );
});
