/**
 * A server that speaks docs/web_channel.md just well enough to test the widget when no guide is running. It understands
 * nothing: it knows three kinds of message by a word each, and keeps everything in memory.
 */
import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join, normalize } from 'node:path'

const ROOT = new URL('..', import.meta.url).pathname
const TYPES = { html: 'text/html', css: 'text/css', js: 'text/javascript' }
const DANGER = /suicid|kill myself|end my life/i
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

const LINKS = [
  { label: 'Call 988', href: 'tel:988' },
  { label: 'Text 988', href: 'sms:988' },
  { label: 'Call 911', href: 'tel:911' },
]
const SUGGESTIONS = [
  { title: 'What does a session feel like?', choice: 'ask_feel' },
  { title: 'What are the side effects?', choice: 'ask_nausea' },
  { title: 'How is ketamine given?', choice: 'ask_ways' },
]
const DISCLAIMER = 'This is general education, not medical advice. Please ask your care team about your own care.'

const reply = (kind, parts, more = {}) => ({ id: randomUUID(), kind, lang: 'en', parts, choices: [], ...more })
const paragraph = (text) => ({ type: 'paragraph', text })
const answer = (choice) =>
  reply(
    'answer',
    [
      paragraph('Side effects are most often mild. They tend to pass soon after the session ends.'),
      { type: 'list', items: ['Feeling sick to the stomach.', 'A higher blood pressure for a short time.', 'Feeling far away from your body.'] },
      { type: 'source', sections: ['Common Side Effects'] },
      { type: 'disclaimer', text: DISCLAIMER },
    ],
    { topic: choice, choices: SUGGESTIONS.filter((one) => one.choice !== choice) },
  )
const crisis = () =>
  reply('crisis', [{ type: 'crisis', text: "It sounds like you are having thoughts of suicide. I'm really glad you told me. Please talk with a person now.", links: LINKS }])
const failure = (text) => reply('failure', [paragraph(text), { type: 'crisis', text: 'At any hour you can talk with a person.', links: LINKS }])

function replyTo({ text, choice }) {
  if (choice) return SUGGESTIONS.some((one) => one.choice === choice) ? answer(choice) : reply('reply', [paragraph('Please ask in your own words.')])
  if (DANGER.test(text)) return crisis()
  if (/human|person|robot/i.test(text)) return reply('reply', [paragraph('I am an automated guide, not a person.')])
  if (/side effects|nausea/i.test(text)) return answer('ask_nausea')
  return reply('reply', [paragraph('I am not sure what you mean. Here are some questions I can answer.')], { choices: SUGGESTIONS.slice(0, 2) })
}

/** @param {number} [port] @returns {Promise<{origin: string, close: () => Promise<void>}>} on 127.0.0.1 */
export async function startStandIn(port = 0) {
  const key = randomBytes(32)
  const answered = new Map()
  const sign = (payload) => createHmac('sha256', key).update(payload).digest('base64url')
  const issue = () => {
    const expires_at = Math.floor(Date.now() / 1000) + 24 * 3600
    const payload = Buffer.from(JSON.stringify({ session: randomUUID(), expires_at })).toString('base64url')
    return { token: `${payload}.${sign(payload)}`, expires_at }
  }
  const sessionOf = (header = '') => {
    const [payload = '', signature = ''] = header.replace(/^Bearer /, '').split('.')
    const [given, right] = [Buffer.from(signature), Buffer.from(sign(payload))]
    return given.length === right.length && timingSafeEqual(given, right) ? JSON.parse(Buffer.from(payload, 'base64url')).session : null
  }

  function api(method, path, headers, body) {
    const refuse = (status, error) => [status, { error, replies: [failure('Something went wrong on our side.')] }]
    if (path === '/health' || path === '/ready') return [200, {}]
    if (method === 'GET' && path === '/info') {
      return [200, {
        lang: 'en',
        clinic: { name: 'Riverside Clinic', phone: '(206) 555-0134', hours: 'Monday to Friday, 9 a.m. to 5 p.m. Pacific' },
        crisis: { text: 'At any hour you can talk with a person. In danger, call 911.', links: LINKS },
        suggestions: SUGGESTIONS,
        notices: {
          automated: 'I am an automated guide, not a person. I answer questions about ketamine treatment for depression.',
          education: 'This is general education, not medical advice. No one watches this chat, and it is not for emergencies.',
          minors: 'This guide may not suit some people under 18.',
          kept: 'The clinic keeps the chat for 30 days, without your name.',
        },
        max_length: 2000,
      }]
    }
    if (method !== 'POST') return refuse(404, 'malformed')
    if (!/^application\/json/.test(headers['content-type'] ?? '')) return refuse(415, 'not_json')
    if (path === '/session') return [201, issue()]
    const session = sessionOf(headers.authorization)
    if (!session) return refuse(401, 'token')
    if (path === '/feedback') return typeof body?.helpful === 'boolean' ? [204] : refuse(400, 'malformed')
    if (path === '/reports') return [200, { replies: DANGER.test(body?.text) ? [crisis()] : [] }]
    if (path !== '/messages') return refuse(404, 'malformed')
    if (!UUID.test(body?.id) || typeof (body.text ?? body.choice) !== 'string') return refuse(400, 'malformed')
    if (body.text?.length > 2000) return refuse(422, 'too_long')
    const turn = `${session} ${body.id}`
    if (!answered.has(turn)) answered.set(turn, { id: body.id, replies: [replyTo(body)] })
    return [200, answered.get(turn)]
  }

  async function file(path) {
    const name = path === '/ketamine-guide.js' ? 'dist/ketamine-guide.js' : path === '/demo/' ? 'demo/index.html' : normalize(path).slice(1)
    if (!/^(dist|demo)\//.test(name)) return null
    return readFile(join(ROOT, name)).then((text) => ({ text, type: TYPES[name.split('.').pop()] }), () => null)
  }

  const server = createServer(async (request, response) => {
    let raw = ''
    for await (const piece of request) raw += piece
    const path = new URL(request.url, 'http://a').pathname.replace(/^\/webhooks\/web/, '')
    const found = request.method === 'GET' && (await file(path))
    if (found) {
      response.writeHead(200, { 'Content-Type': `${found.type}; charset=utf-8`, 'Content-Security-Policy': POLICY })
      return response.end(found.text)
    }
    let body = null
    try {
      body = raw && JSON.parse(raw)
    } catch {
      // Left null: refused as malformed.
    }
    const [status, said] = api(request.method, path, request.headers, body)
    response.writeHead(status, { 'Content-Type': 'application/json', 'X-Content-Type-Options': 'nosniff' })
    response.end(said && JSON.stringify(said))
  })
  await new Promise((ready) => server.listen(port, '127.0.0.1', ready))
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((done) => (server.closeAllConnections(), server.close(done))),
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const { origin } = await startStandIn(Number(process.env.PORT ?? 8080))
  console.log(`${origin}/webhooks/web/demo/`)
}
