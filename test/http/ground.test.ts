/** The ground map: none unless configured; then its hosts and nothing else, with its approval number. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { StyleSpecification } from "maplibre-gl";
import type { Landing } from "../../server/api/collections.ts";
import { createApp } from "../../server/app.ts";
import { ConfigError, readConfig } from "../../server/config.ts";
import { groundOf } from "../../server/ground.ts";
import { readCatalogue } from "../../server/service.ts";
import { eachEngine } from "../support/engines.ts";
import { type Service, startService } from "../support/service.ts";

const CONFIGURED = { TIANDITU_TOKEN: "k&y=1", TIANDITU_APPROVAL: "GS(2026)0001号" };

it("a key without an approval number, or a layer that does not exist, is refused with a sentence", () => {
  expect(() => readConfig({ TIANDITU_TOKEN: "k" })).toThrow(/TIANDITU_APPROVAL/);
  expect(() => readConfig({ ...CONFIGURED, TIANDITU_LAYER: "sat" })).toThrow(ConfigError);
  expect(readConfig({}).tianditu).toBeUndefined();
  expect(groundOf(readConfig({}))).toBeNull();
});

eachEngine((engine) => {
  let service: Service;
  let configured: string;
  let close: () => void;
  beforeAll(async () => {
    service = await startService(await engine.open());
    const { server } = createApp({
      database: service.database,
      catalogue: readCatalogue(),
      log: { error: () => undefined },
      ground: groundOf(readConfig({ ...CONFIGURED, TIANDITU_LAYER: "img" })),
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    configured = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    close = () => {
      server.closeAllConnections();
      server.close();
    };
  });
  afterAll(async () => {
    close?.();
    await service?.close();
  });

  const hosts = (text: string) =>
    [...new Set(text.match(/https?:\/\/[\w.-]+/g) ?? [])].filter((host) => !host.includes("127.0.0.1"));

  it("without a key: no ground, and nobody else in the style or the content security policy", async () => {
    const response = await service.get("/api");
    expect(((await response.json()) as Landing).ground).toBeNull();
    expect(response.headers.get("content-security-policy")).not.toContain("http");
    const style = await (await service.get("/style.json")).text();
    expect(hosts(style)).toEqual([]);
    expect(style).not.toContain("raster");
  });

  it("with a key: its tiles lie under every layer, its hosts and no others may be asked, its number is said", async () => {
    const response = await fetch(`${configured}/api`);
    const landing = (await response.json()) as Landing;
    expect(landing.ground).toMatchObject({ approval_no: "GS(2026)0001号", title: { zh: "天地图 影像" } });
    const allowed = hosts(response.headers.get("content-security-policy")!);
    expect(allowed).toHaveLength(8);
    for (const host of allowed) expect(host).toMatch(/^https:\/\/t[0-7]\.tianditu\.gov\.cn$/);

    const style = (await (await fetch(`${configured}/style.json`)).json()) as StyleSpecification;
    expect(style.layers.slice(0, 3).map(({ id }) => id)).toEqual(["ground", "ground-img", "ground-cia"]);
    const source = style.sources["ground-img"] as { type: string; tiles: string[]; minzoom: number };
    expect(source).toMatchObject({ type: "raster", tileSize: 256, minzoom: 1, maxzoom: 18 });
    const url = new URL(source.tiles[0]!.replaceAll(/[{}]/g, ""));
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      LAYER: "img",
      TILEMATRIXSET: "w",
      TILEMATRIX: "z",
      TILEROW: "y",
      TILECOL: "x",
      tk: "k&y=1",
    });
    expect(hosts(JSON.stringify(style)).toSorted()).toEqual(allowed.toSorted());
  });
});
