/** Files of a report, the page by which it is verified, and the pack by which a third party verifies it; on both engines. */
import { execFile } from "node:child_process";
import { request } from "node:http";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import ExcelJS from "exceljs";
import { strFromU8, unzipSync } from "fflate";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Check } from "../../server/api/checks.ts";
import type { Problem } from "../../server/api/common.ts";
import { areaText } from "../../server/measures.ts";
import { say } from "../../server/messages.ts";
import { drawQr } from "../../server/reports/qr.ts";
import { eachEngine } from "../support/engines.ts";
import { pdfPages } from "../support/pdf_text.ts";
import { CLEAN, FAR, rectangle, serve, type Service, startService } from "../support/service.ts";

const bare = (text: string) => text.replace(/\s+/g, "");
const HASH = /[0-9a-f]{64}/;

eachEngine((engine) => {
  let service: Service;
  let check: Check;
  let hash: string;
  beforeAll(async () => {
    service = await startService(await engine.open());
    check = await service.check({ name: "㛃家庄𠮷野猪场", geometry: rectangle(105.9505, 29.2301, 105.956, 29.2315) });
    hash = HASH.exec(await (await service.get(`/api/checks/${check.id}/report.html`)).text())![0];
  });
  afterAll(() => service.close());

  const bytesOf = async (path: string, from = service) => {
    const response = await from.get(path);
    expect(response.status, path).toBe(200);
    return { bytes: new Uint8Array(await response.arrayBuffer()), headers: response.headers };
  };
  const pageOf = async (path: string) => {
    const response = await service.get(path);
    return { status: response.status, text: await response.text(), headers: response.headers };
  };

  it("the Word file, the PDF, the workbook and the shapes say the same figures and carry the same hash", async () => {
    const overlaps = check.findings.filter(({ overlap_m2 }) => overlap_m2 !== null);
    expect(overlaps.length).toBeGreaterThan(2);
    const areas = overlaps.map(({ overlap_m2 }) => bare(areaText("zh", overlap_m2!)));
    const docx = await bytesOf(`/api/checks/${check.id}/report.docx?lang=zh`);
    expect(docx.headers.get("content-disposition")).toMatch(/^attachment; filename="SJ-\d{8}-[0-9A-F]{8}\.docx"$/);
    const xml = strFromU8(unzipSync(docx.bytes)["word/document.xml"]!);
    const words = bare([...xml.matchAll(/<w:t(?: [^>]*)?>([^<]*)<\/w:t>/g)].map((run) => run[1]).join(""));
    const pdf = bare(pdfPages((await bytesOf(`/api/checks/${check.id}/report.pdf?lang=zh`)).bytes).join(""));
    for (const text of [...areas, hash, bare(check.project.name), check.id]) {
      expect(words).toContain(text);
      expect(pdf).toContain(text);
    }
    const book = new ExcelJS.Workbook();
    await book.xlsx.load(Buffer.from((await bytesOf(`/api/checks/${check.id}/report.xlsx?lang=zh`)).bytes) as never);
    const numbers = new Set<number>();
    book
      .getWorksheet(say("zh", "report.sheet.t3"))!
      .eachRow((row) => row.eachCell(({ value }) => typeof value === "number" && numbers.add(value)));
    const shapes = (await service.json(`/api/checks/${check.id}/report.geojson`)) as {
      hash: string;
      features: { properties: { role: string; feature?: string; overlap_m2?: number } }[];
    };
    expect(shapes.hash).toBe(hash);
    for (const { overlap_m2, feature } of overlaps) {
      expect(numbers).toContain(overlap_m2);
      expect(shapes.features.some(({ properties }) => properties.role === "piece" && properties.overlap_m2 === overlap_m2)).toBe(
        true,
      );
      expect(shapes.features.some(({ properties }) => properties.role === "feature" && properties.feature === feature)).toBe(
        true,
      );
    }
  });

  it("while a heavy report is made, the service answers others", async () => {
    const making = bytesOf(`/api/checks/${check.id}/report.docx?lang=en`);
    let made = false;
    void making.then(() => (made = true));
    expect((await service.get("/health/live")).status).toBe(200);
    expect(made).toBe(false);
    expect((await making).bytes.length).toBeGreaterThan(10_000);
  });

  describe("under a PUBLIC_URL", () => {
    const PUBLIC = "https://shuijie.example.gov.cn/map";
    let outside: Service;
    beforeAll(async () => (outside = await serve(service.database, { publicUrl: PUBLIC })));
    afterAll(() => outside.close());

    it("every file carries the public address, by whatever name the service was asked", async () => {
      const address = `${PUBLIC}/verify/${hash}`;
      const pack = unzipSync((await bytesOf(`/api/checks/${check.id}/evidence.zip`, outside)).bytes);
      const page = strFromU8(pack["report.html"]!);
      expect(page).toContain(address);
      expect(page).toContain(drawQr(address).text);
      const docx = unzipSync(pack["report.docx"]!);
      expect(strFromU8(docx["word/document.xml"]!) + strFromU8(docx["word/_rels/document.xml.rels"]!)).toContain(address);
      expect(bare(pdfPages(pack["report.pdf"]!).join(""))).toContain(address);
      expect(strFromU8(pack["README.md"]!)).toContain(`<${address}>`);
      for (const text of [page, strFromU8(pack["README.md"]!)]) expect(text).not.toContain(outside.url);
    });

    it("without one, a report carries the name it was asked by, and no name that a stranger made up", async () => {
      const path = `/api/checks/${check.id}/report.html`;
      expect(await (await service.get(path)).text()).toContain(drawQr(`${service.url}/verify/${hash}`).text);
      const { port } = new URL(service.url);
      const asked = (host: string) =>
        new Promise<string>((resolve, reject) => {
          request({ port, path, headers: { host } }, (response) => {
            let body = "";
            response.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
            response.on("end", () => resolve(body));
          })
            .on("error", reject)
            .end();
        });
      expect(await asked("shuijie.lan:8080")).toContain(`http://shuijie.lan:8080/verify/${hash}`);
      const odd = await asked("evil.example/?x=");
      expect(odd).toContain(`http://localhost/verify/${hash}`);
      expect(odd).not.toContain("evil");
    });
  });

  describe("a report beyond a limit is refused by name, and others are answered", () => {
    const beside = async <T>(limits: Parameters<typeof serve>[1], body: (limited: Service) => Promise<T>): Promise<T> => {
      const limited = await serve(service.database, limits);
      return body(limited).finally(() => limited.close());
    };
    const refusal = async (limited: Service, file: string, lang = "en") => {
      const response = await limited.get(`/api/checks/${check.id}/${file}?lang=${lang}`);
      return { ...((await response.json()) as Problem), kind: response.headers.get("content-type") };
    };
    const others = async (limited: Service) => {
      for (const path of [
        "/health/live",
        `/api/checks/${check.id}`,
        `/api/checks/${check.id}/report.html`,
        "/tiles/river/9/406/212",
      ])
        expect((await limited.get(path)).status, path).toBeLessThan(300);
    };

    it.each(["report.docx", "evidence.zip"])("in time: %s", async (file) => {
      await beside({ report_limits: { seconds: 0.05 } }, async (limited) => {
        const [problem] = await Promise.all([refusal(limited, file), others(limited)]);
        expect(problem).toMatchObject({ status: 503, type: "/problems/report-too-slow", title: "The report took too long" });
        expect(problem.kind).toContain("application/problem+json");
        expect(problem.detail).toContain("0.05 s");
        expect((await refusal(limited, file, "zh")).title).toBe("报告生成超时");
        await others(limited);
      });
    });

    it.each(["report.docx", "evidence.zip"])("in memory: %s", async (file) => {
      await beside({ report_limits: { memory_mb: 8 } }, async (limited) => {
        const [problem] = await Promise.all([refusal(limited, file), others(limited)]);
        expect(problem).toMatchObject({ status: 422, type: "/problems/report-too-large" });
        expect(problem.detail).toContain("8 MB");
        expect((await refusal(limited, file, "zh")).title).toBe("报告过大");
        await others(limited);
      });
    });

    it("in number: who comes when enough wait is asked to come again, and those that wait get theirs", async () => {
      await beside({ report_limits: { waiting: 1 } }, async (limited) => {
        const asked = await Promise.all(
          Array.from({ length: 6 }, () => limited.get(`/api/checks/${check.id}/report.xlsx?lang=en`)),
        );
        const states = asked.map(({ status }) => status);
        expect(new Set(states)).toEqual(new Set([200, 503]));
        const busy = (await asked[states.indexOf(503)]!.json()) as Problem;
        expect(busy.type).toBe("/problems/reports-busy");
        for (const response of asked.filter(({ status }) => status === 200))
          expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(5_000);
        expect((await limited.get(`/api/checks/${check.id}/report.xlsx`)).status).toBe(200);
      });
    });
  });

  describe("verification", () => {
    it.each(["zh", "en"] as const)(
      "says in %s what a report's hash stands for, and nothing of where the site lies",
      async (lang) => {
        const said = await service.json<Check>(`/api/checks/${check.id}?lang=${lang}`);
        const { status, text, headers } = await pageOf(`/verify/${hash}?lang=${lang}`);
        expect(status).toBe(200);
        expect(headers.get("content-type")).toContain("text/html");
        for (const words of [
          say(lang, "verify.known.title"),
          say(lang, `conclusion.${said.conclusion}`),
          say(lang, `standing.${said.standing}`),
          said.sentence,
          said.as_of,
          said.project.name,
          say(lang, "verify.put_away.no"),
        ])
          expect(text).toContain(words);
        expect(text).not.toMatch(/105\.95|29\.23|<script|\son\w+=|src=/);
      },
    );

    it("the code of a report leads to this page of this service", async () => {
      const page = await (await service.get(`/api/checks/${check.id}/report.html`)).text();
      expect(page).toContain(`${service.url}/verify/${hash}`);
    });

    it.each([["0".repeat(64)], ["abc"], ["%3Cscript%3Ealert(1)%3C%2Fscript%3E"]])(
      "%s is of no report, and the page says not to trust it",
      async (other) => {
        const { status, text } = await pageOf(`/verify/${other}?lang=en`);
        expect(status).toBe(404);
        expect(text).toContain(say("en", "verify.unknown.title"));
        expect(text).toContain("Do not trust it");
        expect(text).not.toContain("<script");
      },
    );

    it("a check put away is known, and said to be put away", async () => {
      const gone = await service.check({ name: "删", geometry: FAR });
      const own = HASH.exec(await (await service.get(`/api/checks/${gone.id}/report.html`)).text())![0];
      await fetch(`${service.url}/api/checks/${gone.id}`, { method: "DELETE" });
      const { status, text } = await pageOf(`/verify/${own}?lang=zh`);
      expect(status).toBe(200);
      expect(text).toContain(say("zh", "verify.away.title"));
      expect((await service.get(`/api/checks/${gone.id}/report.pdf`)).status).toBe(410);
      expect((await service.get(`/api/checks/${gone.id}/evidence.zip`)).status).toBe(410);
    });

    it("a check stored before hashes were is found, and one changed in the store is not vouched for", async () => {
      const old = await service.check({ name: "旧", geometry: FAR, ...CLEAN });
      const own = HASH.exec(await (await service.get(`/api/checks/${old.id}/report.html`)).text())![0];
      const { db } = service.database;
      await sql`update site_check set hash = null where id = ${old.id}::uuid`.execute(db);
      expect((await pageOf(`/verify/${own}?lang=en`)).text).toContain(say("en", "verify.known.title"));
      await sql`update site_check set said = jsonb_set(said, '{zh,conclusion}', '"notice"') where id = ${old.id}::uuid`.execute(
        db,
      );
      const { text } = await pageOf(`/verify/${own}?lang=en`);
      expect(text).toContain(say("en", "verify.changed.title"));
      expect(text).not.toContain(say("en", `conclusion.${old.conclusion}`));
    });
  });

  describe("the evidence pack", () => {
    let files: Record<string, Uint8Array>;
    let folder: string;
    beforeAll(async () => {
      const first = await bytesOf(`/api/checks/${check.id}/evidence.zip?lang=zh`);
      files = unzipSync(first.bytes);
      folder = mkdtempSync(join(tmpdir(), "shuijie-evidence-"));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    /** The pack in a folder of its own, with some files changed or left out (null), as somebody would run it. */
    const run = (name: string, changed: Record<string, string | null> = {}, lang = "en") => {
      const own = join(folder, name);
      for (const [path, bytes] of Object.entries({ ...files, ...changed })) {
        if (bytes === null) continue;
        mkdirSync(dirname(join(own, path)), { recursive: true });
        writeFileSync(join(own, path), bytes);
      }
      return new Promise<{ code: number; said: string }>((resolve) => {
        execFile(process.execPath, ["verify.mjs", `--lang=${lang}`], { cwd: own, env: {} }, (error, out, err) =>
          resolve({ code: error ? Number(error.code) : 0, said: out + err }),
        );
      });
    };
    const text = (name: string) => strFromU8(files[name]!);

    it("holds the report, both languages, shapes, rules, settings, sources, checksums and how to use them", () => {
      expect(Object.keys(files).toSorted()).toEqual(
        [
          "README.md SHA256SUMS catalogue.json check.en.json check.zh.json checklist.json frozen.json pieces.geojson",
          "report.docx report.geojson report.html report.pdf report.xlsx rules.json settings.json site.geojson sources.json verify.mjs words.json",
        ].flatMap((names) => names.split(" ")),
      );
      expect(text("README.md")).toContain(hash);
      expect(text("README.md")).toContain("node verify.mjs");
      const rules = new Set(check.findings.map(({ rule }) => rule));
      expect((JSON.parse(text("rules.json")) as { rules: { id: string }[] }).rules.map(({ id }) => id).toSorted()).toEqual(
        [...rules].toSorted(),
      );
    });

    it.each(["zh", "en"])("verifies as it is, in %s", async (lang) => {
      const { code, said } = await run(`whole-${lang}`, {}, lang);
      expect(said).toContain(say(lang as "zh", "evidence.verify.holds"));
      expect(said).toContain(hash);
      expect(code).toBe(0);
    });

    it("a changed, a missing and a smuggled file are named", async () => {
      const { code, said } = await run("changed", {
        "sources.json": text("sources.json").replace('"source": "', '"source": "1:2000 '),
        "rules.json": null,
        "more.txt": "x",
      });
      expect(code).toBe(1);
      for (const name of ["file changed: sources.json", "file missing: rules.json", "file not named in SHA256SUMS: more.txt"])
        expect(said).toContain(name);
    });

    it("an answer changed together with its checksum is still found out: by hash, area and conclusion", async () => {
      const { createHash } = await import("node:crypto");
      const said_zh = JSON.parse(text("check.zh.json")) as Check;
      said_zh.conclusion = "notice";
      const own = said_zh.findings.find(({ overlap_m2 }) => overlap_m2 !== null)!;
      own.overlap_m2 = own.overlap_m2! / 10;
      const forged = `${JSON.stringify(said_zh, null, 2)}\n`;
      const before = createHash("sha256").update(text("check.zh.json")).digest("hex");
      const after = createHash("sha256").update(forged).digest("hex");
      const { code, said } = await run("forged", {
        "check.zh.json": forged,
        SHA256SUMS: text("SHA256SUMS").replace(before, after),
      });
      expect(code).toBe(1);
      expect(said).not.toContain("file changed");
      expect(said).toMatch(/the hash worked out .* is not in report\.html/);
      expect(said).toContain("check.zh.json conclusion: said notice, should be prohibited");
      expect(said).toMatch(new RegExp(`${own.id} ${own.rule}: said`));
      expect(said).toContain("check.zh.json and check.en.json differ");
    });

    it("checks of other kinds verify too: nothing found, a point", async () => {
      for (const [name, request] of Object.entries({
        clear: { geometry: FAR, ...CLEAN },
        point: { geometry: { type: "Point", coordinates: [105.951, 29.2303] } },
      })) {
        const other = await service.check({ name, ...request });
        files = { ...unzipSync((await bytesOf(`/api/checks/${other.id}/evidence.zip?lang=en`)).bytes) };
        const { code, said } = await run(name);
        expect(said).toContain(other.conclusion);
        expect(code, said).toBe(0);
      }
    });
  });

  it("a pack and a file are the same bytes each time", async () => {
    const [one, two] = [
      await bytesOf(`/api/checks/${check.id}/evidence.zip?lang=zh`),
      await bytesOf(`/api/checks/${check.id}/evidence.zip?lang=zh`),
    ];
    expect(Buffer.from(one.bytes).equals(Buffer.from(two.bytes))).toBe(true);
  });

  it("unknown parameters and checks are refused", async () => {
    const problem = async (path: string) => (await (await service.get(path)).json()) as Problem;
    expect((await problem(`/api/checks/${check.id}/report.pdf?page=2`)).status).toBe(400);
    expect((await problem("/api/checks/00000000-0000-4000-8000-000000000000/evidence.zip")).status).toBe(404);
    expect((await problem("/api/checks/no/evidence.zip")).status).toBe(404);
  });
});

it("the script that a third party runs uses nothing but Node", () => {
  const script = readFileSync(join(import.meta.dirname, "..", "..", "server", "evidence", "verify.mjs"), "utf8");
  const used = [...script.matchAll(/from "([^"]+)"/g)].map(([, from]) => from!);
  expect(used.length).toBeGreaterThan(2);
  expect(used.filter((from) => !from.startsWith("node:"))).toEqual([]);
});
