/**
 * Stands before a server and passes everything on, unless a test says otherwise: so the same delays, failures and host
 * pages can be tried on the stand-in and on a real guide.
 */
import { createServer } from 'node:http'

export const DROP = Symbol('drop')

/**
 * @param {string} upstream origin of the server
 * @returns {Promise<object>} `pages`: HTML or {text, type, headers} by path, served in place of the server's;
 *   `behave(request, forward)`: may answer {status, body}, DROP the connection, or wait; `log`: what was asked
 */
export async function startProxy(upstream) {
  const proxy = { pages: new Map(), behave: (_, forward) => forward(), log: [] }

  const server = createServer(async (request, response) => {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const raw = Buffer.concat(chunks).toString()
    const path = request.url.split('?')[0]
    const page = proxy.pages.get(path)
    if (page) {
      const { text, type = 'text/html', headers = {} } = typeof page === 'string' ? { text: page } : page
      response.writeHead(200, { 'Content-Type': `${type}; charset=utf-8`, ...headers })
      return response.end(text)
    }
    const asked = { method: request.method, path: path.replace(/^\/webhooks\/web/, ''), headers: request.headers, body: raw && json(raw) }
    proxy.log.push(asked)
    const forward = async () => {
      // A real server refuses other origins than its own, and this one's is another.
      const { host, origin, connection, 'content-length': length, ...headers } = request.headers
      const answer = await fetch(upstream + request.url, { method: request.method, headers, body: raw || undefined, redirect: 'manual' })
      return { status: answer.status, headers: answer.headers, body: Buffer.from(await answer.arrayBuffer()) }
    }
    let answer
    try {
      answer = await proxy.behave(asked, forward)
    } catch {
      answer = DROP
    }
    if (answer === DROP) {
      // Half an answer: on a line that breaks before any, Chromium asks again of its own accord, and a test would count one more.
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 1000 })
      return response.write('{', () => response.destroy())
    }
    const headers = answer.headers ? Object.fromEntries(answer.headers) : { 'content-type': 'application/json' }
    for (const name of ['content-encoding', 'content-length', 'transfer-encoding', 'connection', 'keep-alive']) delete headers[name]
    response.writeHead(answer.status, headers)
    response.end(answer.body instanceof Buffer ? answer.body : answer.body && JSON.stringify(answer.body))
  })
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready))
  proxy.origin = `http://127.0.0.1:${server.address().port}`
  proxy.close = () => new Promise((done) => (server.closeAllConnections(), server.close(done)))
  return proxy
}

const json = (text) => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
