/** The door: whatever is dropped or pasted goes to the service and is looked at before anything is done with it. Light; the
 *  rest is loaded when something comes in. */
import type { Upload } from "./data_client.ts";

/** What the upload is wanted for; it can be put to another use in the preview. */
export type Purpose = "site" | "screening" | "layer";

/** As the reader takes them; the service looks at the content, not at the name. */
export const FILE_TYPES =
  ".zip,.shp,.shx,.dbf,.prj,.cpg,.geojson,.json,.geojsonl,.ndjson,.kml,.kmz,.ovkml,.ovkmz,.gpx,.gpkg,.dxf,.txt,.wkt,.csv,.tsv,.xlsx,.gz,.tar";

export async function openDoor(upload: Upload, purpose: Purpose): Promise<void> {
  const { takeIn } = await import("./state/upload.ts");
  await takeIn(upload, purpose);
}

/** The files of a drop or a paste, else its text; null when it holds neither. */
export function carried(transfer: DataTransfer | null): Upload | null {
  if (!transfer) return null;
  const files = [...transfer.files];
  if (files.length > 0) return { files };
  const text = transfer.getData("text/plain");
  return text.trim() === "" ? null : { text };
}

/** True when files are being dragged: what they are is told only with the drop. */
export function carriesFiles(transfer: DataTransfer | null): boolean {
  return transfer?.types.includes("Files") ?? false;
}

/** GeoJSON by its name, one file: the forms read it themselves. */
export function isPlainGeoJson(files: readonly File[]): boolean {
  return files.length === 1 && /\.(geojson|json)$/i.test(files[0]!.name);
}
