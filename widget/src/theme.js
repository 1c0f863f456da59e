/**
 * @typedef {'accent' | 'on-accent' | 'background' | 'surface' | 'text' | 'muted' | 'border'} Token
 * @typedef {Record<Token, string>} Colours CSS colours by token; a page sets one as `--kg-<token>`
 */

/** @type {Colours} */
export const LIGHT = {
  accent: '#0b5c66',
  'on-accent': '#ffffff',
  background: '#ffffff',
  surface: '#eef5f4',
  text: '#17292c',
  muted: '#455a5e',
  border: '#71868a',
}

/** @type {Colours} */
export const DARK = {
  accent: '#8fd6d8',
  'on-accent': '#06262b',
  background: '#12201f',
  surface: '#1d302f',
  text: '#e9f1f0',
  muted: '#b4c6c5',
  border: '#7c9594',
}

/** Which colours meet, and the least contrast WCAG 2.2 asks of them: 4.5 for text, 3 for edges of controls. */
export const PAIRS = /** @type {const} */ ([
  ['text', 'background', 4.5],
  ['text', 'surface', 4.5],
  ['muted', 'background', 4.5],
  ['muted', 'surface', 4.5],
  ['accent', 'background', 4.5],
  ['accent', 'surface', 4.5],
  ['on-accent', 'accent', 4.5],
  ['border', 'background', 3],
])

/**
 * @param {string} colour as browsers compute it: `rgb(1, 2, 3)`
 * @returns {number[] | null} three channels, 0 to 255; null for see-through colours and other colour spaces
 */
export function channels(colour) {
  const match = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(colour)
  return match && match.slice(1).map(Number)
}

/** Relative luminance by WCAG, 0 to 1. @param {number[]} rgb */
function luminance(rgb) {
  const [r = 0, g = 0, b = 0] = rgb.map((value) => {
    const share = value / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

/** Contrast by WCAG, 1 to 21. @param {number[]} one @param {number[]} other */
export function contrast(one, other) {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

/**
 * What is wrong with a theme, in words for its developer; nothing when it can be read.
 *
 * @param {Colours} colours as browsers compute them
 * @returns {string[]}
 */
export function themeFaults(colours) {
  return PAIRS.flatMap(([front, back, least]) => {
    const [one, other] = [channels(colours[front]), channels(colours[back])]
    if (!one || !other) return [`--kg-${one ? back : front} is not an opaque sRGB colour`]
    const found = contrast(one, other)
    return found < least ? [`--kg-${front} on --kg-${back}: contrast ${found.toFixed(2)}, needs ${least}`] : []
  })
}
