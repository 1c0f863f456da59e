import { readInfo, readReplies } from './reply.js'

/**
 * The conversation of this tab. It lives in sessionStorage and nowhere else: nothing outlasts the tab.
 *
 * @typedef {{ who: 'you', id: string, text: string, choice?: string, at: number, unsent?: boolean }} Yours
 *   `unsent` until it is answered, so that one that a page change cut short can be sent again under its id
 * @typedef {{ who: 'guide', reply: import('./reply.js').Reply, at: number, chosen?: string, helpful?: boolean }} Guides
 * @typedef {{ who: 'notice', notice: 'start' | 'return' | 'reminder', at: number, chosen?: string }} Notice
 * @typedef {Yours | Guides | Notice} Entry
 * @typedef {{ token: string, expiresAt: number, noticeAt: number, activeAt: number, entries: Entry[],
 *   info: unknown }} State `info` is the body of GET /info as it came; times are milliseconds since 1970
 */

/** How long a conversation that has no session yet is kept, in milliseconds. */
const WITHOUT_SESSION = 24 * 3_600_000

/** @returns {State} */
const empty = () => ({ token: '', expiresAt: 0, noticeAt: 0, activeAt: 0, entries: [], info: null })

/** @param {State} state */
const ends = (state) => state.expiresAt || state.activeAt + WITHOUT_SESSION

/** @param {unknown} value @returns {Entry[]} */
function readEntry(value) {
  const entry = /** @type {any} */ (value)
  if (typeof entry?.at !== 'number') return []
  if (entry.who === 'you' && typeof entry.text === 'string' && typeof entry.id === 'string') return [entry]
  if (entry.who === 'notice' && ['start', 'return', 'reminder'].includes(entry.notice)) return [entry]
  const reply = entry.who === 'guide' ? readReplies({ replies: [entry.reply] })[0] : undefined
  return reply ? [{ ...entry, reply }] : []
}

/**
 * @param {Storage | null} storage null where the browser forbids it: then the conversation lasts as long as the page
 * @param {string} key
 * @param {() => number} now
 */
export function createStore(storage, key, now) {
  let state = read()

  function read() {
    try {
      // Other scripts of the page can write here too: what comes back is checked like a server's answer.
      const kept = JSON.parse(storage?.getItem(key) ?? 'null')
      if (typeof kept?.token !== 'string' || !Array.isArray(kept.entries)) return empty()
      const times = [kept.expiresAt, kept.noticeAt, kept.activeAt]
      if (!times.every(Number.isFinite)) return empty()
      return /** @type {State} */ ({ ...kept, entries: kept.entries.flatMap(readEntry) })
    } catch {
      return empty()
    }
  }

  return {
    /** @returns {Readonly<State>} */
    get state() {
      return state
    },
    /** What the server last said about itself, checked. */
    get info() {
      return readInfo(state.info)
    },
    /** Whether there is a conversation whose time is over. */
    get expired() {
      return state.activeAt > 0 && ends(state) <= now()
    },
    /** @param {Partial<State>} [changes] none: an entry was changed in place */
    save(changes = {}) {
      state = { ...state, ...changes }
      try {
        storage?.setItem(key, JSON.stringify(state))
      } catch {
        // Full or forbidden: the conversation still works for as long as the page is open.
      }
    },
    /** Forgets the conversation and the session; what the server says about itself stays. */
    clear() {
      this.save({ ...empty(), info: state.info })
    },
  }
}

/** @typedef {ReturnType<typeof createStore>} Store */
