/** A ground map under the layers, when the operator has configured one: 天地图 (Tianditu), whose tiles are in Web Mercator
 *  on CGCS2000, without the shift of commercial maps. A public map shows its approval number (审图号, 地图管理条例 art. 22), so
 *  there is no ground without one. */
import type { Ground } from "./api/collections.ts";
import type { Config } from "./config.ts";
import { sayBoth } from "./messages.ts";

const HOSTS = Array.from({ length: 8 }, (_, i) => `https://t${i}.tianditu.gov.cn`);
/** Names are a layer of their own. */
const LABELS = { vec: "cva", img: "cia", ter: "cta" } as const;
/** Its levels are counted as everybody's (level 1 is two by two tiles); level 0 is not served. */
const MINZOOM = 1;
const MAXZOOM = { vec: 18, img: 18, ter: 14 } as const;

export type GroundMap = {
  /** Said by the service and shown on every map and print. */
  said: Ground;
  /** Bottom first: URL templates of 256-pixel tiles. */
  sources: { id: string; tiles: string[]; minzoom: number; maxzoom: number }[];
  /** Where tiles come from: the only origins besides our own that the page may speak to. */
  hosts: readonly string[];
};

/** Null when no token is configured: then nobody but this service is asked for anything. */
export function groundOf(config: Pick<Config, "tianditu">): GroundMap | null {
  if (!config.tianditu) return null;
  const { token, layer, approvalNo } = config.tianditu;
  const tiles = (name: string) =>
    HOSTS.map(
      (host) =>
        `${host}/${name}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=${name}&STYLE=default&TILEMATRIXSET=w` +
        `&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=${encodeURIComponent(token)}`,
    );
  return {
    said: { title: sayBoth(`ground.${layer}`), attribution: sayBoth("ground.attribution"), approval_no: approvalNo },
    sources: [layer, LABELS[layer]].map((name) => ({
      id: `ground-${name}`,
      tiles: tiles(name),
      minzoom: MINZOOM,
      maxzoom: MAXZOOM[layer],
    })),
    hosts: HOSTS,
  };
}
