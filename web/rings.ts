/** What a ring drawn by hand may do wrong. */
import type { Position } from "../server/api/common.ts";

/** Whether two edges of the ring through the open list of `points` (degrees, taken as a plane) cross or overlap: it then has
 *  no area that means anything. Edges that follow each other may share their point; false below three points. */
export function crossesItself(points: readonly Position[]): boolean {
  const corners = points.filter((point, i) => !same(point, points[(i + 1) % points.length]!));
  const n = corners.length;
  if (n < 3) return false;
  for (let i = 0; i < n; i++)
    for (let j = i + 2; j < n; j++) {
      if (i === 0 && j === n - 1) continue;
      if (meet(corners[i]!, corners[i + 1]!, corners[j]!, corners[(j + 1) % n]!)) return true;
    }
  return false;
}

function same([x1, y1]: Position, [x2, y2]: Position): boolean {
  return x1 === x2 && y1 === y2;
}

/** Left of the line a-b: positive; right: negative; on it: 0. */
function side([ax, ay]: Position, [bx, by]: Position, [px, py]: Position): number {
  return Math.sign((bx! - ax!) * (py! - ay!) - (by! - ay!) * (px! - ax!));
}

function between([ax, ay]: Position, [bx, by]: Position, [px, py]: Position): boolean {
  return px! >= Math.min(ax!, bx!) && px! <= Math.max(ax!, bx!) && py! >= Math.min(ay!, by!) && py! <= Math.max(ay!, by!);
}

function meet(a: Position, b: Position, c: Position, d: Position): boolean {
  const [ac, ad, ca, cb] = [side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)];
  if (ac * ad < 0 && ca * cb < 0) return true;
  return (
    (ac === 0 && between(a, b, c)) ||
    (ad === 0 && between(a, b, d)) ||
    (ca === 0 && between(c, d, a)) ||
    (cb === 0 && between(c, d, b))
  );
}
