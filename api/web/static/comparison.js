// The legal tests as the server decided them, `left op right`, told with the multipliers behind.

const OPERATORS = { ">=": "≥", ">": ">" };
const FRACTIONS = { "2/3": "三分之二", "1/2": "一半", "1/1": "全体" };

// With no participant yet, 3 × 0 does not show its 3. Two of the electorate go with three.
const QUORUM_LEFT = { 1: 1, 2: 3 };

/**
 * What a quorum test asks of one measure: the least sufficient number and the share in words.
 * Null where the multipliers cannot be told.
 */
export function quorumMark(test, part, whole) {
  if (whole === 0 || test.right % whole !== 0) return null;
  const right = test.right / whole;
  const left = part === 0 ? QUORUM_LEFT[right] : test.left / part;
  if (!Number.isInteger(left)) return null;
  const least =
    test.op === ">"
      ? BigInt(test.right) / BigInt(left) + 1n
      : (BigInt(test.right) + BigInt(left) - 1n) / BigInt(left);
  const fraction = `${right}/${left}`;
  return { threshold: Number(least), words: FRACTIONS[fraction] ?? fraction };
}

/**
 * `3×987 ≥ 2×1286` for a test of `ratio` (such as ">= 2/3"); `print` writes one number. Where
 * the products do not match, the products themselves.
 */
export function spelled(test, ratio, part, whole, print) {
  const sign = OPERATORS[test.op] ?? test.op;
  const [, numerator, denominator] = /(\d+)\/(\d+)/.exec(ratio ?? "") ?? [];
  const [right, left] = [Number(numerator), Number(denominator)];
  if (left * part !== test.left || right * whole !== test.right) {
    return `${print(test.left)} ${sign} ${print(test.right)}`;
  }
  return `${times(left, print(part))} ${sign} ${times(right, print(whole))}`;
}

function times(factor, text) {
  return factor === 1 ? text : `${factor}×${text}`;
}
