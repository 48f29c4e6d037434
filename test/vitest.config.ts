/** Three kinds of tests: `unit` needs nothing, `engine` both databases, `browser` a browser. */
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What takes longest begins first, so that the other workers do not wait for it at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => moduleId.endsWith("/test/db/folder.test.ts");
    return (await super.sort(files)).toSorted((a, b) => Number(isLong(b)) - Number(isLong(a)));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "unit",
          testTimeout: 60_000, // the whole catalogue is read and said; no test is about the clock
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
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
      {
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          globalSetup: ["test/support/global_setup.ts"],
          pool: "forks",
          fileParallelism: false,
          retry: 1, // a picture drawn without a graphics card may come late once; a fault comes twice
          testTimeout: 400_000,
          hookTimeout: 400_000,
          expect: { poll: { timeout: 60_000 } },
        },
      },
    ],
  },
});
