/** The walls of the house, read off the import lines. Each failure says how to put things right. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..", "..");

function files(folder: string, ending: RegExp): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

const server = files("server", /\.ts$/).map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
const web = files("web", /\.(ts|vue)$/).map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));

function imports(text: string): { line: string; from: string }[] {
  return [...text.matchAll(/^\s*(?:import|export)\b[^;]*?from\s+"([^"]+)";?/gms)].map((match) => ({
    line: match[0],
    from: match[1]!,
  }));
}

const within = (path: string, ...folders: string[]) => folders.some((folder) => path.startsWith(`server/${folder}/`));

describe("the walls", () => {
  it("there is something to look at", () => {
    expect(server.length).toBeGreaterThan(20);
    expect(web.length).toBeGreaterThan(5);
  });

  it("(1) web/ names server/api/ only, with import type", () => {
    const wrong = web.flatMap(({ path, text }) =>
      imports(text)
        .filter(
          ({ from, line }) =>
            from.includes("server/") && !(from.includes("server/api/") && /import\s+type|export\s+type/.test(line)),
        )
        .map(({ line }) => `${path}: ${line}`),
    );
    expect(wrong, "ask the server over HTTP, and name its wire types with import type").toEqual([]);
  });

  it("(2) domain/ knows no SQL, no express, no clock, no random", () => {
    const wrong = server
      .filter(({ path }) => within(path, "domain", "formats", "reports"))
      .filter(({ text }) => /from "(kysely|express|postgres|node:)|Date\.now|new Date\(\)|Math\.random|randomUUID/.test(text))
      .map(({ path }) => path);
    expect(wrong, "pass the value in as an argument").toEqual([]);
  });

  it("(3) sql and query builders stand only in queries/, db/ and migrations/", () => {
    const wrong = server
      .filter(({ path }) => !within(path, "queries", "db"))
      .filter(({ text }) => /from "(kysely|postgres|@electric-sql\/)/.test(text) || /\bsql`/.test(text))
      .map(({ path }) => path);
    expect(wrong, "move the statement to a function in queries/").toEqual([]);
  });

  it("(4) queries/ and db/ never see a request or a Problem", () => {
    const wrong = server
      .filter(({ path }) => within(path, "queries", "db"))
      .filter(({ text }) => /from "express"|from "\.\.\/(problem|query)\.ts"/.test(text))
      .map(({ path }) => path);
    expect(wrong, "throw what the database throws, and turn it into a Problem in the route").toEqual([]);
  });

  it("(5) the environment is read in config.ts only", () => {
    const wrong = server
      .filter(({ path, text }) => path !== "server/config.ts" && /process\.env/.test(text))
      .map(({ path }) => path);
    expect(wrong, "add the setting to config.ts and hand it down").toEqual([]);
  });

  it("(6) identifiers in SQL come from declarations: sql.raw and string building stand in db/, migrations/ and nowhere else", () => {
    const wrong = server.filter(({ path, text }) => !within(path, "db") && /sql\.(raw|id)\(/.test(text)).map(({ path }) => path);
    expect(wrong, "use sql.table or sql.ref with a name from a declaration").toEqual([]);
  });

  it("catalogue lists are the only files that re-export", () => {
    const wrong = server
      .filter(({ text, path }) => !/layers\/index\.ts$|db\/|api\//.test(path) && /^export \* from/m.test(text))
      .map(({ path }) => path);
    expect(wrong).toEqual([]);
  });

  it("the top level holds what it may, and nothing else", () => {
    const allowed = ["server", "web", "geodata", "migrations", "test", "package.json", "package-lock.json", "tsconfig.json"];
    const found = readdirSync(ROOT).filter(
      (name) => !name.startsWith(".") && name !== "node_modules" && !/^README(\.\w+)?\.md$/.test(name),
    );
    expect(found.toSorted(), "put it in one of the folders").toEqual(allowed.toSorted());
  });
});
