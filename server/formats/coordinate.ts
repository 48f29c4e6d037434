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

/** Headers that say so of numbers without signs, and of nothing else. */
const PACKED = /度分秒|\bd{1,3}\.?m{1,2}s{1,2}\b/i;
const OR_NOT = /或|小数|十进制|decimal/i;

/** Whether numbers of a column are degrees, minutes and seconds written together, by its header. */
export function isPacked(header: string): boolean {
  return PACKED.test(header) && !OR_NOT.test(header);
}

/** A number without signs. */
export function isPlain(cell: unknown): boolean {
  return /^\d+(\.\d+)?$/.test(halved(String(cell ?? "")).trim());
}

/** 105.5703 or 1055703 for 105°57′03″; what has signs is read as ever. Null where it is none. */
export function readPacked(cell: unknown): number | null {
  if (!isPlain(cell)) return readCoordinate(cell);
  const [whole, after] = halved(String(cell)).trim().split(".") as [string, string?];
  // A spreadsheet drops the zeros at the end.
  const digits = whole.length > 3 ? whole.slice(-4) : (after ?? "").padEnd(4, "0").slice(0, 4);
  const rest = whole.length > 3 ? (after ?? "0") : (after ?? "").slice(4) || "0";
  const degrees = Number(whole.length > 3 ? whole.slice(0, -4) : whole);
  const [minutes, seconds] = [Number(digits.slice(0, 2)), Number(`${digits.slice(2)}.${rest}`)];
  return degrees <= 180 && minutes < 60 && seconds < 60 ? (degrees * 3600 + minutes * 60 + seconds) / 3600 : null;
}
