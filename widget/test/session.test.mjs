import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createStore } from '../src/store.js'
import { ask, askFirst, field, guide, launcher, open, openSite, press, sentBodies } from './support.mjs'

const site = await openSite()
const DAY = 24 * 3_600_000
const words = (page) => guide(page).locator('.you').allTextContents()
const kept = (page) => page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }, document.cookie]))

test('W16 the conversation is still there after a reload and on another page of the tab', async () => {
  const page = await site.visit()
  await open(page)
  await ask(page, 'first question')
  await page.reload()
  await launcher(page).click()
  assert.match((await words(page)).join(), /first question/)
  await page.goto(`${site.api}/demo/crisis-protocol.html`)
  await page.goto(`${site.api}/demo/`)
  assert.equal(await guide(page).locator('dialog').isVisible(), false)
  await launcher(page).click()
  await ask(page, 'second question')
  assert.match((await words(page)).join(), /first question.*second question/s)
  assert.equal(site.proxy.log.filter((one) => one.path === '/session').length, 1)
})

test('W16 another tab knows nothing of it, and nothing is kept but in this tab', async () => {
  const page = await site.visit()
  await open(page)
  await ask(page, 'only here')
  const other = await page.context().newPage()
  await other.goto(page.url())
  await open(other)
  assert.deepEqual(await words(other), [])
  assert.deepEqual(JSON.parse(await kept(page)).slice(1), [{}, ''])
})

test('W16 Clear takes the words, the session and the reply on its way', async () => {
  const page = await site.visit()
  await open(page)
  await ask(page, 'a secret question')
  assert.match(await kept(page), /a secret question/)
  let release
  site.proxy.behave = async (asked, forward) => {
    if (asked.path === '/messages') await new Promise((resolve) => (release = resolve))
    return forward()
  }
  await field(page).fill('late question')
  await field(page).press('Enter')
  await guide(page).locator('.waiting').waitFor()
  await press(page, 'Clear chat')
  await press(page, 'Clear it')
  assert.deepEqual(await words(page), [])
  const answered = page.waitForResponse(/messages/)
  release()
  await (await answered).finished()
  await guide(page).locator('.waiting').waitFor({ state: 'hidden' })
  assert.equal(await guide(page).locator('.entry:not(.notice)').count(), 0)
  assert.doesNotMatch(await kept(page), /secret|late question/)
  site.proxy.behave = (_, forward) => forward()
  const token = site.proxy.log.findLast((one) => one.path === '/messages').headers.authorization
  await ask(page, 'new question')
  assert.notEqual(site.proxy.log.findLast((one) => one.path === '/messages').headers.authorization, token)
})

test('W16 after its time the conversation is gone', async () => {
  const page = await site.visit(undefined, {}, (page) => page.clock.install())
  await open(page)
  await ask(page, 'yesterday')
  await page.clock.fastForward(DAY + 60_000)
  await page.reload()
  await launcher(page).click()
  assert.deepEqual(await words(page), [])
  assert.doesNotMatch(await kept(page), /yesterday/)
})

test('W16 a message that a page change cut short can be sent again under its id', async () => {
  const page = await site.visit()
  await open(page)
  site.proxy.behave = (asked, forward) => (asked.path === '/messages' ? new Promise(() => {}) : forward())
  await field(page).fill('cut short')
  await field(page).press('Enter')
  await guide(page).locator('.waiting').waitFor()
  while (!sentBodies(site).length) await page.evaluate(() => new Promise(requestAnimationFrame))
  await page.reload()
  site.proxy.behave = (_, forward) => forward()
  await launcher(page).click()
  await press(page, 'Try again')
  await guide(page).locator('.entry.guide:not(.notice)').waitFor()
  const ids = sentBodies(site).map((body) => body.id)
  assert.ok(ids.length >= 2)
  assert.equal(new Set(ids).size, 1)
})

test('W16 what somebody wrote into the storage is checked like a server’s answer', () => {
  const answer = (entries, more = {}) => {
    const storage = new Map([['key', JSON.stringify({ token: 't', expiresAt: 2, noticeAt: 1, activeAt: 1, info: null, entries, ...more })]])
    return createStore({ getItem: (key) => storage.get(key), setItem: (key, value) => storage.set(key, value) }, 'key', () => 1)
  }
  assert.equal(answer([{ who: 'you', id: 'a', text: 'hello', at: 1 }]).state.entries.length, 1)
  assert.deepEqual(answer([null, 7, { who: 'you', text: 5, at: 1 }, { who: 'notice', notice: '__proto__', at: 1 }, { who: 'guide', reply: {}, at: 1 }]).state.entries, [])
  const [entry] = answer([{ who: 'guide', at: 1, reply: { parts: [{ type: 'crisis', text: 'x', links: [{ label: 'l', href: 'javascript:1' }] }] } }]).state.entries
  assert.deepEqual(entry.reply.parts[0].links, [])
  for (const broken of [{ entries: 'no' }, { expiresAt: 'soon' }, { token: 1 }]) assert.equal(answer([], broken).state.token, '')
})

test('W16 a browser that forbids storage still has a conversation', async () => {
  const page = await site.visit(undefined, {}, (page) => page.addInitScript(() => Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('no', 'SecurityError') } })))
  await open(page)
  await askFirst(page)
  assert.equal((await words(page)).length, 1)
})
