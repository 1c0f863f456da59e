import { h } from './dom.js'
import { createGuide } from './guide.js'
import { keepOutOfTheWay } from './reach.js'
import { CSS, TOKENS } from './styles.js'
import { themeFaults } from './theme.js'

const SETTINGS = ['server', 'country', 'protocol']

/** The one that is on the page: a second would lie over the first. @type {KetamineGuide | null} */
let placed = null

/**
 * `<ketamine-guide server="…">`. Attributes, each also a property:
 * - `server`: the channel's URL, `/webhooks/web` unless set
 * - `country`: whose crisis lines to show until the server has said; `US` unless set
 * - `protocol`: the URL of the crisis protocol page; the server's own unless set
 * - `lang`, `dir`: as everywhere in HTML; the page's language unless set
 * - `theme`: `light` or `dark`; as the visitor's system has it unless set
 */
export class KetamineGuide extends HTMLElement {
  static observedAttributes = [...SETTINGS, 'lang', 'dir', 'theme']

  /** @type {CSSStyleSheet | null} */
  static #sheet = null
  #dark = matchMedia('(prefers-color-scheme: dark)')
  #paint = () => this.#colour()
  /** @type {ReturnType<typeof createGuide> | null} */
  #guide = null
  #unwatch = () => {}

  connectedCallback() {
    // Set before this class was known, a property is the element's own and hides the setter.
    for (const name of [...SETTINGS, 'theme']) {
      const value = Object.getOwnPropertyDescriptor(this, name)?.value
      if (value === undefined) continue
      Reflect.deleteProperty(this, name)
      this.setAttribute(name, String(value))
    }
    if (placed?.isConnected && placed !== this) return console.warn('ketamine-guide: one is on this page already')
    placed = this
    this.#build()
  }

  disconnectedCallback() {
    this.#tearDown()
    if (placed === this) placed = null
  }

  /** @param {string} name */
  attributeChangedCallback(name) {
    if (!this.#guide) return
    if (name === 'theme') return this.#colour()
    const open = this.#guide.dialog.open
    this.#build()
    if (open) this.#guide?.open()
  }

  #build() {
    this.#tearDown()
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' })
    // The fallback inside the tag stays on the page: it holds the crisis line while the chat is closed, too.
    root.replaceChildren(document.createElement('slot'))
    const base = this.#url(this.getAttribute('server') ?? '/webhooks/web', document.baseURI)
    if (!base) return console.warn('ketamine-guide: the server attribute is no http address')
    const server = new URL(`${base.pathname.replace(/\/+$/, '')}/`, base)
    KetamineGuide.#sheet ??= new CSSStyleSheet()
    KetamineGuide.#sheet.replaceSync(CSS)
    root.adoptedStyleSheets = [KetamineGuide.#sheet]
    this.#guide = createGuide({
      base: server.href,
      lang: this.lang || this.closest('[lang]')?.getAttribute('lang') || 'en',
      country: this.getAttribute('country') ?? 'US',
      protocol: (this.#url(this.getAttribute('protocol') ?? '', document.baseURI, true) ?? new URL('demo/crisis-protocol.html', server)).href,
      storage: tabStorage(),
    })
    const { element, launcher, dialog } = this.#guide
    if (this.dir) element.dir = this.dir
    root.append(element)
    launcher.addEventListener('click', this.#paint)
    this.#dark.addEventListener('change', this.#paint)
    this.#unwatch = keepOutOfTheWay(element, [launcher, dialog])
    this.#colour()
  }

  #tearDown() {
    this.#unwatch()
    this.#dark.removeEventListener('change', this.#paint)
    this.#guide?.destroy()
    this.#guide?.element.remove()
    this.#guide = null
  }

  /** @param {string} address @param {string} from @param {boolean} [given] whether an empty one is none */
  #url(address, from, given) {
    if (given && !address) return null
    const url = URL.canParse(address, from) ? new URL(address, from) : null
    return url && /^https?:$/.test(url.protocol) ? url : null
  }

  /** Picks light or dark, and the widget's own colours where the page's can't be read. */
  #colour() {
    const element = this.#guide?.element
    if (!element) return
    const theme = this.getAttribute('theme')
    element.classList.toggle('dark', theme === 'dark' || (theme !== 'light' && this.#dark.matches))
    element.classList.remove('own')
    const probe = h('span', {})
    element.append(probe)
    const colours = TOKENS.map((token) => {
      probe.className = `probe-${token}`
      // Not `color`: what is no colour at all would inherit a good one there.
      return [token, getComputedStyle(probe).backgroundColor]
    })
    probe.remove()
    const faults = themeFaults(Object.fromEntries(colours))
    element.classList.toggle('own', faults.length > 0)
    if (faults.length) console.warn(`ketamine-guide: these colours are hard to read, so its own are used.\n${faults.join('\n')}`)
  }
}

for (const name of [...SETTINGS, 'theme']) {
  Object.defineProperty(KetamineGuide.prototype, name, {
    get() {
      return this.getAttribute(name) ?? ''
    },
    set(value) {
      this.setAttribute(name, String(value))
    },
  })
}

/** sessionStorage, null where the browser forbids even to look at it. */
function tabStorage() {
  try {
    return window.sessionStorage
  } catch {
    return null
  }
}
