/** Where the API answers: the page's own origin unless the client was built for another one. */
const base: string = (import.meta.env.VITE_API_BASE as string | undefined)?.replace(/\/$/, "") ?? "";

export const apiOrigin = (): string => base || window.location.origin;
export const apiUrl = (path: string): string => apiOrigin() + path;
export const socketUrl = (path: string): string => apiUrl(path).replace(/^http/, "ws");
