import { readReplies } from './reply.js'

/** How long one attempt may take, in milliseconds. */
export const TIMEOUT = 10_000

/** The pauses before the second and the third attempt, in milliseconds. */
export const PAUSES = [1_000, 3_000]

/** Where an attempt that was not answered has its status. */
const UNREACHED = 0

/**
 * @typedef {{ status: number, body: unknown }} Outcome
 * @typedef {{ ok: boolean, replies: import('./reply.js').Reply[] }} Result when not ok, the replies are the server's own
 *   words for the failure, if it had any
 */

/** Whether the same request may go better a moment later. @param {number} status */
const passing = (status) => status === UNREACHED || status === 502 || status === 503 || status === 504

/** @param {number} milliseconds */
const pause = (milliseconds) => new Promise((resume) => setTimeout(resume, milliseconds))

/**
 * Speaks to the server; docs/web_channel.md is the contract.
 *
 * @param {string} base absolute URL of the channel, with a slash at its end
 * @param {import('./store.js').Store} store keeps the session's token
 */
export function createClient(base, store) {
  /** @type {Promise<Outcome> | null} */
  let opening = null

  /**
   * @param {string} path
   * @param {object} [body] sent by POST; a GET without one
   * @param {string} [token]
   * @returns {Promise<Outcome>} status 0 when nothing, or no JSON, came back in time
   */
  async function attempt(path, body, token) {
    const stop = new AbortController()
    const timer = setTimeout(() => stop.abort(), TIMEOUT)
    try {
      const answer = await fetch(new URL(path, base), {
        method: body ? 'POST' : 'GET',
        headers: { ...(body && { 'Content-Type': 'application/json' }), ...(token && { Authorization: `Bearer ${token}` }) },
        body: body && JSON.stringify(body),
        signal: stop.signal,
        // Nothing about the visitor or the page they are on goes along, and a redirect leads nowhere else.
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        redirect: 'error',
        cache: 'no-store',
      })
      return { status: answer.status, body: answer.status === 204 ? null : await answer.json() }
    } catch {
      return { status: UNREACHED, body: null }
    } finally {
      clearTimeout(timer)
    }
  }

  /** Opens a session unless there is one. Messages sent at the same time wait for the same one. */
  async function session() {
    if (store.state.token && store.state.expiresAt > Date.now()) return null
    opening ??= attempt('session', {}).finally(() => (opening = null))
    const outcome = await opening
    const { token, expires_at: seconds } = /** @type {any} */ (outcome.body) ?? {}
    if (outcome.status !== 201 || typeof token !== 'string' || !Number.isFinite(seconds)) {
      return outcome.status === 201 ? { status: UNREACHED, body: null } : outcome
    }
    store.save({ token, expiresAt: seconds * 1000 })
    return null
  }

  /**
   * @param {string} path
   * @param {object} body
   * @param {() => void} [onRetry] called before each new attempt
   * @returns {Promise<Outcome>}
   */
  async function post(path, body, onRetry) {
    let renewed = false
    for (let failures = 0; ; ) {
      const refused = await session()
      const token = store.state.token
      const outcome = refused ?? (await attempt(path, body, token))
      if (outcome.status === 401 && !renewed) {
        renewed = true
        if (store.state.token === token) store.save({ token: '' })
        continue
      }
      const wait = PAUSES[failures++]
      if (!passing(outcome.status) || wait === undefined) return outcome
      onRetry?.()
      await pause(wait)
    }
  }

  return {
    /** The body of GET /info in a language, null when it can't be had. @param {string} lang */
    async info(lang) {
      const { status, body } = await attempt(`info?lang=${encodeURIComponent(lang)}`)
      return status === 200 ? body : null
    },
    /**
     * Sends a message. The same id may be sent again at any time: the server answers it once.
     *
     * @param {{ id: string, text: string } | { id: string, choice: string }} message
     * @param {() => void} onRetry
     * @returns {Promise<Result>}
     */
    async send(message, onRetry) {
      const { status, body } = await post('messages', message, onRetry)
      const replies = readReplies(body)
      return { ok: status === 200 && replies.length > 0, replies }
    },
    /** @param {{ reply: string, topic: string, helpful: boolean }} opinion @returns {Promise<boolean>} whether it was kept */
    async feedback(opinion) {
      return (await post('feedback', opinion)).status === 204
    },
    /** @param {string} text @returns {Promise<Result>} replies hold the crisis reply if the text asked for one */
    async report(text) {
      const { status, body } = await post('reports', { text })
      return { ok: status === 200, replies: readReplies(body) }
    },
  }
}

/** @typedef {ReturnType<typeof createClient>} Client */
