/** TileJSON, the style, and the words for a tile address that is wrong. Right ones never come here (`tiles.ts`). */
import { Router } from "express";
import type { TileJson } from "../api/collections.ts";
import type { Db } from "../db/open.ts";
import type { GroundMap } from "../ground.ts";
import { columnsOf } from "../layers/layer.ts";
import { styleOf } from "../layers/style.ts";
import { langOf, Problem } from "../problem.ts";
import { summarize } from "../queries/collections.ts";
import { dateParameter, parameters } from "../query.ts";
import { layerNamed } from "./collections.ts";

export function tileRoutes(db: Db, now: () => Date, ground: GroundMap | null): Router {
  const router = Router();

  /** GET /tiles/{layer}[,{layer}...]: TileJSON 3. */
  router.get("/tiles/:layers", async (request, response) => {
    const named = request.params.layers.split(",").map(layerNamed);
    const { datetime } = parameters(request, ["datetime"]);
    if (datetime !== undefined) dateParameter("datetime", datetime, now());
    const boxes = (await Promise.all(named.map((layer) => summarize(db, layer))))
      .map((each) => each.bbox)
      .filter((bbox) => bbox !== null);
    const origin = `${request.protocol}://${request.get("host")}`;
    const tileJson: TileJson = {
      tilejson: "3.0.0",
      tiles: [`${origin}/tiles/${request.params.layers}/{z}/{x}/{y}${datetime ? `?datetime=${datetime}` : ""}`],
      minzoom: Math.min(...named.map((layer) => layer.minzoom)),
      maxzoom: Math.max(...named.map((layer) => layer.maxzoom)),
      bounds:
        boxes.length === 0
          ? [-180, -85, 180, 85]
          : [0, 1, 2, 3].map((i) =>
              i < 2 ? Math.min(...boxes.map((box) => box[i]!)) : Math.max(...boxes.map((box) => box[i]!)),
            ),
      vector_layers: named.map((layer) => ({
        id: layer.id,
        minzoom: layer.minzoom,
        maxzoom: layer.maxzoom,
        fields: Object.fromEntries(
          Object.entries(columnsOf(layer))
            .filter(([, column]) => column.tiled)
            .map(([name, column]) => [name, column.title.zh]),
        ),
      })),
    };
    response.json(tileJson);
  });

  /** GET /tiles/{layers}/{z}/{x}/{y}: what the tile server would not take is named here. */
  router.get("/tiles/:layers/:z/:x/:y", (request) => {
    const { layers, z, x, y } = request.params;
    layers.split(",").forEach(layerNamed);
    const { datetime } = parameters(request, ["datetime"]);
    dateParameter("datetime", datetime, now());
    throw new Problem(400, "bad-tile", { got: `${z}/${x}/${y}`.slice(0, 80) });
  });

  /** GET /style.json?lang=&datetime=: the MapLibre style made from the layers. */
  router.get("/style.json", (request, response) => {
    const { datetime } = parameters(request, ["datetime"]);
    if (datetime !== undefined) dateParameter("datetime", datetime, now());
    response.json(styleOf(langOf(request), datetime, ground?.sources));
  });

  return router;
}
