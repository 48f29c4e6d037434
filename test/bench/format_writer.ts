/** Writes one file in a process of its own: `node format_writer.ts <writer> <vertices> <file>`, by the thread that the service
 *  uses. Prints JSON: how long it took, and the memory of the process before and at most, MB. */
import { writeFileSync } from "node:fs";
import { writeFile } from "../../server/export_file.ts";
import { WRITERS } from "../../server/formats/out/index.ts";
import { layerOf, optionsOf } from "./format_files.ts";

const [id, vertices, path] = process.argv.slice(2);
const writer = WRITERS.find((each) => each.id === id)!;
const layer = layerOf(Number(vertices));
const before_mb = process.memoryUsage.rss() / 1e6;
const began = performance.now();
const { bytes } = await writeFile(writer, layer, optionsOf(writer, layer), Number(vertices));
writeFileSync(path!, bytes);
const took_ms = performance.now() - began;
console.log(JSON.stringify({ took_ms, before_mb, peak_mb: process.resourceUsage().maxRSS / 1000, mb: bytes.length / 1e6 }));
