/** Copying for the user, and saying whether it was done: browsers refuse it without permission or https. */
import { type Ref, ref } from "vue";

const SAID_MS = 2500;

export type Copying = {
  /** What was copied a moment ago, by the name it was given; null: nothing. */
  copied: Readonly<Ref<string | null>>;
  /** What could not be copied, to be marked and copied by hand; empty: nothing. */
  refused: Ref<string>;
  copy(text: string, what?: string): Promise<void>;
};

export function useCopying(): Copying {
  const copied = ref<string | null>(null);
  const refused = ref("");
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    copied,
    refused,
    async copy(text, what = "text") {
      clearTimeout(timer);
      try {
        await navigator.clipboard.writeText(text);
        refused.value = "";
        copied.value = what;
        timer = setTimeout(() => (copied.value = null), SAID_MS);
      } catch {
        copied.value = null;
        refused.value = text;
      }
    },
  };
}
