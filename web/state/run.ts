/** A run in the background as the screen follows it: how far it is, and whether the service is heard of. */
import { ref, shallowRef } from "vue";
import { ApiError } from "../client.ts";
import { lang } from "../messages.ts";
import { cancelRun, followRun, hasEnded, type Progress, resumeRun, type RunKind } from "../runs_client.ts";

export type Followed = { id: string } & Progress;

/** Follows one run of a kind at a time. `changed` is called at every step with what the service told. */
export function createFollowing(kind: RunKind, changed: (run: Followed) => void) {
  /** Null while none is followed. */
  const run = shallowRef<Followed | null>(null);
  /** The service is not heard of; the run goes on by itself. */
  const lost = ref(false);
  const error = shallowRef<ApiError | null>(null);
  /** A wish is on its way. */
  const busy = ref(false);
  let stop: (() => void) | undefined;

  function follow(begun: Followed): void {
    stop?.();
    lost.value = false;
    run.value = begun;
    if (hasEnded(begun.state)) return;
    stop = followRun(
      kind,
      begun.id,
      (progress) => {
        run.value = { id: begun.id, ...progress };
        changed(run.value);
      },
      (is) => (lost.value = is),
    );
  }

  function forget(): void {
    stop?.();
    run.value = null;
    error.value = null;
    lost.value = false;
  }

  async function wish(what: typeof cancelRun): Promise<void> {
    const id = run.value?.id;
    if (!id) return;
    busy.value = true;
    error.value = null;
    try {
      follow({ ...(run.value as Followed), ...((await what(lang.value, kind, id)) as Progress), id });
      changed(run.value as Followed);
    } catch (failure) {
      error.value = asApiError(failure);
    } finally {
      busy.value = false;
    }
  }

  return { run, lost, error, busy, follow, forget, cancel: () => wish(cancelRun), resume: () => wish(resumeRun) };
}

export type Following = ReturnType<typeof createFollowing>;

export function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError({ status: 0 });
}
