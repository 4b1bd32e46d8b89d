/** Where panels stand that open beside something; loaded when the first one opens. */

import { autoUpdate, computePosition, flip, offset, type ReferenceElement, shift, size } from "@floating-ui/dom";

/** Keep a panel beside what it belongs to; return what lets it go. */
export function keepBeside(anchor: ReferenceElement, panel: HTMLElement): () => void {
  return autoUpdate(anchor, panel, () => {
    const room = size({
      padding: 8,
      apply: ({ availableHeight }) => {
        panel.style.maxHeight = `${availableHeight}px`;
      },
    });
    const middleware = [offset(4), flip(), shift({ padding: 8 }), room];
    void computePosition(anchor, panel, { strategy: "fixed", placement: "bottom-end", middleware }).then(({ x, y }) => {
      panel.style.left = `${x}px`;
      panel.style.top = `${y}px`;
      panel.dataset.placed = "";
    });
  });
}
