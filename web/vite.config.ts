/** How the web application is built. `server/web.ts` uses it at start, `vite -c web/vite.config.ts` while developing. */
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

const service = "http://127.0.0.1:8080";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [vue()],
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
