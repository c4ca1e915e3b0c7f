import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

// jsdom has neither; antd wants both. Motion counts as reduced, so nothing has to be waited for.
window.matchMedia = (query: string) =>
  ({ matches: /reduced-motion/.test(query), media: query, addEventListener: () => undefined, removeEventListener: () => undefined, addListener: () => undefined, removeListener: () => undefined }) as unknown as MediaQueryList;
window.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
// Lazy parts load at their first use; on a busy machine that takes longer than the usual second.
configure({ asyncUtilTimeout: 5000 });
Element.prototype.scrollIntoView = () => undefined;
// antd measures scrollbars with it; jsdom only prints a note for pseudo-elements.
const computed = window.getComputedStyle.bind(window);
window.getComputedStyle = (element) => computed(element);

afterEach(() => {
  cleanup();
  localStorage.clear();
});
