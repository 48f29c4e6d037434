/** Once per run: the packed folder that every embedded test database is made from. */
import { buildSeed } from "../../server/db/seed.ts";

export async function setup(): Promise<void> {
  await buildSeed();
}
