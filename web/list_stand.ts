/** Where a list of rows of unlike heights stood when it was left, so that it stands there again. */
import type { VirtualItem } from "@tanstack/vue-virtual";

/** `top` in pixels; `measured` are the rows whose height is known. */
export type ListStand = { top: number; measured: VirtualItem[] };

export function listTop(): ListStand {
  return { top: 0, measured: [] };
}
