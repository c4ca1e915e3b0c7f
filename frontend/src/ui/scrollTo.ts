/** Brings an element to the top of what scrolls around it, and of nothing else: `scrollIntoView` also shifts frames that hide their overflow. */
export function scrollToTop(element: Element | null | undefined): void {
  let frame = element?.parentElement;
  while (frame && !/auto|scroll/.test(getComputedStyle(frame).overflowY)) frame = frame.parentElement;
  if (!element || !frame) return;
  frame.scrollTop += element.getBoundingClientRect().top - frame.getBoundingClientRect().top;
}
