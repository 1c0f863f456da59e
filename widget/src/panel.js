import { button, h } from './dom.js'
import { linkRow } from './messages.js'

/**
 * The frame around the conversation, in the order that it is read: heading, crisis panel, conversation with choices,
 * field, footer. It knows how it looks open, closed, narrow and with a sheet, and nothing of messages.
 *
 * @typedef {{ submit: (text: string) => void, show: (sheet: import('./sheets.js').Sheet, opener: HTMLElement) => void,
 *   opened: () => void, typed: (length: number) => void }} PanelActs
 */

/** Below this width the panel takes the whole screen, and the page behind it is out of reach. */
const NARROW = '(max-width: 30em)'

/**
 * @param {import('./strings.js').Strings} strings
 * @param {PanelActs} acts
 */
export function createPanel(strings, acts) {
  const narrow = matchMedia(NARROW)
  const launcher = h(
    'button',
    {
      type: 'button',
      class: 'launcher',
      'aria-expanded': 'false',
      'aria-haspopup': 'dialog',
      click: () => (dialog.open ? close() : open()),
      keydown: onEscape,
    },
    strings.launcher,
  )
  const title = h('h2', { id: 'kg-title', tabindex: '-1' }, strings.title, h('small', {}, strings.automated))
  const crisis = h('section', { class: 'crisis', 'aria-label': strings.crisisLabel })
  const offline = h('p', { class: 'offline', hidden: true }, strings.offline)
  const log = h('div', { class: 'log', role: 'log', 'aria-live': 'off', 'aria-label': strings.conversation, tabindex: '0' })
  const hint = h('p', { class: 'fine', id: 'kg-hint' })
  const field = h('textarea', {
    id: 'kg-field',
    rows: '1',
    dir: 'auto',
    autocomplete: 'off',
    'aria-describedby': 'kg-hint',
    input: () => acts.typed(field.value.length),
    keydown: onKey,
  })
  const form = h(
    'form',
    { submit: onSubmit },
    h('label', { for: 'kg-field' }, strings.field),
    h('div', { class: 'row' }, field, h('button', { class: 'main' }, strings.send)),
    hint,
  )
  const chat = h('div', { class: 'chat' }, log, form)
  const sheet = h('div', { class: 'over', hidden: true })
  const status = h('p', { class: 'status' })
  /** @param {string} label @param {import('./sheets.js').Sheet} name */
  const opener = (label, name) => button(label, (event) => acts.show(name, /** @type {HTMLElement} */ (event.currentTarget)), { class: 'plain' })
  const dialog = h(
    'dialog',
    { class: 'panel', 'aria-labelledby': 'kg-title', keydown: onEscape, close: onClose },
    h('header', {}, title, opener(strings.more, 'more'), button(strings.close, () => close(), { class: 'plain' })),
    crisis,
    offline,
    chat,
    sheet,
    h(
      'footer',
      {},
      status,
      h('p', { class: 'fine' }, strings.education),
      h('p', { class: 'tools' }, opener(strings.person, 'person'), opener(strings.privacy, 'about'), opener(strings.clear, 'clear')),
    ),
  )

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    // While an input method composes, Enter picks a word. Safari reports the last such key with code 229 alone.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return
    onSubmit(event)
  }

  /** @param {Event} event */
  function onSubmit(event) {
    event.preventDefault()
    if (!field.value.trim()) return
    const text = field.value.trim()
    field.value = ''
    acts.typed(0)
    acts.submit(text)
  }

  /** @param {KeyboardEvent} event */
  function onEscape(event) {
    if (event.key !== 'Escape' || event.isComposing || !dialog.open) return
    event.preventDefault()
    event.stopPropagation()
    close()
  }

  function show() {
    if (narrow.matches) dialog.showModal()
    else dialog.show()
  }

  function open() {
    if (dialog.open) return
    show()
    launcher.setAttribute('aria-expanded', 'true')
    // With a finger, a focused field would raise the keyboard over the notice that this is no person.
    const target = matchMedia('(pointer: fine)').matches && !chat.hidden ? field : title
    target.focus()
    acts.opened()
  }

  function close() {
    dialog.close()
  }

  /** Also called when the browser itself closes the dialog, as Android's back gesture does. */
  function onClose() {
    if (dialog.open) return
    launcher.setAttribute('aria-expanded', 'false')
    launcher.focus()
  }

  function onWidth() {
    if (!dialog.open) return
    const focused = /** @type {ShadowRoot | Document} */ (dialog.getRootNode()).activeElement
    dialog.close()
    show()
    if (focused instanceof HTMLElement) focused.focus()
  }
  narrow.addEventListener('change', onWidth)

  return {
    launcher,
    dialog,
    log,
    field,
    open,
    /** @param {string} text @param {import('./reply.js').Link[]} links */
    setCrisis(text, links) {
      crisis.replaceChildren(h('p', { dir: 'auto' }, text), linkRow(links))
    },
    /** @param {boolean} is */
    setOffline(is) {
      offline.hidden = !is
    },
    /** Shows what came of a press, until the next. @param {string} text */
    setStatus(text) {
      status.textContent = text
    },
    /** @param {string} text */
    setHint(text) {
      hint.textContent = text
    },
    /**
     * Puts a sheet in the conversation's place, and the focus on its heading; null takes it away again.
     *
     * @param {HTMLElement | null} element
     */
    setSheet(element) {
      chat.hidden = element !== null
      sheet.hidden = element === null
      sheet.replaceChildren(...(element ? [element] : []))
      element?.querySelector('h3')?.focus()
    },
    destroy() {
      narrow.removeEventListener('change', onWidth)
    },
  }
}
