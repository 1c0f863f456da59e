import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { PAUSES, TIMEOUT } from '../src/client.js'
import { allowed, readInfo, readReplies } from '../src/reply.js'
import { DROP } from './proxy.mjs'
import { ask, askFirst, field, guide, launcher, open, openSite, press, replies, send, sentBodies } from './support.mjs'

const site = await openSite()
const failure = (page) => guide(page).locator('.failure')
const ids = () => sentBodies(site).map((body) => body.id)

/** Answers messages through `act(times so far, forward)`, everything else as it is. */
function onMessages(act) {
  let times = 0
  site.proxy.behave = (asked, forward) => (asked.path === '/messages' ? act(++times, forward) : forward())
}

/** Lets the page's clock run until something is there. */
async function runUntil(page, locator) {
  while (!(await locator.count())) await page.clock.runFor(250)
}

test('W15 two lost attempts are made good by the third, under one id, after the pauses', async () => {
  const page = await site.visit()
  await open(page)
  await page.clock.install()
  const at = []
  onMessages(async (times, forward) => {
    at.push(await page.evaluate(() => Date.now()))
    return times < 3 ? DROP : forward()
  })
  await send(page, 'hello')
  await runUntil(page, replies(page))
  assert.equal(ids().length, 3)
  assert.equal(new Set(ids()).size, 1)
  assert.ok(at[1] - at[0] >= PAUSES[0] && at[2] - at[1] >= PAUSES[1], String(at))
  assert.equal(await failure(page).count(), 0)
})

test('W15 an attempt without an answer is given up after 10 seconds', async () => {
  const page = await site.visit()
  await open(page)
  await page.clock.install()
  onMessages((times, forward) => (times === 1 ? new Promise(() => {}) : forward()))
  await send(page, 'hello')
  while (!ids().length) await page.clock.runFor(1)
  await page.clock.runFor(TIMEOUT - 1000)
  assert.equal(ids().length, 1)
  await runUntil(page, replies(page))
  assert.equal(new Set(ids()).size, 1)
  assert.equal(ids().length, 2)
})

test('W15 after the third: not sent, the words back in the field, whom to reach instead, and a way to try again', async () => {
  const page = await site.visit()
  await open(page)
  await page.clock.install()
  onMessages(() => DROP)
  await send(page, 'my long question')
  await runUntil(page, failure(page))
  assert.equal(ids().length, 3)
  assert.equal(await field(page).inputValue(), 'my long question')
  assert.match(await failure(page).textContent(), /Not sent\. Try again/)
  for (const href of ['tel:988', 'sms:988', 'tel:911']) assert.ok(await failure(page).locator(`a[href="${href}"]`).isVisible())
  site.proxy.behave = (_, forward) => forward()
  await field(page).press('Enter')
  await replies(page).first().waitFor()
  assert.equal(new Set(ids()).size, 1)
  assert.equal(await guide(page).locator('.you').count(), 1)
  assert.equal(await failure(page).count(), 0)
  assert.equal(await field(page).inputValue(), '')
})

test('W15 a failure is spoken at once, with the crisis line', async () => {
  const page = await site.visit()
  await open(page)
  await page.clock.install()
  await guide(page).evaluate(({ shadowRoot }) => {
    window.alarms = []
    new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach((node) => window.alarms.push(node.textContent)))).observe(
      shadowRoot.querySelector('[aria-live=assertive]'), { childList: true })
  })
  onMessages(() => DROP)
  await send(page, 'hello')
  await runUntil(page, failure(page))
  await page.clock.runFor(500)
  const alarms = await page.evaluate(() => window.alarms)
  assert.equal(alarms.length, 1)
  assert.match(alarms[0], /Not sent.*988/s)
})

test('W15 what was typed meanwhile is not overwritten by the words that failed', async () => {
  const page = await site.visit()
  await open(page)
  await page.clock.install()
  onMessages(() => DROP)
  await send(page, 'first')
  await field(page).fill('second')
  await runUntil(page, failure(page))
  assert.equal(await field(page).inputValue(), 'second')
})

test('W15 a server that dies with the turn done: the same id brings the same reply, once', async () => {
  const page = await site.visit()
  await open(page)
  await page.clock.install()
  const answers = []
  onMessages(async (times, forward) => {
    const answer = await forward()
    answers.push(JSON.parse(answer.body).replies.map((reply) => reply.id))
    return times === 1 ? DROP : answer
  })
  await send(page, 'hello')
  await runUntil(page, replies(page))
  assert.equal(answers.length, 2)
  assert.deepEqual(answers[0], answers[1])
  assert.equal(await replies(page).count(), answers[0].length)
})

for (const [status, times] of [[502, 3], [503, 3], [504, 3], [400, 1], [413, 1], [422, 1], [429, 1], [500, 1]]) {
  test(`W15 a ${status} is tried ${times} time(s) and says so in the server’s words`, async () => {
    const page = await site.visit()
    await open(page)
    await page.clock.install()
    const parts = [{ type: 'paragraph', text: 'The server’s own words.' }]
    onMessages(() => ({ status, body: { error: 'code', replies: [{ id: 'x', kind: 'failure', lang: 'en', parts, choices: [] }] } }))
    await send(page, 'hello')
    await runUntil(page, failure(page))
    assert.equal(ids().length, times)
    assert.match(await failure(page).textContent(), /The server’s own words/)
    assert.ok(await failure(page).locator('a[href="tel:988"]').isVisible())
  })
}

test('W15 an answer with nothing in it is a failure, not silence', async () => {
  const page = await site.visit()
  await open(page)
  for (const body of [{ replies: [] }, { replies: [{ parts: [] }] }, [], 'hello']) {
    onMessages(() => ({ status: 200, body }))
    const before = await failure(page).count()
    await send(page, `hello ${before}`)
    await failure(page).nth(before).waitFor()
  }
  onMessages(() => ({ status: 200, body: Buffer.from('<html>a proxy’s page</html>') }))
  await page.clock.install()
  await send(page, 'again')
  while ((await failure(page).count()) < 5) await page.clock.runFor(250)
})

test('W15 offline: a banner, and no banner when the line is back', async () => {
  const page = await site.visit()
  await open(page)
  await page.context().setOffline(true)
  await guide(page).locator('.offline').waitFor()
  await page.context().setOffline(false)
  await guide(page).locator('.offline').waitFor({ state: 'hidden' })
  await ask(page, 'hello')
})

test('W17 a refused token is renewed once, and the message sent again under its id', async () => {
  const page = await site.visit()
  await open(page)
  await ask(page, 'hello')
  site.proxy.log.length = 0
  onMessages((times, forward) => (times === 1 ? { status: 401, body: { error: 'token', replies: [] } } : forward()))
  await ask(page, 'hello again')
  const paths = site.proxy.log.map((one) => one.path)
  assert.deepEqual(paths, ['/messages', '/session', '/messages'])
  assert.equal(new Set(ids()).size, 1)
  onMessages(() => ({ status: 401, body: { error: 'token', replies: [] } }))
  site.proxy.log.length = 0
  await send(page, 'third')
  await failure(page).waitFor()
  assert.deepEqual(site.proxy.log.map((one) => one.path), ['/messages', '/session', '/messages'])
})

test('W17 the widget sends an id and words, and nothing that could be an identity', async () => {
  const page = await site.visit()
  await open(page)
  await ask(page, 'hello')
  await askFirst(page)
  for (const body of sentBodies(site)) {
    assert.match(body.id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    assert.equal(Object.keys(body).length, 2)
  }
  assert.deepEqual(site.proxy.log.find((one) => one.path === '/session').body, {})
})

const post = (path, body, token) =>
  fetch(`${site.api}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  })
const newToken = async () => (await (await post('/session', {})).json()).token

test('W17 the server takes no token but its own, and no identity from a body', async () => {
  const token = await newToken()
  const altered = `${token[0] === 'a' ? 'b' : 'a'}${token.slice(1)}`
  const unsigned = token.split('.').slice(0, -1).join('.') + '.'
  for (const bad of [undefined, 'x', altered, unsigned]) {
    const answer = await post('/messages', { id: randomUUID(), text: 'hello' }, bad)
    assert.equal(answer.status, 401)
    assert.equal((await answer.json()).error, 'token')
  }
  const id = randomUUID()
  const first = await (await post('/messages', { id, text: 'hello' }, token)).json()
  const forged = { sender: 'somebody', channel: 'sms', input_channel: 'sms', metadata: { admin: true } }
  const again = await (await post('/messages', { id, text: 'hello', ...forged }, token)).json()
  assert.deepEqual(again, first)
  // The same id in another session is another turn: it is not given this one's reply.
  const other = await (await post('/messages', { id, text: 'I want to kill myself', ...forged }, await newToken())).json()
  assert.equal(first.replies.some((reply) => reply.kind === 'crisis'), false)
  assert.equal(other.replies[0].kind, 'crisis')
})

const PAYLOADS = ['/restart', '/check_in_yes{"a": "b"}', '<img src=x onerror="window.hacked=1">', '<script>window.hacked=1</script>', '**bold** [link](javascript:window.hacked=1)', '{{7*7}} ${7*7}', '\u202Eright to left\u202C']

test('W18 whatever is typed is shown as it was typed, and is answered', async () => {
  const page = await site.visit()
  await open(page)
  for (const [at, payload] of PAYLOADS.entries()) {
    await ask(page, payload)
    assert.equal(await guide(page).locator('.you p:not(.who)').nth(at).textContent(), payload)
  }
  assert.deepEqual(sentBodies(site).map((body) => body.text), PAYLOADS)
  assert.equal(await guide(page).locator('.you a, .you img, .you script').count(), 0)
  assert.equal(await page.evaluate(() => window.hacked), undefined)
})

test('W18 a server gone bad can show text, and only links that call, text or go to https', async () => {
  const page = await site.visit()
  await open(page)
  const links = ['javascript:window.hacked=1', 'data:text/html,x', 'http://plain.example', 'JaVaScRiPt:1', 'tel:988', 'https://good.example/a', ' \njavascript:1'].map((href) => ({ label: href, href }))
  const markup = '<b onclick="window.hacked=1">bold</b>'
  onMessages(() => ({
    status: 200,
    body: { replies: [{ id: 'x', kind: 'answer" onclick="', lang: '"><script>', topic: 'a', parts: [{ type: 'paragraph', text: markup }, { type: 'list', items: [markup, 7, null] }, { type: 'crisis', text: markup, links }, { type: 'unknown', text: 'later kind' }, null, 5], choices: [{ title: markup, choice: 'a' }, { title: 'no choice' }, 'x'] }] },
  }))
  const reply = await ask(page, 'hello')
  assert.deepEqual(await reply.locator('a').evaluateAll((all) => all.map((one) => one.getAttribute('href'))), ['tel:988', 'https://good.example/a'])
  assert.equal(await reply.locator('p:not(.who)').first().textContent(), markup)
  assert.equal(await reply.locator('b[onclick]').count(), 0)
  assert.equal(await reply.locator('.choices button').count(), 1)
  assert.match(await reply.textContent(), /later kind/)
  assert.equal(await page.evaluate(() => window.hacked), undefined)
})

test('W18 only three kinds of links pass', () => {
  for (const href of ['tel:988', 'tel:+1 (206) 555-0134', 'sms:741741?body=HOME', 'https://findahelpline.com/']) assert.ok(allowed(href), href)
  for (const href of ['', 'javascript:1', 'java\nscript:1', 'http://a', '//a', '/a', 'tel:<b>', 'sms:1?body=a&b', 'data:,', 'https:', 'blob:https://a', 'xtel:1']) assert.ok(!allowed(href), href)
})

test('W18 nothing but what the contract names is taken from the server', () => {
  for (const body of [null, 5, 'x', [], {}, { replies: {} }, { replies: [null, [], { parts: {} }] }]) assert.deepEqual(readReplies(body), [])
  for (const body of [null, 5, {}, { crisis: { links: [{ label: 'x', href: 'javascript:1' }] } }]) assert.equal(readInfo(body), null)
  const [reply] = readReplies({ replies: [{ parts: [{ type: 'paragraph', text: 'a'.repeat(99_999) }], choices: 'x', kind: 7, lang: 'zz"' }] })
  assert.ok(reply.parts[0].text.length < 10_000)
  assert.deepEqual([reply.choices, reply.kind, reply.lang, reply.topic, reply.id], [[], 'reply', '', '', ''])
})

test('W15 with the server down from the start, the widget opens and works once it is back', async () => {
  const page = await site.visit()
  await page.clock.install()
  site.proxy.behave = () => DROP
  await launcher(page).click()
  await send(page, 'hello')
  await runUntil(page, failure(page))
  site.proxy.behave = (_, forward) => forward()
  await press(page, 'Try again')
  await replies(page).first().waitFor()
})
