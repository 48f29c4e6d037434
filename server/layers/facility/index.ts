/** What stands, one file per kind. Names in the sample are invented and belong to nobody. */
import { common } from "./columns.ts";
import { waterworks } from "./waterworks.ts";
import { sewage_works } from "./sewage_works.ts";
import { dwelling } from "./dwelling.ts";
import { planting_base } from "./planting_base.ts";
import { tourism_site } from "./tourism_site.ts";
import { crossing } from "./crossing.ts";
import { petrol_station } from "./petrol_station.ts";
import { well } from "./well.ts";
import { waste_site } from "./waste_site.ts";
import { tailings_pond } from "./tailings_pond.ts";
import { mine } from "./mine.ts";
import { wharf } from "./wharf.ts";
import { restaurant } from "./restaurant.ts";
import { chemical_store } from "./chemical_store.ts";
import { enterprise } from "./enterprise.ts";
import { aquaculture_farm } from "./aquaculture_farm.ts";
import { livestock_farm } from "./livestock_farm.ts";
import { outfall } from "./outfall.ts";
import { defineLayer, ofKinds } from "../layer.ts";

const KINDS = [
  waterworks,
  sewage_works,
  dwelling,
  planting_base,
  tourism_site,
  crossing,
  petrol_station,
  well,
  waste_site,
  tailings_pond,
  mine,
  wharf,
  restaurant,
  chemical_store,
  enterprise,
  aquaculture_farm,
  livestock_farm,
  outfall,
];
const { columns, ...made } = ofKinds("facility", KINDS);

export const facility = defineLayer({
  id: "facility",
  title: { zh: "设施", en: "Facilities" },
  description: {
    zh: "养殖场、排污口、企业、餐饮、码头、水井等现有设施。示例设施的名称和位置均为虚构。",
    en: "Farms, outfalls, enterprises, restaurants, wharves, wells and other facilities. Sample names and positions are invented.",
  },
  geometry: "point",
  ...made,
  columns: { ...columns, ...common },
  minzoom: 9,
  maxzoom: 16,
});
