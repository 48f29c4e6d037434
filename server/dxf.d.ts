/** The parts we use; the package has no types of its own. */
declare module "dxf" {
  export type DxfEntity = {
    type: string;
    layer?: string;
    handle?: string;
    closed?: boolean;
    polygonMesh?: boolean;
    polyfaceMesh?: boolean;
    paperSpace?: number;
    extrusionZ?: number;
    vertices?: { x: number; y: number; bulge?: number }[];
    start?: { x: number; y: number };
    end?: { x: number; y: number };
    x?: number;
    y?: number;
    r?: number;
    /** Of a hatch: loops of its boundary, as one polyline or as edges. */
    boundary?: { loops: { entities: { type: string; points?: { x: number; y: number; bulge?: number }[] }[] }[] };
    /** Radians, of an arc too. */
    startAngle?: number;
    endAngle?: number;
  };
  export type Dxf = { header: { insUnits?: number }; entities: DxfEntity[] };
  export function parseString(text: string): Dxf;
}
