/** Progress of a run as server-sent events: one whenever something changed, the last when it has ended. */
import type { Request, Response } from "express";
import type { RunState } from "../api/screenings.ts";

const LOOK_EVERY_MS = 400;
const ALIVE_EVERY_MS = 15_000;

/** True when nothing more will happen by itself. */
export function hasEnded(state: RunState): boolean {
  return state === "done" || state === "cancelled" || state === "failed";
}

/** Writes `event: progress` with what `read` gives, until the run has ended, the run is gone, or the client is. */
export async function tellProgress<T extends { state: RunState }>(
  request: Request,
  response: Response,
  read: () => Promise<T | undefined>,
): Promise<void> {
  const gone = new AbortController();
  request.on("close", () => gone.abort());
  response.writeHead(200, {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
  });
  let last = "";
  let told = performance.now();
  while (!gone.signal.aborted) {
    // A database that is away for a moment is not the end of the run.
    const found = await read().catch(() => null);
    if (found === undefined) break;
    const text = found === null ? last : JSON.stringify(found);
    if (text !== last) response.write(`event: progress\ndata: ${text}\n\n`);
    else if (performance.now() - told > ALIVE_EVERY_MS) response.write(": alive\n\n");
    if (text !== last || performance.now() - told > ALIVE_EVERY_MS) told = performance.now();
    last = text;
    if (found && hasEnded(found.state)) break;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  response.end();
}
