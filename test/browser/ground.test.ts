/** A ground map from elsewhere, where the operator configured one: asked only of its hosts, named with its approval number,
 *  missed aloud. Its hosts are played by the browser: no test asks them. */
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { inBrowser, openScreen } from "../support/browser.ts";

const APPROVAL = "GS(2026)0001号";
/** One grey pixel. */
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGO4e/cuAAUyApjDDfqPAAAAAElFTkSuQmCC",
  "base64",
);

inBrowser(
  "the ground map",
  (suite) => {
    const asked: URL[] = [];
    let answering = true;
    const hosts = async (page: Page) => {
      asked.length = 0;
      await page.route(/https:\/\/t\d\.tianditu\.gov\.cn\//, (route) => {
        asked.push(new URL(route.request().url()));
        const headers = { "access-control-allow-origin": "*" };
        return answering
          ? route.fulfill({ status: 200, contentType: "image/png", headers, body: PIXEL })
          : route.fulfill({ status: 403, headers, body: "" });
      });
    };
    const note = () => suite.screen.at("ground-note");

    it.each([
      ["zh", { viewport: { width: 1440, height: 900 } }, /天地图[^]*审图号/],
      ["en", { viewport: { width: 390, height: 844 }, hasTouch: true }, /Tianditu[^]*GS\(2026\)0001号/],
    ] as const)(
      "%s: its tiles are asked of its hosts alone, and its approval number stands on the map",
      async (lang, options, words) => {
        answering = true;
        suite.screen = await openScreen(suite.browser, suite.service.url, `&lang=${lang}`, options, hosts);
        await suite.screen.still();
        expect(await note().innerText()).toMatch(words);
        expect(await note().innerText()).toContain(APPROVAL);
        expect(new Set(asked.map(({ pathname }) => pathname))).toEqual(new Set(["/vec_w/wmts", "/cva_w/wmts"]));
        for (const { hostname, searchParams } of asked) {
          expect(hostname).toMatch(/^t[0-7]\.tianditu\.gov\.cn$/);
          expect(searchParams.get("tk")).toBe("k&y=1");
          const level = Number(searchParams.get("TILEMATRIX"));
          for (const name of ["TILEROW", "TILECOL"]) expect(Number(searchParams.get(name))).toBeLessThan(2 ** level);
        }
        expect(asked.length).toBeGreaterThan(0);
        expect(await note().locator("[role=status]").count()).toBe(0);
      },
    );

    it("hidden, it is asked for nothing more, and its note goes; our own layers stay", async () => {
      answering = true;
      suite.screen = await openScreen(suite.browser, suite.service.url, "&task=layers", {}, hosts);
      await suite.screen.at("show-ground").click();
      await note().waitFor({ state: "detached" });
      await suite.screen.still();
      asked.length = 0;
      await suite.screen.frame([105.9, 29.2, 106, 29.3]);
      expect(asked).toEqual([]);
      expect(Object.keys(await suite.screen.drawn()).length).toBeGreaterThan(0);
      await suite.screen.at("show-ground").click();
      await note().waitFor();
      await expect.poll(() => asked.length).toBeGreaterThan(0);
    });

    it("where its tiles do not come, that is said; our own layers are there all the same", async () => {
      answering = false;
      suite.screen = await openScreen(suite.browser, suite.service.url, "", {}, hosts);
      await note().locator("[role=status]").waitFor();
      expect(await note().innerText()).toContain(APPROVAL);
      expect(Object.keys(await suite.screen.drawn()).length).toBeGreaterThan(0);
      answering = true;
      await suite.screen.frame([105.9, 29.2, 106, 29.3]);
      await note().locator("[role=status]").waitFor({ state: "detached" });
      suite.screen.faults.length = 0; // the refusals above
    });
  },
  { TIANDITU_TOKEN: "k&y=1", TIANDITU_APPROVAL: APPROVAL },
);
