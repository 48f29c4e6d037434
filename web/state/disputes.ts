/** The disputes of the check on screen: findings somebody does not accept, and why. */
import { shallowRef, watch } from "vue";
import type { Dispute, Finding } from "../../server/api/checks.ts";
import { ApiError, getDisputes, postDispute, withdrawDispute } from "../client.ts";
import { lang } from "../messages.ts";
import { answer, kept } from "./siting.ts";

/** Of the stored check on screen, withdrawn ones too; empty for a trial. */
export const disputes = shallowRef<Dispute[]>([]);
export const disputes_error = shallowRef<ApiError | null>(null);

watch(
  () => (kept.value ? answer.value?.id : undefined),
  (id) => {
    disputes.value = [];
    disputes_error.value = null;
    if (id) void take(id, () => getDisputes(id));
  },
  { immediate: true },
);

/** True when the service has kept it; else `disputes_error` says why not. */
export async function disputeFinding(finding: Finding, reason: string): Promise<boolean> {
  const id = answer.value?.id;
  return id !== undefined && kept.value && (await take(id, () => postDispute(lang.value, id, finding.id, reason)));
}

export async function takeBack(dispute: Dispute): Promise<boolean> {
  const id = answer.value?.id;
  return id !== undefined && (await take(id, () => withdrawDispute(id, dispute.id)));
}

async function take(check: string, ask: () => Promise<Dispute[]>): Promise<boolean> {
  try {
    const list = await ask();
    if (answer.value?.id === check) disputes.value = list;
    disputes_error.value = null;
    return true;
  } catch (error) {
    disputes_error.value = error instanceof ApiError ? error : new ApiError({ status: 0 });
    return false;
  }
}
