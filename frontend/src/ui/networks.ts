const V4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** Whether a text has the form of an address, v4 or v6. */
export function isAddress(text: string): boolean {
  const four = V4.exec(text);
  if (four) return four.slice(1).every((part) => Number(part) <= 255);
  if (!text.includes(":") || !/^[0-9a-f:.]+$/i.test(text)) return false;
  try {
    return new URL(`http://[${text}]/`).hostname.length > 0;
  } catch {
    return false;
  }
}

/** Whether a text has the form of a network: an address, or an address with the length of its prefix. */
export function isNetwork(text: string): boolean {
  const [address = "", length, more] = text.split("/");
  if (more !== undefined || !isAddress(address)) return false;
  return length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= (address.includes(":") ? 128 : 32));
}
