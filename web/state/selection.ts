/** Features that a person put together, on the map or in the search, to take them away as a file. */
import { shallowRef } from "vue";
import type { Text } from "../../server/api/common.ts";

export type Selected = { layer: string; code: string; name: Text };

/** In the order in which they were chosen, each once. */
export const selected = shallowRef<readonly Selected[]>([]);

const keyOf = ({ layer, code }: Pick<Selected, "layer" | "code">) => `${layer}/${code}`;

export function isSelected(one: Pick<Selected, "layer" | "code">): boolean {
  return selected.value.some((each) => keyOf(each) === keyOf(one));
}

export function addToSelection(more: readonly Selected[]): void {
  const known = new Map([...selected.value, ...more].map((each) => [keyOf(each), each]));
  selected.value = [...known.values()].map(({ layer, code, name }) => ({ layer, code, name }));
}

export function removeFromSelection(one: Pick<Selected, "layer" | "code">): void {
  selected.value = selected.value.filter((each) => keyOf(each) !== keyOf(one));
}

export function clearSelection(): void {
  selected.value = [];
}
