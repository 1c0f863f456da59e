/**
 * Moves the widget to the other side while it would hide the whole of what has the page's focus (WCAG 2.4.11).
 *
 * @param {HTMLElement} element the widget's tree; its class `aside` puts it on the other side
 * @param {HTMLElement[]} pieces what lies over the page
 * @returns {() => void} stops watching
 */
export function keepOutOfTheWay(element, pieces) {
  /** @param {FocusEvent} event */
  function onFocus(event) {
    const target = event.composedPath()[0]
    if (!(target instanceof Element) || element.contains(target)) return
    element.classList.remove('aside')
    const box = target.getBoundingClientRect()
    element.classList.toggle('aside', pieces.some((piece) => hides(piece.getBoundingClientRect(), box)))
  }
  document.addEventListener('focusin', onFocus)
  return () => document.removeEventListener('focusin', onFocus)
}

/** @param {DOMRect} over @param {DOMRect} under */
const hides = (over, under) =>
  over.left <= under.left && over.right >= under.right && over.top <= under.top && over.bottom >= under.bottom
