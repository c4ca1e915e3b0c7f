import "@testing-library/jest-dom/vitest";
import { cleanup } from "@testing-library/react";
import { afterEach } from "vitest";

// jsdom has neither; antd wants both. Motion counts as reduced, so nothing has to be waited for.
window.matchMedia = (query: string) =>
  ({ matches: /reduced-motion/.test(query), media: query, addEventListener: () => undefined, removeEventListener: () => undefined, addListener: () => undefined, removeListener: () => undefined }) as unknown as MediaQueryList;
window.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
Element.prototype.scrollIntoView = () => undefined;
// antd measures scrollbars with it; jsdom only prints a note for pseudo-elements.
const computed = window.getComputedStyle.bind(window);
window.getComputedStyle = (element) => computed(element);

afterEach(() => {
  cleanup();
  localStorage.clear();
});
