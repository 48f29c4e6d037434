/** Areas that a law or a plan controls, one file per kind, lowest in the drawing order first. */
import { eco_red_line } from "./eco_red_line.ts";
import { control_unit } from "./control_unit.ts";
import { nature_reserve_core } from "./nature_reserve_core.ts";
import { nature_reserve_general } from "./nature_reserve_general.ts";
import { scenic_area } from "./scenic_area.ts";
import { permanent_basic_farmland } from "./permanent_basic_farmland.ts";
import { residential } from "./residential.ts";
import { blue_line } from "./blue_line.ts";
import { river_management } from "./river_management.ts";
import { dike } from "./dike.ts";
import { dike_protection } from "./dike_protection.ts";
import { max_water_level } from "./max_water_level.ts";
import { flood_storage } from "./flood_storage.ts";
import { shoreline_1km } from "./shoreline_1km.ts";
import { shoreline_3km } from "./shoreline_3km.ts";
import { yellow_river_control } from "./yellow_river_control.ts";
import { karst } from "./karst.ts";
import { special_water } from "./special_water.ts";
import { water_conservation } from "./water_conservation.ts";
import { groundwater_over_extraction } from "./groundwater_over_extraction.ts";
import { groundwater_no_extraction } from "./groundwater_no_extraction.ts";
import { groundwater_limited } from "./groundwater_limited.ts";
import { supply_network } from "./supply_network.ts";
import { planning_area } from "./planning_area.ts";
import { bank_strip } from "./bank_strip.ts";
import { source_strip } from "./source_strip.ts";
import { reservoir_belt } from "./reservoir_belt.ts";
import { reservoir_area } from "./reservoir_area.ts";
import { failing_area } from "./failing_area.ts";
import { approval_suspension } from "./approval_suspension.ts";
import { built_up } from "./built_up.ts";
import { geological_hazard } from "./geological_hazard.ts";
import { wetland } from "./wetland.ts";
import { backyard_farming } from "./backyard_farming.ts";
import { groundwater_rich } from "./groundwater_rich.ts";
import { key_development } from "./key_development.ts";
import { aquatic_germplasm } from "./aquatic_germplasm.ts";
import { polluted_farmland } from "./polluted_farmland.ts";
import { produce_ban } from "./produce_ban.ts";
import { contaminated_land } from "./contaminated_land.ts";
import { grassland } from "./grassland.ts";
import { air_control } from "./air_control.ts";
import { defineLayer, ofKinds } from "../layer.ts";

const KINDS = [
  eco_red_line,
  control_unit,
  nature_reserve_core,
  nature_reserve_general,
  scenic_area,
  permanent_basic_farmland,
  residential,
  blue_line,
  river_management,
  dike,
  dike_protection,
  max_water_level,
  flood_storage,
  shoreline_1km,
  shoreline_3km,
  yellow_river_control,
  karst,
  special_water,
  water_conservation,
  groundwater_over_extraction,
  groundwater_no_extraction,
  groundwater_limited,
  supply_network,
  planning_area,
  bank_strip,
  source_strip,
  reservoir_belt,
  reservoir_area,
  failing_area,
  approval_suspension,
  built_up,
  geological_hazard,
  wetland,
  backyard_farming,
  groundwater_rich,
  key_development,
  aquatic_germplasm,
  polluted_farmland,
  produce_ban,
  contaminated_land,
  grassland,
  air_control,
];

export const control_area = defineLayer({
  id: "control_area",
  title: { zh: "管控范围", en: "Control areas" },
  description: {
    zh: "生态保护红线、蓝线、河道管理范围、地下水超采区、供水管网范围以及各方案中的管控带等。多数没有公开数据，未加载的逐类说明。",
    en: "Ecological red line, blue line, river management range, groundwater areas, supply network, strips and belts of the plans. Most are not published: what is not loaded is said kind by kind.",
  },
  geometry: "polygon",
  ...ofKinds("control_area", KINDS),
  minzoom: 7,
  maxzoom: 16,
});
