/** Wire type of `/api/examples`: named sites to try, each with the conclusion it reaches and why. */
import type { CheckRequest, Conclusion } from "./checks.ts";

export type Example = {
  id: string;
  /** GB/T 2260 code. */
  district: string;
  district_name: string;
  /** What the check answers; a test holds the service to it. */
  conclusion: Conclusion;
  title: string;
  why: string;
  /** As `POST /api/checks` takes it; `as_of` is always given. */
  request: CheckRequest;
};
