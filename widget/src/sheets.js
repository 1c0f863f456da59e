import { phoneLink } from './crisis.js'
import { button, h } from './dom.js'
import { linkRow, partElement } from './messages.js'

/**
 * What opens in place of the conversation: a person to talk to, privacy, a report, and so on. The crisis panel, the
 * footer and what was typed stay.
 *
 * @typedef {'person' | 'about' | 'more' | 'report' | 'clear'} Sheet
 * @typedef {{
 *   info: () => import('./reply.js').Info | null,
 *   protocol: string,
 *   show: (sheet: Sheet) => void,
 *   back: () => void,
 *   copyAll: () => void,
 *   save: () => void,
 *   print: () => void,
 *   clear: () => void,
 *   report: (text: string) => Promise<import('./client.js').Result>,
 *   say: (words: string) => void,
 * }} SheetActs
 */

/**
 * @param {Sheet} name
 * @param {import('./strings.js').Strings} strings
 * @param {SheetActs} acts
 * @returns {HTMLElement} a section whose heading can take the focus
 */
export function sheetElement(name, strings, acts) {
  const titles = { person: strings.person, about: strings.privacy, more: strings.more, report: strings.report, clear: strings.clear }
  const bodies = { person, about, more, report, clear }
  return h(
    'section',
    { class: 'sheet', 'aria-labelledby': 'kg-sheet' },
    h('h3', { id: 'kg-sheet', tabindex: '-1' }, titles[name]),
    ...bodies[name](strings, acts),
    button(strings.back, acts.back, { class: 'wide' }),
  )
}

/** @param {string} text */
const paragraph = (text) => h('p', { dir: 'auto' }, text)

/** @param {import('./strings.js').Strings} strings @param {SheetActs} acts */
function person(strings, acts) {
  const { name = '', phone = '', hours = '' } = acts.info()?.clinic ?? {}
  const href = phoneLink(phone)
  return [
    paragraph(strings.personText),
    name && h('p', { dir: 'auto' }, h('b', {}, name)),
    href ? linkRow([{ label: strings.call(phone), href }]) : paragraph(strings.personNoPhone),
    hours && paragraph(`${strings.hours}: ${hours}`),
    href && paragraph(strings.personRelay),
    paragraph(strings.personEmergency),
  ]
}

/** @param {import('./strings.js').Strings} strings @param {SheetActs} acts */
function about(strings, acts) {
  const theirs = acts.info()?.notices ?? {}
  const own = strings.notices
  return [
    paragraph(theirs.automated || own.automated),
    paragraph(own.limits),
    paragraph(theirs.education || strings.education),
    paragraph(theirs.minors || own.minors),
    paragraph(own.kept),
    theirs.kept && paragraph(theirs.kept),
    h('p', {}, h('a', { href: acts.protocol, target: '_blank', rel: 'noopener' }, strings.protocol)),
  ]
}

/** @param {import('./strings.js').Strings} strings @param {SheetActs} acts */
function more(strings, acts) {
  return [
    button(strings.copyAll, acts.copyAll, { class: 'wide' }),
    button(strings.save, acts.save, { class: 'wide' }),
    button(strings.print, acts.print, { class: 'wide' }),
    paragraph(strings.keepCare),
    button(strings.report, () => acts.show('report'), { class: 'wide' }),
    h('p', {}, h('a', { href: acts.protocol, target: '_blank', rel: 'noopener' }, strings.protocol)),
  ]
}

/** @param {import('./strings.js').Strings} strings @param {SheetActs} acts */
function report(strings, acts) {
  const field = h('textarea', { id: 'kg-report', rows: '4', maxlength: '1000', dir: 'auto' })
  const outcome = h('div', {})
  const send = async () => {
    if (!field.value.trim()) return field.focus()
    const { ok, replies } = await acts.report(field.value.trim())
    if (ok) field.value = ''
    const said = ok ? strings.reportSent : strings.notSaved
    const parts = replies.flatMap((reply) => reply.parts.map((part) => partElement(part, strings)))
    // A crisis reply comes before any thanks.
    outcome.replaceChildren(...parts, paragraph(said))
    acts.say([...parts.map((part) => part.textContent), said].join(' '))
  }
  return [
    paragraph(strings.reportText),
    paragraph(strings.reportWait),
    h('label', { for: 'kg-report' }, strings.reportField),
    field,
    button(strings.reportSend, send, { class: 'wide main' }),
    outcome,
  ]
}

/** @param {import('./strings.js').Strings} strings @param {SheetActs} acts */
function clear(strings, acts) {
  return [paragraph(strings.clearText), button(strings.clearYes, acts.clear, { class: 'wide main' })]
}
