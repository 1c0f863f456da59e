import { button, h } from './dom.js'

/**
 * One entry of the conversation as elements. These functions only build; what a press does is handed in.
 *
 * @typedef {import('./store.js').Entry} Entry
 * @typedef {import('./strings.js').Strings} Strings
 * @typedef {{
 *   choose: (entry: any, choice: import('./reply.js').Choice, group: HTMLElement) => void,
 *   again: (entry: import('./store.js').Yours) => void,
 *   rate: (entry: import('./store.js').Guides, helpful: boolean, row: HTMLElement) => void,
 *   copy: (reply: import('./reply.js').Reply) => void,
 * }} Acts
 */

/** @param {import('./reply.js').Link[]} links */
export const linkRow = (links) =>
  h('p', { class: 'links' }, ...links.map((link) => h('a', { class: 'call', href: link.href, ...outside(link.href) }, link.label)))

/** A page opens beside the clinic's; it must not take the place of the conversation. @param {string} href */
const outside = (href) => (href.startsWith('https:') ? { target: '_blank', rel: 'noopener noreferrer' } : {})

/** @param {import('./reply.js').Part} part @param {Strings} strings */
export function partElement(part, strings) {
  if (part.type === 'list') return h('ul', {}, ...part.items.map((item) => h('li', { dir: 'auto' }, item)))
  if (part.type === 'source') return h('p', { class: 'source' }, `${strings.source}: ${part.sections.join(', ')}`)
  if (part.type === 'crisis') return h('div', { class: 'card' }, h('p', { dir: 'auto' }, part.text), linkRow(part.links))
  return h('p', { dir: 'auto', class: part.type === 'disclaimer' ? 'fine' : undefined }, part.text)
}

/** The time of an entry, with the day unless it is today. @param {number} at @param {Strings} strings */
export function clockTime(at, strings) {
  const today = new Date(at).toDateString() === new Date().toDateString()
  return new Intl.DateTimeFormat(strings.lang, today ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' }).format(at)
}

/**
 * @param {string} who
 * @param {Entry} entry
 * @param {Strings} strings
 * @param {...(Node | false)} body
 */
function bubble(who, entry, strings, ...body) {
  const time = h('time', { datetime: new Date(entry.at).toISOString() }, clockTime(entry.at, strings))
  const name = entry.who === 'you' ? strings.you : strings.guide
  return h('article', { class: `entry ${who}`, 'aria-label': name }, h('p', { class: 'who' }, h('b', {}, name), ' ', time), ...body)
}

/**
 * Buttons to choose from, in a labelled group.
 *
 * @param {any} entry the entry that offers them; its `chosen` is the title of the one that was used
 * @param {import('./reply.js').Choice[]} choices
 * @param {string} label
 * @param {Strings} strings
 * @param {Acts} acts
 */
export function choiceGroup(entry, choices, label, strings, acts) {
  const group = h('div', { class: 'choices', role: 'group', 'aria-label': label })
  for (const choice of choices) {
    const pick = button(choice.title, () => entry.chosen === undefined && acts.choose(entry, choice, group), { dir: 'auto' })
    group.append(pick)
  }
  markChosen(group, entry.chosen, strings)
  return group
}

/**
 * Marks the used one in words and makes all inert but readable; with no title, all can be used again. They are not
 * `disabled`: Chromium would throw the focus of the pressed one to the page's start.
 *
 * @param {HTMLElement} group
 * @param {string | undefined} chosen
 * @param {Strings} strings
 */
export function markChosen(group, chosen, strings) {
  for (const pick of group.querySelectorAll('button')) {
    pick.querySelector('span')?.remove()
    const used = pick.textContent === chosen
    if (chosen === undefined) pick.removeAttribute('aria-disabled')
    else pick.setAttribute('aria-disabled', 'true')
    if (used) pick.append(h('span', {}, ` (${strings.chosen})`))
  }
}

/** @param {import('./store.js').Yours} entry @param {Strings} strings */
export const yourElement = (entry, strings) => bubble('you', entry, strings, h('p', { dir: 'auto' }, entry.text))

/**
 * What stands under a message that was not sent.
 *
 * @param {import('./store.js').Yours} entry
 * @param {import('./reply.js').Reply[]} replies the server's own words for it, if it had any
 * @param {import('./reply.js').Link[]} links whom to reach instead
 * @param {Strings} strings
 * @param {Acts} acts
 */
export function failureElement(entry, replies, links, strings, acts) {
  const own = replies.flatMap((reply) => reply.parts)
  return h(
    'div',
    { class: 'failure' },
    ...own.map((part) => partElement(part, strings)),
    h('p', {}, h('b', {}, strings.notSent), ' ', button(strings.tryAgain, () => acts.again(entry), { class: 'plain' })),
    h('p', {}, strings.orReach),
    linkRow(links),
  )
}

/** @param {import('./store.js').Guides} entry @param {Strings} strings @param {Acts} acts */
export function guideElement(entry, strings, acts) {
  const { reply } = entry
  const element = bubble(`guide ${reply.kind}`, entry, strings, ...reply.parts.map((part) => partElement(part, strings)))
  if (reply.lang) element.lang = reply.lang
  if (reply.kind === 'answer') element.append(answerRow(entry, strings, acts))
  if (reply.choices.length) element.append(choiceGroup(entry, reply.choices, strings.choices, strings, acts))
  return element
}

/** @param {import('./store.js').Guides} entry @param {Strings} strings @param {Acts} acts */
function answerRow(entry, strings, acts) {
  const row = h('div', { class: 'rate', lang: strings.lang })
  if (entry.reply.topic) {
    /** @param {string} label @param {boolean} helpful */
    const vote = (label, helpful) =>
      button(label, () => acts.rate(entry, helpful, row), { class: 'plain', 'aria-pressed': String(entry.helpful === helpful) })
    row.append(
      h('span', { role: 'group', 'aria-label': strings.helpful }, h('span', {}, strings.helpful), vote(strings.yes, true), vote(strings.no, false)),
    )
  }
  row.append(button(strings.copy, () => acts.copy(entry.reply), { class: 'plain' }))
  return row
}

/** @param {import('./store.js').Notice} entry @param {string[]} lines @param {Strings} strings */
export const noticeElement = (entry, lines, strings) =>
  bubble('guide notice', entry, strings, ...lines.map((line) => h('p', { dir: 'auto' }, line)))
