import { h } from './dom.js'
import { clockTime } from './messages.js'
import { plain } from './reply.js'

/**
 * The conversation as text: one paragraph an entry, with who and when.
 *
 * @param {import('./store.js').Entry[]} entries
 * @param {import('./strings.js').Strings} strings
 * @returns {string}
 */
export function transcript(entries, strings) {
  return [
    strings.title,
    `${strings.automated}. ${strings.education}`,
    ...entries.flatMap((entry) => {
      if (entry.who === 'notice') return []
      const words = entry.who === 'you' ? entry.text : replyText(entry.reply, strings)
      return [`${entry.who === 'you' ? strings.you : strings.guide} (${clockTime(entry.at, strings)}):\n${words}`]
    }),
  ].join('\n\n')
}

/** @param {import('./reply.js').Reply} reply @param {import('./strings.js').Strings} strings */
export const replyText = (reply, strings) => reply.parts.map((part) => plain(part, strings)).join('\n')

/** @param {string} text @returns {Promise<boolean>} whether it is on the clipboard */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}

/** Hands the text to the browser as a file. @param {string} text @param {string} name without its ending */
export function saveText(text, name) {
  const href = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }))
  const day = new Date().toLocaleDateString('sv')
  h('a', { href, download: `${name}-${day}.txt` }).click()
  setTimeout(() => URL.revokeObjectURL(href), 60_000)
}

/**
 * Prints the text from a window of its own: the page's print rules can't be told to leave the page out.
 *
 * @param {string} text
 * @param {string} title
 */
export function printText(text, title) {
  const page = window.open('', '_blank')
  if (!page) return
  page.document.title = title
  page.document.body.append(
    ...text.split('\n').map((line) => {
      const paragraph = page.document.createElement('p')
      paragraph.append(line)
      return paragraph
    }),
  )
  page.print()
}
