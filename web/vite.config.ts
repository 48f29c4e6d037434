/** How the web application is built. `server/web.ts` uses it at start, `vite -c web/vite.config.ts` while developing. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

/** The few words that are needed when the service does not answer. */
const outageWords = ["zh", "en"].map((lang) => {
  const words = JSON.parse(
    readFileSync(join(import.meta.dirname, "..", "server", "messages", `web.${lang}.json`), "utf8"),
  ) as Record<string, string>;
  return Object.fromEntries(["app.name", "outage.text", "outage.retry"].map((key) => [key, words[key]]));
});

const service = "http://127.0.0.1:8080";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [vue()],
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
