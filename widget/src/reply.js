/**
 * What the server says, checked. Nothing of a server's answer reaches the page but through these functions: a proxy on
 * the way, or a mistake, must not be able to do more than show text.
 *
 * @typedef {{ label: string, href: string }} Link
 * @typedef {{ title: string, choice: string }} Choice
 * @typedef {{ type: 'paragraph' | 'disclaimer', text: string }
 *   | { type: 'list', items: string[] }
 *   | { type: 'source', sections: string[] }
 *   | { type: 'crisis', text: string, links: Link[] }} Part
 * @typedef {{ id: string, kind: string, lang: string, topic: string, parts: Part[], choices: Choice[] }} Reply
 * @typedef {{ name: string, phone: string, hours: string }} Clinic
 * @typedef {{ clinic: Clinic, crisis: { text: string, links: Link[] }, suggestions: Choice[],
 *   notices: Record<string, string>, maxLength: number }} Info
 */

const KINDS = ['answer', 'reply', 'crisis', 'check_in', 'failure']
const LONGEST = 8000
const MOST = 50

/** @param {unknown} value @returns {Record<string, unknown>} */
const object = (value) => (typeof value === 'object' && value !== null ? /** @type {Record<string, unknown>} */ (value) : {})

/** @param {unknown} value @returns {string} */
const text = (value) => (typeof value === 'string' ? value.trim().slice(0, LONGEST) : '')

/** @param {unknown} value @returns {unknown[]} */
const array = (value) => (Array.isArray(value) ? value.slice(0, MOST) : [])

/** @param {unknown} value */
const texts = (value) => array(value).map(text).filter(Boolean)

/** Whether a link may be shown. @param {string} href */
export const allowed = (href) => /^(tel:[+\d*#(). -]+|sms:[+\d ]+(\?body=[\w%]+)?|https:\/\/[^\s]+)$/i.test(href)

/** @param {unknown} value @returns {Link[]} */
export function readLinks(value) {
  return array(value)
    .map(object)
    .map((link) => ({ label: text(link.label), href: text(link.href) }))
    .filter((link) => link.label && allowed(link.href))
}

/** @param {unknown} value @returns {Choice[]} */
function readChoices(value) {
  return array(value)
    .map(object)
    .map((choice) => ({ title: text(choice.title), choice: text(choice.choice) }))
    .filter((choice) => choice.title && choice.choice)
}

/** @param {unknown} value @returns {Part[]} none when there is nothing to show */
function readPart(value) {
  const part = object(value)
  const words = text(part.text)
  if (part.type === 'list') {
    const items = texts(part.items)
    return items.length ? [{ type: 'list', items }] : []
  }
  if (part.type === 'source') {
    const sections = texts(part.sections)
    return sections.length ? [{ type: 'source', sections }] : []
  }
  if (part.type === 'crisis') return words ? [{ type: 'crisis', text: words, links: readLinks(part.links) }] : []
  // A part of a kind that this widget is too old to know still shows its text.
  return words ? [{ type: part.type === 'disclaimer' ? 'disclaimer' : 'paragraph', text: words }] : []
}

/**
 * The replies of an answer's body (`{"replies": [...]}`); those with nothing to show are left out.
 *
 * @param {unknown} body
 * @returns {Reply[]}
 */
export function readReplies(body) {
  return array(object(body).replies)
    .map(object)
    .map((reply) => ({
      id: text(reply.id),
      kind: KINDS.includes(text(reply.kind)) ? text(reply.kind) : 'reply',
      lang: /^[a-z]{2,3}(-\w{2,8})*$/i.test(text(reply.lang)) ? text(reply.lang) : '',
      topic: text(reply.topic),
      parts: array(reply.parts).flatMap(readPart),
      choices: readChoices(reply.choices),
    }))
    .filter((reply) => reply.parts.length)
}

/**
 * The body of `GET /info`.
 *
 * @param {unknown} body
 * @returns {Info | null} null when it has no crisis line: then what the widget brings itself is better
 */
export function readInfo(body) {
  const { clinic, crisis, suggestions, notices, max_length: longest } = object(body)
  const { name, phone, hours } = object(clinic)
  const links = readLinks(object(crisis).links)
  if (!links.length) return null
  return {
    clinic: { name: text(name), phone: text(phone), hours: text(hours) },
    crisis: { text: text(object(crisis).text), links },
    suggestions: readChoices(suggestions),
    notices: Object.fromEntries(Object.entries(object(notices)).map(([key, value]) => [key, text(value)])),
    maxLength: typeof longest === 'number' && longest > 0 ? longest : Infinity,
  }
}

/**
 * A part as plain lines, for a screen reader, the clipboard and a file.
 *
 * @param {Part} part
 * @param {import('./strings.js').Strings} strings
 * @returns {string}
 */
export function plain(part, strings) {
  if (part.type === 'list') return part.items.map((item) => `- ${item}`).join('\n')
  if (part.type === 'source') return `${strings.source}: ${part.sections.join(', ')}`
  if (part.type === 'crisis') return [part.text, ...part.links.map((link) => link.label)].join('\n')
  return part.text
}
