/** Coordinates as people write them in tables: decimals, thousands, degrees with minutes and seconds, full-width signs. */

const HALVES: Record<string, string> = { "．": ".", "，": ",", "－": "-", "＋": "+", "：": ":", "　": " ", "−": "-", "–": "-" };

function halved(text: string): string {
  return text
    .replace(/[．，－＋：　−–]/g, (sign) => HALVES[sign]!)
    .replace(/[０-９]/g, (digit) => String(digit.charCodeAt(0) - 0xff10));
}

const DMS = /^([-+])?(\d{1,3})[°º˚度:\s-]+(\d{1,2})[′'’‘分:\s-]+(?:(\d{1,2}(?:\.\d+)?)(?:[″"”“秒]|''|′′|’’)?)?$/;

/** Degrees and minutes with decimals, as receivers show them: 105°54.5′. */
const DM = /^([-+])?(\d{1,3})[°º˚度]\s*(\d{1,2}\.\d+)\s*[′'’‘分]?$/;

/** The number that a cell means, degrees as decimals; null where it is none. South and west are negative. */
export function readCoordinate(cell: unknown): number | null {
  if (typeof cell === "number") return Number.isFinite(cell) ? cell : null;
  if (typeof cell !== "string") return null;
  const whole = halved(cell).trim();
  const hemisphere = /^[NSEW北南东西]|[NSEW]$/i.exec(whole)?.[0].toUpperCase();
  const text = whole
    .replace(/^[NSEW](?=[\d\s])|[NSEW]$|^(北纬|南纬|东经|西经)/gi, "")
    .replace(/\s*(m|米)$/i, "")
    .trim();
  const sign = hemisphere && "SW南西".includes(hemisphere) ? -1 : 1;
  const decimal = text.replace(/[°度]$/, "");
  if (/^[-+]?\d+(\.\d*)?(e[-+]?\d+)?$/i.test(decimal)) return sign * Number(decimal);
  if (/^[-+]?\d{1,3}(,\d{3})+(\.\d*)?$/.test(text)) return sign * Number(text.replaceAll(",", ""));
  const parts = DMS.exec(text) ?? DM.exec(text);
  if (!parts) return null;
  const [, minus, degrees, minutes, seconds] = parts;
  if (Number(minutes) >= 60 || Number(seconds ?? 0) >= 60) return null;
  // One division, so that 29°13′48″ is 29.23 and not a little less.
  const value = (Number(degrees) * 3600 + Number(minutes) * 60 + Number(seconds ?? 0)) / 3600;
  return sign * (minus === "-" ? -value : value);
}

/** Headers that say so of numbers without signs. */
const PACKED = /度分秒|\bd{1,3}\.?m{1,2}s{1,2}\b/i;

/** Whether numbers of a column are degrees, minutes and seconds written together, by its header. */
export function isPacked(header: string): boolean {
  return PACKED.test(header);
}

/** 105.5703 or 1055703 for 105°57′03″, in a column that says so; what has signs is read as ever. Null where minutes or seconds
 *  are none. */
export function readPacked(cell: unknown): number | null {
  const text = halved(String(cell ?? "")).trim();
  const [, degrees, after] = /^(\d{2,3})\.(\d{1,12})$/.exec(text) ?? [];
  const [, whole, minutes, seconds] =
    (after === undefined ? /^(\d{2,3})(\d{2})(\d{2}(?:\.\d+)?)$/.exec(text) : null) ??
    (after === undefined ? [] : ["", degrees, ...split(after)]);
  if (whole === undefined) return /^[\d.]+$/.test(text) ? null : readCoordinate(cell);
  return Number(minutes) < 60 && Number(seconds) < 60
    ? (Number(whole) * 3600 + Number(minutes) * 60 + Number(seconds)) / 3600
    : null;
}

/** `570312` to 57 and 03.12. A spreadsheet drops the zeros at the end. */
function split(digits: string): [minutes: string, seconds: string] {
  const full = digits.padEnd(4, "0");
  return [full.slice(0, 2), `${full.slice(2, 4)}.${full.slice(4) || "0"}`];
}
