/** How the web application is built. `server/web.ts` uses it at start, `vite -c web/vite.config.ts` while developing. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import vue from "@vitejs/plugin-vue";
import { defineConfig, type HtmlTagDescriptor, type Plugin } from "vite";

/** The few words that are needed when the service does not answer. */
const outageWords = ["zh", "en"].map((lang) => {
  const words = JSON.parse(
    readFileSync(join(import.meta.dirname, "..", "server", "messages", `web.${lang}.json`), "utf8"),
  ) as Record<string, string>;
  return Object.fromEntries(["app.name", "outage.text", "outage.retry"].map((key) => [key, words[key]]));
});

/** The page names the program's files, so that they come beside the small script that lets them run, not after it. */
const together: Plugin = {
  name: "program beside its starter",
  transformIndexHtml: {
    order: "post",
    handler(_html, { bundle }) {
      const chunks = Object.values(bundle ?? {}).filter((file) => file.type === "chunk");
      const boot = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith("/web/boot.ts"));
      if (!boot) return [];
      const files = [boot.fileName, ...boot.imports.filter((name) => !chunks.find(({ fileName }) => fileName === name)?.isEntry)];
      const css = chunks
        .filter(({ fileName }) => files.includes(fileName))
        .flatMap(({ viteMetadata }) => [...(viteMetadata?.importedCss ?? [])]);
      const link = (attrs: Record<string, string | true>): HtmlTagDescriptor => ({ tag: "link", attrs, injectTo: "head" });
      return [
        ...files.map((name) => link({ rel: "modulepreload", crossorigin: true, href: `/${name}` })),
        ...css.map((name) => link({ rel: "stylesheet", crossorigin: true, href: `/${name}` })),
      ];
    },
  },
};

const service = "http://127.0.0.1:8080";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [vue(), together],
  define: { OUTAGE_WORDS: JSON.stringify(outageWords) },
  // MapLibre 6 starts its worker as a module.
  worker: { format: "es" },
  build: {
    target: "es2022",
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    // The map alone is above 1 MB; there is nothing to split.
    chunkSizeWarningLimit: 1500,
  },
  server: {
    port: 5173,
    host: "127.0.0.1",
    proxy: { "/api": service, "/tiles": service, "/style.json": service, "/problems": service },
  },
});
