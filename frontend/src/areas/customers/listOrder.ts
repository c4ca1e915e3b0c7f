/** The rows of the list last looked at, in order: J K on a customer's page and "save and next" follow it. In memory only. */
let order: readonly string[] = [];

export const rememberOrder = (ids: readonly string[]): void => {
  order = ids;
};

export function neighbours(id: string): { previous: string | null; next: string | null; position: number; of: number } {
  const at = order.indexOf(id);
  if (at < 0) return { previous: null, next: null, position: 0, of: 0 };
  return { previous: order[at - 1] ?? null, next: order[at + 1] ?? null, position: at + 1, of: order.length };
}
