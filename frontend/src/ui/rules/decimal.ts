const ZEROS = /^0+(?=\d)/;

/** Moves the point of a decimal text by so many places, exactly: 0.6 by 4 is 6000. */
export function shift(text: string, by: number): string {
  const negative = text.startsWith("-");
  const [whole = "0", part = ""] = text.replace(/^[-+]/, "").split(".");
  const digits = by >= 0 ? part.padEnd(by, "0") : whole.padStart(1 - by, "0");
  const moved = by >= 0 ? `${whole}${digits.slice(0, by)}.${digits.slice(by)}` : `${digits.slice(0, by)}.${digits.slice(by)}${part}`;
  const [head = "0", tail = ""] = moved.split(".");
  const kept = tail.replace(/0+$/, "");
  const plain = `${head.replace(ZEROS, "") || "0"}${kept ? `.${kept}` : ""}`;
  return negative && plain !== "0" ? `-${plain}` : plain;
}

/** A decimal text as JSON keeps it: whole numbers as numbers, all others as text, so that no digit is lost. */
export function literal(text: string): number | string {
  const value = Number(text);
  return Number.isSafeInteger(value) && !text.includes(".") ? value : text;
}

/** Fen as people write it in a formula: 50万, 1.2亿, 3000元; English ¥500000. */
export function moneyText(fen: string, english: boolean): string {
  const yuan = shift(fen, -2);
  if (english) return yuan.startsWith("-") ? `-¥${yuan.slice(1)}` : `¥${yuan}`;
  const size = Math.abs(Number(yuan));
  const short = size >= 1e8 ? shift(yuan, -8) : size >= 1e4 ? shift(yuan, -4) : null;
  if (short !== null && (short.split(".")[1] ?? "").length <= 2) return `${short}${size >= 1e8 ? "亿" : "万"}`;
  return `${yuan}元`;
}

/** The same without what stands beside an input as its unit: 50万, 3000. */
export const moneyInput = (fen: number, english: boolean): string => moneyText(String(fen), english).replace(/元$|^¥/, "");
