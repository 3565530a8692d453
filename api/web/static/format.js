// Numbers, areas and moments as people in the complex read them. No float decides or prints.

const BEIJING = new Intl.DateTimeFormat("zh-CN", {
  timeZone: "Asia/Shanghai",
  year: "numeric",
  month: "long",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

const BEIJING_CLOCK = new Intl.DateTimeFormat("zh-CN", {
  timeZone: "Asia/Shanghai",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

const BEIJING_HOUR = new Intl.DateTimeFormat("zh-CN", {
  timeZone: "Asia/Shanghai",
  month: "long",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

/** Print cm² (0.0001 m²) in m², exactly, with at least two decimals: 893725 -> "89.3725". */
export function squareMetres(cm2) {
  const digits = BigInt(cm2).toString().padStart(5, "0");
  const decimals = digits.slice(-4).replace(/0+$/, "").padEnd(2, "0");
  return `${digits.slice(0, -4)}.${decimals}`;
}

/** Share in percent with two decimals, cut off and never rounded up: 66.666… -> "66.66". */
export function percent(part, whole) {
  if (whole === 0) return "0.00";
  const hundredths = ((BigInt(part) * 10000n) / BigInt(whole)).toString().padStart(3, "0");
  return `${hundredths.slice(0, -2)}.${hundredths.slice(-2)}`;
}

/** A moment for people, in Beijing time. */
export function moment(timestamp) {
  return timestamp ? BEIJING.format(new Date(timestamp)) : "未定";
}

/** Hours, minutes and seconds in Beijing time. */
export function clock(timestamp) {
  return BEIJING_CLOCK.format(new Date(timestamp));
}

/** A moment, or a span of them, without its year, in Beijing time. */
export function hours(from, until = from) {
  return BEIJING_HOUR.formatRange(new Date(from), new Date(until));
}

/** The first 16 digits of a digest in fours: enough to compare by eye or over the telephone. */
export function fingerprint(digest) {
  return groups(digest.slice(0, 16), 4);
}

/** A whole digest in groups of eight. */
export function fullDigest(digest) {
  return groups(digest, 8);
}

function groups(text, size) {
  return text.match(new RegExp(`.{1,${size}}`, "g")).join(" ");
}
