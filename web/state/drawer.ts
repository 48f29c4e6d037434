/** The table that slides up under the map: which one, how high, folded or not. It shares its selection with the map. */
import { computed, ref, watch } from "vue";
import { phone, task } from "./app.ts";

export type Drawer = "clues" | "sites";

/** Of the panel opened last that has a table; null: none has anything to list. */
export const drawer = ref<Drawer | null>(null);
export const drawer_folded = ref(false);
/** Of the whole table, px. */
export const drawer_px = ref(Math.round(Math.min(Math.max(innerHeight * 0.36, 200), 380)));

/** The table beside its own panel, and beside the drawer of a feature opened from it. On a phone the panel holds it. */
export const drawer_open = computed(() => {
  if (phone.value) return null;
  if (task.value === "sweep" && drawer.value === "clues") return drawer.value;
  if (task.value === "screening" && drawer.value === "sites") return drawer.value;
  return task.value === "feature" ? drawer.value : null;
});

// Another task puts it away; its own panel brings it back.
watch(task, (now) => {
  if (now !== "sweep" && now !== "screening" && now !== "feature") drawer.value = null;
});
