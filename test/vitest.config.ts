/** Three kinds of tests: `unit` needs nothing, `engine` both databases, `browser` a browser. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: [
            "test/domain/**/*.test.ts",
            "test/formats/**/*.test.ts",
            "test/house/**/*.test.ts",
            "test/web/**/*.test.ts",
            "test/reports/**/*.test.ts",
          ],
        },
      },
      {
        test: {
          name: "engine",
          include: ["test/db/**/*.test.ts", "test/queries/**/*.test.ts", "test/http/**/*.test.ts"],
          globalSetup: ["test/support/global_setup.ts"],
          pool: "forks",
          maxWorkers: 2, // an embedded engine takes about 500 MB and one core
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          globalSetup: ["test/support/global_setup.ts"],
          pool: "forks",
          fileParallelism: false,
          testTimeout: 240_000,
          hookTimeout: 240_000,
          expect: { poll: { timeout: 60_000 } },
        },
      },
    ],
  },
});
