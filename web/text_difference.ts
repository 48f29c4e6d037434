/** Where two texts differ: by words of Latin letters and figures, and by single Chinese characters. */

export type Stretch = { text: string; differs: boolean };

/** Both texts cut into stretches, alike or not; joined again they are the texts. What stays alike for a character only,
 *  between two differing stretches, is taken for different: single hits are chance. */
export function compareTexts(before: string, after: string): { before: Stretch[]; after: Stretch[] } {
  const [a, b] = [tokensOf(before), tokensOf(after)];
  const lengths = commonLengths(a, b);
  const pairs: [string, string][] = [];
  // Each step: a token of both, or one of either side.
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      pairs.push([a[i]!, b[j]!]);
      i++;
      j++;
    } else if (j >= b.length || (i < a.length && lengths[i + 1]![j]! >= lengths[i]![j + 1]!)) pairs.push([a[i++]!, ""]);
    else pairs.push(["", b[j++]!]);
  }
  const differing = pairs.map(([old, now]) => old !== now);
  const marked = differing.map((differs, k) => differs || (differing[k - 1] === true && differing[k + 1] === true));
  return {
    before: stretches(
      pairs.map(([old]) => old),
      marked,
    ),
    after: stretches(
      pairs.map(([, now]) => now),
      marked,
    ),
  };
}

function tokensOf(text: string): string[] {
  return text.match(/[A-Za-z0-9]+(?:[.'-][A-Za-z0-9]+)*|[^]/gu) ?? [];
}

/** `[i][j]`: the length of the longest common row of tokens from i and j on. */
function commonLengths(a: string[], b: string[]): number[][] {
  const lengths = Array.from({ length: a.length + 1 }, () => Array.from({ length: b.length + 1 }, () => 0));
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      lengths[i]![j] = a[i] === b[j] ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
  return lengths;
}

function stretches(parts: string[], marked: boolean[]): Stretch[] {
  const list: Stretch[] = [];
  for (const [k, text] of parts.entries()) {
    if (text === "") continue;
    const last = list.at(-1);
    if (last && last.differs === marked[k]) last.text += text;
    else list.push({ text, differs: marked[k]! });
  }
  return list;
}
