/** Checks over HTTP beside the statements they send, sent straight. */
import { GEODATA } from "../../server/service.ts";
import { readExamples } from "../../server/examples.ts";
import type { Service } from "../support/service.ts";
import { type Figure, figure, inTurn, timed } from "./measure.ts";
import { replay, statementsOf } from "./statements.ts";

/** Every district and every conclusion are among them. */
const EVERY = 3;

/** `rounds` times each of a third of the sites of 试一试: kept (a record is written) and as a trial. */
export async function benchChecks(service: Service, rounds: number): Promise<Figure[]> {
  const { engine } = service.database;
  const requests = readExamples(GEODATA)
    .filter((_, i) => i % EVERY === 0)
    .map(({ request }) => request);
  const figures: Figure[] = [];
  for (const [what, path] of [
    ["check, kept", "/api/checks?lang=zh"],
    ["check, trial", "/api/checks?lang=zh&trial=true"],
  ] as const) {
    const ask = async (request: unknown) => {
      const response = await service.post(path, request);
      const text = await response.text();
      if (!response.ok) throw new Error(`${response.status} ${text.slice(0, 300)}`);
    };
    const sent = [];
    for (const request of requests) {
      await ask(request);
      sent.push(await statementsOf(service.database, () => ask(request)));
    }
    const http: number[] = [];
    const straight: number[] = [];
    for (const [i, request] of requests.entries()) {
      const queries = sent[i]!;
      await replay(service.database, queries);
      const times = await inTurn(rounds, {
        http: () => timed(() => ask(request)),
        straight: () => timed(() => replay(service.database, queries)),
      });
      http.push(...times.http);
      straight.push(...times.straight);
    }
    const counts = sent.map((queries) => queries.length);
    const note = `${requests.length} sites of 试一试, ${Math.min(...counts)} to ${Math.max(...counts)} statements each`;
    figures.push(figure(`checks, ${engine}`, what, http, { what: "its statements", times: straight }, { target: 1.5, note }));
  }
  return figures;
}
