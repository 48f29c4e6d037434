/** The records of checks: found, filtered, put away, brought back, disputed; on both engines. */
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Check, CheckSummary, Dispute } from "../../server/api/checks.ts";
import type { List, Problem } from "../../server/api/common.ts";
import { readCatalogue } from "../../server/service.ts";
import { eachEngine } from "../support/engines.ts";
import { CLEAN, FAR, IN_FIRST, type Service, startService, statutesOnly } from "../support/service.ts";

eachEngine((engine) => {
  let service: Service;
  let hit: Check;
  let far: Check;
  beforeAll(async () => {
    service = await startService(await engine.open(), { catalogue: statutesOnly(readCatalogue()) });
    hit = await service.check({ name: "红江猪场 100%_done", geometry: IN_FIRST });
    far = await service.check({ name: "远处猪场", geometry: FAR, ...CLEAN });
    await service.check({ name: "Tourist site", activity: "tourism", attributes: {}, geometry: FAR });
  });
  afterAll(() => service.close());

  const list = (query = "") => service.json<List<CheckSummary>>(`/api/checks?${query}`);
  const names = async (query: string) => (await list(query)).items.map(({ name }) => name);
  const send = (method: string, path: string, body?: unknown) =>
    fetch(service.url + path, {
      method,
      ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
  const problem = async (response: Response) => (await response.json()) as Problem;

  describe("finding", () => {
    it("lists the newest first, with district, action and words of one language", async () => {
      const { items, numberMatched } = await list("lang=en");
      expect(items.map(({ name }) => name)).toEqual(["Tourist site", "远处猪场", "红江猪场 100%_done"]);
      expect(numberMatched).toBe(3);
      expect(items[2]).toMatchObject({
        conclusion: "prohibited",
        districts: ["500118"],
        action: "new",
        action_title: "New",
        disputes: 0,
        deleted_at: null,
        created_at: hit.created_at,
        sentence: (await service.json<Check>(`/api/checks/${hit.id}?lang=en`)).sentence,
      });
    });

    it.each([
      ["q=%E7%8C%AA%E5%9C%BA", ["远处猪场", "红江猪场 100%_done"]],
      ["q=tourist%20SITE", ["Tourist site"]],
      ["q=100%25_", ["红江猪场 100%_done"]],
      ["q=%25", ["红江猪场 100%_done"]],
      ["q=%27%3B%20drop", []],
      ["conclusion=prohibited", ["红江猪场 100%_done"]],
      ["activity=tourism", ["Tourist site"]],
      ["jurisdiction=652801", []],
      ["jurisdiction=500118", ["Tourist site", "远处猪场", "红江猪场 100%_done"]],
      ["jurisdiction=500100", ["Tourist site", "远处猪场", "红江猪场 100%_done"]],
      ["jurisdiction=500000", ["Tourist site", "远处猪场", "红江猪场 100%_done"]],
      ["jurisdiction=510000", []],
      ["to=2000-01-01", []],
      ["deleted=true", []],
    ])("%s finds %j", async (query, expected) => expect(await names(query)).toEqual(expected));

    it("finds by the beginning of an id, and pages within a search", async () => {
      expect(await names(`q=${hit.id.slice(0, 8)}`)).toEqual([hit.project.name]);
      const first = await list("q=%E7%8C%AA%E5%9C%BA&limit=1");
      expect(first).toMatchObject({ numberMatched: 2, numberReturned: 1 });
      const next = first.links.find(({ rel }) => rel === "next")!.href;
      const second = await service.json<List<CheckSummary>>(next);
      expect(second.items.map(({ name }) => name)).toEqual(["红江猪场 100%_done"]);
    });

    it.each(["conclusion=fine", "deleted=maybe", "from=2026-02-30", "jurisdiction=50", "colour=red"])(
      "%s is a named 400",
      async (query) => {
        const response = await service.get(`/api/checks?${query}`);
        expect(response.status).toBe(400);
        expect((await problem(response)).errors?.[0]?.pointer).toBe(`?${query.split("=")[0]}`);
      },
    );
  });

  it("a trial is answered like a check and leaves no record", async () => {
    const before = (await list()).numberMatched;
    const response = await service.post("/api/checks?trial=true", {
      name: "trial",
      activity: "livestock_farm",
      action: "new",
      geometry: IN_FIRST,
    });
    expect(response.status).toBe(200);
    const check = (await response.json()) as Check;
    expect(check.conclusion).toBe("prohibited");
    expect((await list()).numberMatched).toBe(before);
    expect((await service.get(`/api/checks/${check.id}`)).status).toBe(404);
  });

  it("puts a check away and brings it back, whole; each is written down", async () => {
    expect((await send("DELETE", `/api/checks/${far.id}`)).status).toBe(204);
    expect(await names("")).not.toContain("远处猪场");
    const [put] = (await list("deleted=true")).items;
    expect(put).toMatchObject({ id: far.id, deleted_at: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T/) });
    const gone = await service.get(`/api/checks/${far.id}`);
    expect([gone.status, (await problem(gone)).type]).toEqual([410, "/problems/deleted-check"]);
    expect((await send("DELETE", `/api/checks/${far.id}`)).status).toBe(410);
    expect((await send("POST", `/api/checks/${far.id}/restore`)).status).toBe(204);
    expect((await send("POST", `/api/checks/${far.id}/restore`)).status).toBe(204);
    expect(await service.json<Check>(`/api/checks/${far.id}`)).toEqual(far);
    const { rows } = await sql<{
      what: string;
    }>`select what from check_event where check_id = ${far.id}::uuid order by id`.execute(service.database.db);
    expect(rows.map(({ what }) => what)).toEqual(["deleted", "restored"]);
  });

  it("two who delete at once: one does, the other is told", async () => {
    const again = await service.check({ name: "twice", geometry: FAR });
    const answers = await Promise.all([1, 2, 3, 4].map(() => send("DELETE", `/api/checks/${again.id}`)));
    const { rows } = await sql`select 1 from check_event where check_id = ${again.id}::uuid`.execute(service.database.db);
    expect(rows.length).toBe(1);
    for (const answer of answers) expect([204, 410]).toContain(answer.status);
  });

  it("a dispute is kept beside the check, whose verdict and words stay", async () => {
    const path = `/api/checks/${hit.id}/disputes`;
    const finding = hit.findings[0]!;
    const reason = "边界与批复图不符 <b>see survey</b> \u202e";
    const made = await send("POST", path, { finding: finding.id, reason });
    expect(made.status).toBe(201);
    const [one] = ((await made.json()) as List<Dispute>).items;
    expect(one).toMatchObject({ finding: finding.id, rule: finding.rule, feature: finding.feature, reason, withdrawn_at: null });
    expect(await service.json<Check>(`/api/checks/${hit.id}`)).toEqual(hit);
    expect((await list()).items.find(({ id }) => id === hit.id)?.disputes).toBe(1);

    const back = await send("DELETE", `${path}/${one!.id}`);
    expect(((await back.json()) as List<Dispute>).items).toMatchObject([{ id: one!.id, withdrawn_at: expect.any(String) }]);
    expect((await list()).items.find(({ id }) => id === hit.id)?.disputes).toBe(0);
    expect((await send("DELETE", `${path}/${one!.id}`)).status).toBe(404);
    expect((await send("DELETE", `${path}/zzz`)).status).toBe(404);
  });

  it.each([
    [{ finding: "f999", reason: "x" }, "#/finding"],
    [{ finding: "f1", reason: "  " }, "#/reason"],
    [{ finding: "f1", reason: "x".repeat(2001) }, "#/reason"],
    [{ finding: "f1", reason: "x", verdict: "clear" }, "#/verdict"],
    [[], "#/finding"],
  ])("a dispute %j is refused at %s, and nothing is kept", async (body, pointer) => {
    const path = `/api/checks/${hit.id}/disputes`;
    const before = (await service.json<List<Dispute>>(path)).numberMatched;
    const response = await send("POST", path, body);
    expect(response.status).toBe(422);
    expect((await problem(response)).errors?.map((each) => each.pointer)).toContain(pointer);
    expect((await service.json<List<Dispute>>(path)).numberMatched).toBe(before);
  });

  it("unknown checks are 404 throughout", async () => {
    const id = "00000000-0000-4000-8000-000000000000";
    for (const [method, path] of [
      ["DELETE", ""],
      ["POST", "/restore"],
      ["GET", "/disputes"],
      ["POST", "/disputes"],
    ] as const)
      expect((await send(method, `/api/checks/${id}${path}`, method === "POST" ? {} : undefined)).status).toBe(404);
  });
});
