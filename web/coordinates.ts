/** Coordinates as people type them: degrees in either order, degrees-minutes-seconds, Gauss-Krueger metres. What can be
 *  read in several ways gives several candidates, each named; none is chosen for the reader. */
import { gaussKrueger, toDegrees } from "./projection.ts";

/** Degrees on CGCS2000. `swapped`: north was typed first. `distance_m`: to the box asked about, 0 within it; null when none
 *  was given. */
export type Candidate = { lon: number; lat: number; crs: string; swapped: boolean; distance_m: number | null };

/** `out_of_range`: no place on the earth, or none that metres of this country name; `sexagesimal`: minutes or seconds of 60
 *  or more, or parts of a part; `same_axis`: two latitudes or two longitudes; `unknown_zone`: a prefix that names no zone. */
export type CoordinateFault = "out_of_range" | "sexagesimal" | "same_axis" | "unknown_zone";

/** `none`: the text is no pair of coordinates, and may well be a name. */
export type CoordinateReading =
  | { kind: "none" }
  | { kind: "places"; candidates: Candidate[] }
  | { kind: "fault"; fault: CoordinateFault; params: Record<string, string | number> };

export type Box = readonly [west: number, south: number, east: number, north: number];

/** Reads one position. `near` (degrees) orders the candidates: what lies in it, or whose zone is its own, comes first. */
export function readCoordinates(text: string, near?: Box): CoordinateReading {
  const tokens = tokensOf(text);
  const halves = tokens && halvesOf(tokens);
  if (!halves) return { kind: "none" };
  try {
    const candidates = halves.every(isMetres) ? fromMetres(halves, near) : fromDegrees(halves);
    const placed = candidates.map((one) => ({ ...one, distance_m: near ? distanceTo(near, one) : null }));
    return { kind: "places", candidates: near ? nearestFirst(placed) : placed };
  } catch (error) {
    if (error instanceof Fault) return { kind: "fault", fault: error.fault, params: error.params };
    throw error;
  }
}

class Fault extends Error {
  readonly fault: CoordinateFault;
  readonly params: Record<string, string | number>;
  constructor(fault: CoordinateFault, params: Record<string, string | number> = {}) {
    super(fault);
    this.fault = fault;
    this.params = params;
  }
}

type Axis = "lon" | "lat";
type Token =
  | { kind: "number"; text: string; value: number; mark: "" | "°" | "'" | '"' }
  | { kind: "axis"; axis: Axis; sign: 1 | -1 }
  | { kind: "cut" };
type NumberToken = Extract<Token, { kind: "number" }>;
/** One coordinate: one to three numbers, and the letter that says which. */
type Half = { numbers: NumberToken[]; axis: Axis | undefined; sign: 1 | -1 };

/** Chinese words, as code points: longitude and latitude (simplified, traditional), the four directions, degree, minute,
 *  second, metre. Longer words stand before their parts. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/[\u7ecf\u7d93]\u5ea6[:\uff1a]?/g, " lon "],
  [/[\u7eac\u7def]\u5ea6[:\uff1a]?/g, " lat "],
  [/[\u4e1c\u6771][\u7ecf\u7d93]?/g, " e "],
  [/\u897f[\u7ecf\u7d93]?/g, " w "],
  [/\u5317[\u7eac\u7def]?/g, " n "],
  [/\u5357[\u7eac\u7def]?/g, " s "],
  [/[\u00b0\u00ba\u02da\u5ea6]/g, "°"],
  [/''|[\u2033\u201c\u201d\u79d2]|\u2032\u2032/g, '"'],
  [/[\u2032\u2018\u2019\u00b4`\u5206]/g, "'"],
  [/\u7c73/g, "m"],
  [/\u3001/g, ","],
];

const AXES: Record<string, { axis: Axis; sign: 1 | -1 } | null> = {
  n: { axis: "lat", sign: 1 },
  s: { axis: "lat", sign: -1 },
  e: { axis: "lon", sign: 1 },
  w: { axis: "lon", sign: -1 },
  lon: { axis: "lon", sign: 1 },
  lng: { axis: "lon", sign: 1 },
  long: { axis: "lon", sign: 1 },
  longitude: { axis: "lon", sign: 1 },
  lat: { axis: "lat", sign: 1 },
  latitude: { axis: "lat", sign: 1 },
  // Surveyors' X is north, others' is east: the letters decide nothing.
  x: null,
  y: null,
  m: null,
};

/** Undefined when the text holds anything that no coordinate has. */
function tokensOf(text: string): Token[] | undefined {
  let plain = text;
  for (const [words, sign] of WORDS) plain = plain.replace(words, sign);
  plain = plain
    .normalize("NFKC")
    .toLowerCase()
    .replace(/(?<![\d.])(\d{1,3})-(\d{1,2})-(\d{1,2}(?:\.\d+)?)(?![\d-])/g, "$1°$2'$3\"");
  if (/\dx\d/.test(plain)) return undefined;
  const tokens: Token[] = [];
  const pattern = /([+-]?(?:\d+(?:\.\d*)?|\.\d+))\s*([°'"]?)|([a-z]+)\s*[:=]?|([,;\n])|[\s()[\]]+|(.)/gy;
  for (const [, number, mark, word, cut, other] of plain.trim().matchAll(pattern)) {
    if (other !== undefined) return undefined;
    if (number !== undefined)
      tokens.push({ kind: "number", text: number, value: Number(number), mark: (mark ?? "") as NumberToken["mark"] });
    else if (word !== undefined) {
      const axis = AXES[word];
      if (axis === undefined) return undefined;
      if (axis) tokens.push({ kind: "axis", ...axis });
    } else if (cut !== undefined) tokens.push({ kind: "cut" });
  }
  return tokens;
}

/** Two coordinates, or undefined: by the comma, else by the degree signs, the letters, or the count of numbers. */
function halvesOf(all: Token[]): [Half, Half] | undefined {
  const tokens = all.filter((token, i) => token.kind !== "cut" || (i > 0 && i < all.length - 1));
  const at = placeOfCut(tokens);
  if (at === undefined) return undefined;
  const halves = [tokens.slice(0, at), tokens.slice(at)].map(halfOf);
  return halves[0] && halves[1] ? [halves[0], halves[1]] : undefined;
}

function placeOfCut(tokens: Token[]): number | undefined {
  const where = (test: (token: Token) => boolean) => tokens.flatMap((token, i) => (test(token) ? [i] : []));
  const cuts = where(({ kind }) => kind === "cut");
  if (cuts.length > 0) return cuts.length === 1 ? cuts[0] : undefined;
  const letters = where(({ kind }) => kind === "axis");
  const leading = letters[0] === 0;
  if (letters.length === 2) return leading ? letters[1] : letters[0]! + 1;
  const degrees = where((token) => token.kind === "number" && token.mark === "°");
  if (degrees.length === 2) return degrees[1];
  const numbers = where(({ kind }) => kind === "number");
  return numbers.length % 2 === 0 ? numbers[numbers.length / 2] : undefined;
}

function halfOf(slice: Token[]): Half | undefined {
  const tokens = slice.filter(({ kind }) => kind !== "cut");
  const numbers = tokens.filter((token) => token.kind === "number");
  const axes = tokens.filter((token) => token.kind === "axis");
  if (numbers.length < 1 || numbers.length > 3 || axes.length > 1) return undefined;
  // "1e5" is no easting of 1 with a 5 behind it.
  if (tokens.findIndex(({ kind }) => kind === "axis") > 0 && tokens.at(-1)!.kind !== "axis") return undefined;
  if (numbers.some(({ mark }, i) => mark !== "" && mark !== ["°", "'", '"'][i])) return undefined;
  return { numbers, axis: axes[0]?.axis, sign: axes[0]?.sign ?? 1 };
}

/** No angle is so large. */
function isMetres({ numbers }: Half): boolean {
  return numbers.length === 1 && numbers[0]!.mark === "" && Math.abs(numbers[0]!.value) > 1000;
}

type Bare = Omit<Candidate, "distance_m">;

/** Which of the two is the longitude: the letters say it, or one cannot be a latitude, or both readings are offered. */
function fromDegrees(halves: [Half, Half]): Bare[] {
  const [first, second] = halves;
  if (first.axis !== undefined && first.axis === second.axis) throw new Fault("same_axis");
  const [a, b] = halves.map(angleOf) as [number, number];
  const order = first.axis ?? (second.axis === undefined ? undefined : second.axis === "lon" ? "lat" : "lon");
  const readings: Bare[] = [
    ...(order === "lat" ? [] : [{ lon: a, lat: b, crs: "EPSG:4490", swapped: false }]),
    ...(order === "lon" ? [] : [{ lon: b, lat: a, crs: "EPSG:4490", swapped: true }]),
  ].filter(({ lon, lat }) => Math.abs(lon) <= 180 && Math.abs(lat) <= 90);
  if (readings.length === 0) throw new Fault("out_of_range", { first: first.numbers[0]!.text, second: second.numbers[0]!.text });
  const [east_first, north_first] = readings;
  // Two readings, and one of them in the country: that is meant. In neither or in both, the reader says.
  if (!north_first || inChina(east_first!) === inChina(north_first)) return readings;
  return readings.toSorted((one, other) => Number(inChina(other)) - Number(inChina(one)));
}

/** Of the country and its waters, generously. */
function inChina({ lon, lat }: { lon: number; lat: number }): boolean {
  return lon >= 73 && lon <= 136 && lat >= 3 && lat <= 54;
}

function angleOf({ numbers, sign }: Half): number {
  const [degrees, minutes, seconds] = numbers;
  for (const part of [minutes, seconds])
    if (part && (part.value < 0 || part.value >= 60 || /[+-]/.test(part.text)))
      throw new Fault("sexagesimal", { part: part.text });
  for (const part of seconds ? [degrees!, minutes!] : minutes ? [degrees!] : [])
    if (!Number.isInteger(part.value)) throw new Fault("sexagesimal", { part: part.text });
  const size = Math.abs(degrees!.value) + (minutes?.value ?? 0) / 60 + (seconds?.value ?? 0) / 3600;
  return size * (degrees!.text.startsWith("-") ? -1 : 1) * sign;
}

/** Northings from the south of the Nansha waters to Mohe; eastings as zones are used, overlaps included. */
const NORTHING_M = [300_000, 6_200_000] as const;
const EASTING_M = [100_000, 900_000] as const;
/** Web Mercator metres of the country. */
const MERCATOR_M = [8_100_000, 15_150_000] as const;
const within = (value: number, [low, high]: readonly [number, number]) => value >= low && value <= high;

function fromMetres([first, second]: [Half, Half], near: Box | undefined): Bare[] {
  if (first.axis !== undefined && first.axis === second.axis) throw new Fault("same_axis");
  const a = first.numbers[0]!.value;
  const b = second.numbers[0]!.value;
  const east_first = first.axis ? first.axis === "lon" : second.axis ? second.axis === "lat" : undefined;
  const found = [
    ...(east_first === false ? [] : metresAs(a, b, false, near)),
    ...(east_first === true ? [] : metresAs(b, a, true, near)),
  ];
  if (found.length > 0) return found;
  const prefix = Math.floor(Math.max(a, b) / 1_000_000);
  if (prefix >= 10) throw new Fault("unknown_zone", { zone: prefix });
  throw new Fault("out_of_range", { first: first.numbers[0]!.text, second: second.numbers[0]!.text });
}

/** Every system in which these metres are a place of the country. The prefix of an easting names its zone; without one it
 *  may be any zone's, the nearest to `near` first. Zones of 6 degrees share the meridians of zones of 3. */
function metresAs(easting: number, northing: number, swapped: boolean, near: Box | undefined): Bare[] {
  const codes: string[] = [];
  const prefix = Math.floor(easting / 1_000_000);
  if (within(northing, NORTHING_M)) {
    if (within(easting, EASTING_M)) codes.push(...nearZonesFirst(near));
    else if (within(easting % 1_000_000, EASTING_M)) {
      if (prefix >= 13 && prefix <= 23) codes.push(`EPSG:${4491 + prefix - 13}`);
      if (prefix >= 25 && prefix <= 45) codes.push(`EPSG:${4513 + prefix - 25}`);
    }
  }
  if (within(easting, MERCATOR_M) && northing >= NORTHING_M[0] && northing <= 7_200_000) codes.push("EPSG:3857");
  return codes.flatMap((crs) => {
    const place = toDegrees({ type: "Point", coordinates: [easting, northing] }, crs);
    if (place?.type !== "Point") return [];
    const [lon, lat] = place.coordinates as [number, number];
    return inChina({ lon, lat }) ? [{ lon, lat, crs, swapped }] : [];
  });
}

function nearZonesFirst(near: Box | undefined): string[] {
  const codes = Array.from({ length: 21 }, (_, i) => `EPSG:${4534 + i}`);
  if (!near) return codes;
  const middle = (near[0] + near[2]) / 2;
  const away = (crs: string) => Math.abs(gaussKrueger(crs)!.central_meridian - middle);
  return codes.toSorted((a, b) => away(a) - away(b));
}

function nearestFirst(candidates: Candidate[]): Candidate[] {
  // Zones without a prefix stand in the order of their meridians already: the district's own may put a point outside it.
  const zones = candidates.filter(({ crs }) => gaussKrueger(crs)?.zone === null);
  if (zones.length === candidates.length) return candidates;
  return candidates.toSorted((a, b) => a.distance_m! - b.distance_m!);
}

const EARTH_M = 6_371_008.8;

/** On the sphere, to the nearest point of the box; good to half a percent, for an order and a hint. */
export function distanceTo([west, south, east, north]: Box, { lon, lat }: { lon: number; lat: number }): number {
  const rad = Math.PI / 180;
  const to = { lon: Math.min(Math.max(lon, west), east), lat: Math.min(Math.max(lat, south), north) };
  const h =
    Math.sin(((to.lat - lat) * rad) / 2) ** 2 +
    Math.cos(lat * rad) * Math.cos(to.lat * rad) * Math.sin(((to.lon - lon) * rad) / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.sqrt(h));
}
