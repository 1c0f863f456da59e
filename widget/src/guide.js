import { createAnnouncer } from './announcer.js'
import { createClient } from './client.js'
import { builtInLinks } from './crisis.js'
import { h } from './dom.js'
import { copyText, printText, replyText, saveText, transcript } from './keep.js'
import { choiceGroup, failureElement, guideElement, markChosen, noticeElement, yourElement } from './messages.js'
import { noticeDue } from './notices.js'
import { createPanel } from './panel.js'
import { plain } from './reply.js'
import { sheetElement } from './sheets.js'
import { createStore } from './store.js'
import { stringsFor } from './strings.js'

/**
 * The whole widget as one tree, for any parent: a shadow root on websites, plain elements for screen-reader tests.
 *
 * @param {{ base: string, lang: string, country: string, protocol: string, storage: Storage | null }} settings `base` is
 *   the channel's absolute URL with a slash at its end, `protocol` the URL of the crisis protocol page
 */
export function createGuide({ base, lang, country, protocol, storage }) {
  const strings = stringsFor(lang)
  const store = createStore(storage, `ketamine-guide ${base}`, Date.now)
  const client = createClient(base, store)
  const element = h('div', { class: 'kg', lang: strings.lang, dir: strings.dir })
  const announcer = createAnnouncer(element)
  const panel = createPanel(strings, { submit, show, opened, typed })
  const waiting = h('p', { class: 'waiting', hidden: true }, h('span', { class: 'dots' }), h('span', {}))
  element.append(panel.launcher, panel.dialog, announcer.element)

  /** What is on screen for an entry. @type {Map<import('./store.js').Entry, HTMLElement>} */
  const shown = new Map()
  /** Entries on their way to the server. */
  const flying = new Set()
  /** The server's words about entries that failed. @type {Map<import('./store.js').Entry, import('./reply.js').Reply[]>} */
  const refusals = new Map()
  /** @type {HTMLElement | null} */
  let opener = null
  let asked = false
  let tooLong = false

  const links = () => store.info?.crisis.links ?? builtInLinks(country, strings)

  const acts = { choose, again: retry, rate, copy: (/** @type {import('./reply.js').Reply} */ reply) => copyWords(replyText(reply, strings)) }

  /** @param {import('./store.js').Entry} entry */
  function build(entry) {
    if (entry.who === 'guide') return guideElement(entry, strings, acts)
    if (entry.who === 'you') {
      const bubble = yourElement(entry, strings)
      if (entry.unsent && !flying.has(entry)) {
        bubble.append(failureElement(entry, refusals.get(entry) ?? [], links(), strings, acts))
      }
      return bubble
    }
    const bubble = noticeElement(entry, noticeLines(entry.notice), strings)
    const starters = entry.notice === 'start' ? (store.info?.suggestions ?? []) : []
    if (starters.length) bubble.append(choiceGroup(entry, starters, strings.starters, strings, acts))
    return bubble
  }

  /** Shows an entry, or shows it anew in its place. @param {import('./store.js').Entry} entry */
  function draw(entry) {
    const fresh = build(entry)
    const old = shown.get(entry)
    shown.set(entry, fresh)
    if (old) old.replaceWith(fresh)
    else waiting.before(fresh)
  }

  function drawAll() {
    shown.clear()
    panel.log.replaceChildren(waiting)
    store.state.entries.forEach(draw)
    panel.log.scrollTop = panel.log.scrollHeight
  }

  /** @param {import('./store.js').Entry} entry */
  function add(entry) {
    store.save({ entries: [...store.state.entries, entry], activeAt: Date.now() })
    draw(entry)
    scrollTo(entry)
  }

  /** The start of a long answer, not its end, is where reading goes on. @param {import('./store.js').Entry} entry */
  function scrollTo(entry) {
    panel.log.scrollTop = (shown.get(entry)?.offsetTop ?? 0) - 8
  }

  /** @param {'start' | 'return' | 'reminder'} notice */
  function noticeLines(notice) {
    const theirs = store.info?.notices ?? {}
    const own = strings.notices
    if (notice !== 'start') return [own[notice]]
    const minors = theirs.minors || own.minors
    return theirs.automated && theirs.education ? [theirs.automated, theirs.education, minors] : [own.automated, own.limits, minors]
  }

  function giveNotice() {
    const notice = noticeDue(Date.now(), store.state.noticeAt, store.state.activeAt)
    if (!notice) return
    store.save({ noticeAt: Date.now() })
    add({ who: 'notice', notice, at: Date.now() })
    announcer.say(noticeLines(notice).join(' '))
  }

  function opened() {
    if (store.expired) {
      store.clear()
      drawAll()
    }
    giveNotice()
    if (!asked) askInfo()
  }

  async function askInfo() {
    asked = true
    const body = await client.info(strings.lang)
    if (!body) return void (asked = false)
    store.save({ info: body })
    panel.setCrisis(store.info?.crisis.text || strings.crisisText, links())
    const first = store.state.entries[0]
    // Not once it was used: the button that has the focus would go.
    if (first?.who === 'notice' && first.chosen === undefined) draw(first)
  }

  /** @param {string} text */
  function submit(text) {
    const failed = store.state.entries.find((entry) => entry.who === 'you' && entry.unsent && !flying.has(entry) && entry.text === text)
    if (failed) return void retry(/** @type {import('./store.js').Yours} */ (failed))
    panel.setStatus('')
    giveNotice()
    deliver({ who: 'you', id: crypto.randomUUID(), text, at: Date.now(), unsent: true })
  }

  /** @param {any} entry @param {import('./reply.js').Choice} choice @param {HTMLElement} group */
  async function choose(entry, choice, group) {
    entry.chosen = choice.title
    markChosen(group, choice.title, strings)
    giveNotice()
    const { title: text, choice: id } = choice
    const sent = await deliver({ who: 'you', id: crypto.randomUUID(), text, choice: id, at: Date.now(), unsent: true })
    if (sent) return
    delete entry.chosen
    store.save()
    markChosen(group, undefined, strings)
  }

  /** @param {import('./store.js').Yours} entry */
  function retry(entry) {
    if (panel.field.value.trim() === entry.text) panel.field.value = ''
    panel.field.focus()
    deliver(entry)
  }

  /**
   * Sends an entry under its id, first time or again, and shows what comes of it.
   *
   * @param {import('./store.js').Yours} entry
   * @returns {Promise<boolean>} whether it was answered
   */
  async function deliver(entry) {
    flying.add(entry)
    if (shown.has(entry)) draw(entry)
    else add(entry)
    wait(strings.waiting)
    const { id, text, choice } = entry
    const { ok, replies } = await client.send(choice ? { id, choice } : { id, text }, () => {
      wait(strings.stillTrying)
      announcer.say(strings.stillTrying)
    })
    flying.delete(entry)
    waiting.hidden = flying.size === 0
    // Cleared meanwhile: what belongs to the old conversation is not shown in the new one.
    if (!store.state.entries.includes(entry)) return ok
    if (ok) {
      delete entry.unsent
      replies.forEach((reply) => add({ who: 'guide', reply, at: Date.now() }))
      announcer.say(replies.map(spoken).join(' '))
    } else {
      refusals.set(entry, replies)
      store.save()
      if (!choice && !panel.field.value.trim()) panel.field.value = text
      const said = replies.flatMap((reply) => reply.parts.map((part) => plain(part, strings)))
      announcer.interrupt([...said, strings.notSent, `${strings.tryAgain}.`, strings.orReach, ...links().map((link) => `${link.label}.`)].join(' '))
    }
    draw(entry)
    if (!ok) scrollTo(entry)
    return ok
  }

  /** @param {string} words */
  function wait(words) {
    waiting.hidden = false
    const [, text] = waiting.children
    if (text) text.textContent = words
    panel.log.scrollTop = panel.log.scrollHeight
  }

  /** @param {import('./reply.js').Reply} reply */
  function spoken(reply) {
    const titles = reply.choices.map((choice) => choice.title)
    return [strings.guideSaid, replyText(reply, strings), titles.length && strings.choiceCount(titles)].filter(Boolean).join(' ')
  }

  /** @param {import('./store.js').Guides} entry @param {boolean} helpful @param {HTMLElement} row */
  async function rate(entry, helpful, row) {
    const kept = await client.feedback({ reply: entry.reply.id, topic: entry.reply.topic, helpful })
    tell(kept ? strings.thanks : strings.notSaved)
    if (!kept) return
    entry.helpful = helpful
    store.save()
    row.querySelectorAll('[aria-pressed]').forEach((vote, at) => vote.setAttribute('aria-pressed', String(helpful === (at === 0))))
  }

  /** @param {string} words */
  async function copyWords(words) {
    tell((await copyText(words)) ? strings.copied : strings.notCopied)
  }

  /** Says what came of a press, to the eye and to the ear. @param {string} words */
  function tell(words) {
    panel.setStatus(words)
    announcer.say(words)
  }

  /** @param {number} length of what stands in the field */
  function typed(length) {
    const limit = store.info?.maxLength ?? Infinity
    if (length > limit === tooLong) return
    tooLong = !tooLong
    panel.setHint(tooLong ? strings.tooLong(limit) : '')
    if (tooLong) announcer.say(strings.tooLong(limit))
  }

  /** @param {import('./sheets.js').Sheet} name @param {HTMLElement} [from] */
  function show(name, from) {
    opener = from ?? opener
    const text = () => transcript(store.state.entries, strings)
    const sheet = sheetElement(name, strings, {
      info: () => store.info,
      protocol,
      show,
      back,
      copyAll: () => copyWords(text()),
      save: () => saveText(text(), strings.fileName),
      print: () => printText(text(), strings.title),
      clear() {
        store.clear()
        drawAll()
        back()
        panel.field.value = ''
        panel.field.focus()
        giveNotice()
        tell(strings.cleared)
      },
      report: (words) => client.report(words),
      say: announcer.say,
    })
    panel.setStatus('')
    panel.setSheet(sheet)
  }

  function back() {
    panel.setSheet(null)
    opener?.focus()
  }

  function onLine() {
    panel.setOffline(!navigator.onLine)
    if (!navigator.onLine) announcer.interrupt(strings.offline)
    else if (panel.dialog.open && !asked) askInfo()
  }

  addEventListener('online', onLine)
  addEventListener('offline', onLine)
  if (store.expired) store.clear()
  panel.setOffline(!navigator.onLine)
  panel.setCrisis(store.info?.crisis.text || strings.crisisText, links())
  drawAll()

  return {
    element,
    open: panel.open,
    launcher: panel.launcher,
    dialog: panel.dialog,
    destroy() {
      removeEventListener('online', onLine)
      removeEventListener('offline', onLine)
      panel.destroy()
    },
  }
}
