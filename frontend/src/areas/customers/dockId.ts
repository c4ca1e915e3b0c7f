/** Names the follow-up panel of a customer in the dock. */
export const dockId = (customerId: string): string => `follow-up:${customerId}`;
