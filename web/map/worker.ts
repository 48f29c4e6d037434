/** Where MapLibre's thread comes from. It takes longer to start than anything else of the map, and so is started as soon as
 *  MapLibre is there: this file is imported before the screen. */
import { prewarm, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";

setWorkerUrl(workerUrl);
prewarm();
