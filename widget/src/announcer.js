import { h } from './dom.js'

/** NVDA drops what is written sooner after the focus moved. Milliseconds. */
const AFTER_FOCUS = 250

/** Emptied sooner than 0.1 s, Chrome with TalkBack misses it; left for long, it is found again by browsing. */
const EMPTY_AFTER = 1_000

/**
 * Says things to screen readers, once each. Two polite regions take turns, so that the same words are spoken again.
 *
 * @param {HTMLElement} root focus moves inside it are heeded
 */
export function createAnnouncer(root) {
  const polite = [h('div', { 'aria-live': 'polite' }), h('div', { 'aria-live': 'polite' })]
  const assertive = h('div', { 'aria-live': 'assertive' })
  let turn = 0
  let focusedAt = 0
  root.addEventListener('focusin', () => (focusedAt = Date.now()))

  /** @param {HTMLElement} region @param {string} words */
  function write(region, words) {
    setTimeout(() => {
      const said = h('span', {}, words)
      region.append(said)
      setTimeout(() => said.remove(), EMPTY_AFTER)
    }, Math.max(0, focusedAt + AFTER_FOCUS - Date.now()))
  }

  return {
    element: h('div', { class: 'unseen' }, ...polite, assertive),
    /** @param {string} words spoken when the reader is idle */
    say(words) {
      write(/** @type {HTMLElement} */ (polite[turn++ % 2]), words)
    },
    /** @param {string} words spoken at once; for what went wrong */
    interrupt(words) {
      write(assertive, words)
    },
  }
}
