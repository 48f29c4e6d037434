import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { claimIn, halfIn, messages, say } from "../../server/messages.ts";
import { readCatalogue } from "../../server/service.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const sources = ["server", "web"].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|vue|mjs)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: relative(ROOT, path), text: readFileSync(path, "utf8") })),
);
const zh = messages("zh");
const en = messages("en");

describe("the one catalogue of messages", () => {
  it("has every key in both languages, and none empty", () => {
    expect(Object.keys(en).toSorted()).toEqual(Object.keys(zh).toSorted());
    expect([...Object.entries(zh), ...Object.entries(en)].filter(([, text]) => text.trim() === "")).toEqual([]);
  });

  it("has the same holes in both languages", () => {
    const holes = (text: string) => [...new Set([...text.matchAll(/\{(\w+)[|}]/g)].map(([, name]) => name))].toSorted();
    const different = Object.keys(zh).filter((key) => holes(zh[key]!).join() !== holes(en[key]!).join());
    expect(different).toEqual([]);
  });

  it("counts in words: one thing is not several", () => {
    expect(say("en", "batch.rows", { count: 1 })).toBe("1 row");
    expect(say("en", "batch.rows", { count: 21 })).toBe("21 rows");
    expect(say("en", "data_screen.drawn", { count: 500 })).toBe("The first 500 are drawn.");
    const filled = (value: number) =>
      Object.keys(en).flatMap((key) => {
        const names = [...en[key]!.matchAll(/\{(\w+)[|}]/g)].map(([, name]) => name!);
        return [say("en", key, Object.fromEntries(names.map((name) => [name, value])))];
      });
    expect([...filled(1), ...filled(2)].filter((text) => /\{\w+\}|\{\w+\||\|[^|]*\}/.test(text))).toEqual([]);
    expect(Object.entries(en).filter(([, text]) => /[a-z]\(s\)/.test(text))).toEqual([["sentence.slivers", expect.any(String)]]);
  });

  it("has every problem's title, detail and description", () => {
    const types = new Set(
      sources.flatMap(({ text }) => [...text.matchAll(/new Problem\(\s*[^,]+,\s*"([a-z-]+)"/g)].map((match) => match[1]!)),
    );
    expect(types.size).toBeGreaterThan(8);
    const missing = [...types]
      .flatMap((type) => [`problem.${type}`, `problem.${type}.title`, `problem.${type}.about`])
      .filter((key) => !(key in zh));
    expect(missing).toEqual([]);
  });

  it("has every key that the code names", () => {
    const named = sources.flatMap(({ path, text }) =>
      [...text.matchAll(/(?:\bt\(|\bsay\(\s*\w+,\s*|key:\s*)["']([a-z_]+(?:\.[a-zA-Z_0-9-]+)+)["']/g)].map(
        (match) => `${path}: ${match[1]}`,
      ),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((each) => zh[each.split(": ")[1]!] === undefined)).toEqual([]);
  });

  it("has every key that stands in the code as a word of its own, in lists too", () => {
    const families = new Set(Object.keys(zh).map((key) => key.split(".")[0]!));
    const missing = sources.flatMap(({ path, text }) =>
      [
        ...(path.endsWith(".vue") ? (/<script[^>]*>([^]*?)<\/script>/.exec(text)?.[1] ?? "") : text).matchAll(
          /["']([a-z_]+(?:\.[a-z_0-9]+)+)["']/g,
        ),
      ]
        .map(([, key]) => key!)
        .filter(
          (key) =>
            families.has(key.split(".")[0]!) &&
            zh[key] === undefined &&
            !/\.(docx|geojson|html|json|mjs|pdf|xlsx|zip)$/.test(key),
        )
        .map((key) => `${path}: ${key}`),
    );
    expect(missing).toEqual([]);
  });

  it("has no key that nothing names", () => {
    const code = sources.map(({ text }) => text).join("\n");
    // `relation.${relation}` names every key that begins so.
    const families = [...code.matchAll(/[`"]([a-z_]+\.[^`"\s]*\$\{[^`]*)`/g)].map(
      ([, template]) =>
        new RegExp(
          `^${template!
            .split(/\$\{(?:[^{}]|\{[^{}]*\})*\}/)
            .map((part) => part.replace(/[.*+?^$()[\]\\]/g, "\\$&"))
            .join(".+")}$`,
        ),
    );
    expect(families.length).toBeGreaterThan(20);
    const types = new Set([...code.matchAll(/new Problem\(\s*[^,]+,\s*"([a-z-]+)"|\? "([a-z-]+)" : "([a-z-]+)"/g)].flat());
    const quoted = new Set([...code.matchAll(/["']([a-z_]+(?:\.[\w-]+)+)["']/g)].map(([, key]) => key!));
    const used = (key: string) => quoted.has(key) || families.some((family) => family.test(key)) || types.has(key.split(".")[1]!);
    expect(Object.keys(zh).filter((key) => !used(key))).toEqual([]);
  });

  it("leaves no words in the templates: text and spoken attributes come from the catalogue", () => {
    const wrong = sources
      .filter(({ path }) => path.endsWith(".vue"))
      .flatMap(({ path, text }) => {
        const template = /<template>([^]*)<\/template>/.exec(text)?.[1] ?? "";
        const spoken = [...template.matchAll(/\s(?:title|aria-label|placeholder|alt)="([^"]+)"/g)]
          .filter(({ index }) => template[index] !== ":" && template[index + 1] !== ":")
          .map(([, words]) => words!);
        const between = template
          .replace(/<!--[^]*?-->/g, "")
          .replace(/\{\{[^]*?\}\}/g, "")
          .replace(/"[^"]*"/g, '""')
          .replace(/<[^>]*>/g, "\n")
          .split("\n");
        return [...spoken, ...between]
          .map((words) => words.trim())
          .filter((words) => /[A-Za-z\u4e00-\u9fff]{2,}/.test(words))
          .map((words) => `${path}: ${words}`);
      });
    // Said before any catalogue can be had.
    expect(wrong.filter((each) => !/OutageNotice/.test(each) && !/: mm|: px/.test(each))).toEqual([]);
  });

  it("leaves no Chinese in the web application's code", () => {
    const wrong = sources
      .filter(({ path }) => path.startsWith("web/"))
      .flatMap(({ path, text }) =>
        text
          .replace(/\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->|^\s*\/\/.*$/gm, "")
          .split("\n")
          .filter((line) => /[\u4e00-\u9fff]/.test(line))
          .map((line) => `${path}: ${line.trim().slice(0, 80)}`),
      );
    expect(wrong, "put the words into server/messages/").toEqual([]);
  });
});

it("every family of settings that a rule or class reads has words", () => {
  const read = JSON.stringify(readCatalogue()).match(/"(gte_setting|within_setting)":"[^".]+/g)!;
  const families = [...new Set(read.map((each) => each.split('":"')[1]!))];
  expect(families.length).toBeGreaterThan(1);
  for (const family of families)
    for (const lang of ["zh", "en"] as const) expect(say(lang, `setting.${family}`)).not.toContain("setting.");
});

describe("what data say of themselves", () => {
  it("is said in one language where it is said in both, and whole otherwise", () => {
    expect([halfIn("zh", "水界示例数据 / Shuijie sample data"), halfIn("en", "水界示例数据 / Shuijie sample data")]).toEqual([
      "水界示例数据",
      "Shuijie sample data",
    ]);
    for (const whole of [
      "区生态环境局矢量",
      "Survey / office data",
      "区局 / DWG",
      "环评 / 水利普查",
      "区局 / survey of 永川",
      "区局/Survey office",
      "",
    ])
      expect([halfIn("zh", whole), halfIn("en", whole)]).toEqual([whole, whole]);
    expect(halfIn("zh", null)).toBeNull();
    expect(claimIn("en", { source: "区局图 / Bureau map", licence: null, features: 3 })).toEqual({
      source: "Bureau map",
      licence: null,
      features: 3,
    });
  });

  it("is in both languages in every file of the sample that says it twice", () => {
    const texts = new Set<string>();
    const walk = (value: unknown): void => {
      if (typeof value === "string" && value.includes(" / ")) texts.add(value);
      else if (typeof value === "object" && value !== null) for (const each of Object.values(value)) walk(each);
    };
    for (const entry of readdirSync(join(ROOT, "geodata", "layers"), { recursive: true, withFileTypes: true }))
      if (entry.isFile()) walk(JSON.parse(readFileSync(join(entry.parentPath, entry.name), "utf8")));
    expect(texts.size).toBeGreaterThan(10);
    for (const text of texts) {
      expect(halfIn("en", text)).not.toMatch(/\p{Script=Han}/u);
      expect(halfIn("zh", text)).not.toContain(" / ");
    }
  });
});
