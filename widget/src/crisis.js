import { LINES } from './lines.js'

/** @typedef {{ number: string, word: string } | undefined} TextTo */

/**
 * The crisis links that the widget brings itself, for when the server has not been reached.
 *
 * @param {string} country two letters
 * @param {import('./strings.js').Strings} strings
 * @returns {import('./reply.js').Link[]} a call, a text where the country has one, the emergency number
 */
export function builtInLinks(country, strings) {
  const line = LINES[country.toUpperCase()] ?? LINES.US
  if (!line) return []
  const own = strings.lang === 'es' ? line.es : {}
  const call = own.call ?? line.call
  const text = own.text ?? line.text ?? line.textLine
  return [
    { label: strings.call(call), href: dial(line.call) },
    ...(text ? [{ label: text.word ? strings.textWord(text.word, text.number) : strings.text(text.number), href: sms(text) }] : []),
    { label: strings.call(line.emergency), href: dial(line.emergency) },
  ]
}

/** @param {string} number */
const dial = (number) => `tel:${number.replace(/[^+\d]/g, '')}`

/** @param {{ number: string, word: string }} text */
const sms = ({ number, word }) => `sms:${number.replace(/[^+\d]/g, '')}${word && `?body=${word}`}`

/** A link to dial a clinic's number, null when there is nothing to dial in it. @param {string} phone */
export const phoneLink = (phone) => (/\d{3}/.test(phone) ? dial(phone.split(/ext|x/i)[0] ?? '') : null)
