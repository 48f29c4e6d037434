/** The renderings there are, in the order they are offered. */
import { htmlReport } from "./html.ts";
import type { Rendering } from "./report.ts";

export const renderings: readonly Rendering[] = [htmlReport];
