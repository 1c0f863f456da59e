import assert from 'node:assert/strict'
import { test } from 'node:test'
import { virtual } from '@guidepup/virtual-screen-reader'
import { JSDOM } from 'jsdom'
import { ask, askFirst, field, focused, guide, log, open, openSite, press, replies, send } from './support.mjs'

const site = await openSite()

/** Every change of the live regions from now on, in order. */
const listen = (page) =>
  guide(page).evaluate((element) => {
    window.spoken = []
    for (const region of element.shadowRoot.querySelectorAll('[aria-live=polite], [aria-live=assertive]')) {
      new MutationObserver((changes) =>
        changes.forEach((change) => change.addedNodes.forEach((node) => window.spoken.push([region.ariaLive, node.textContent]))),
      ).observe(region, { childList: true })
    }
  })
const spoken = (page) => page.evaluate(() => window.spoken)
const silent = (page) => guide(page).locator('.unseen').evaluate((node) => node.textContent === '')

test('W1 a reply is spoken once, whole, with its sender and its choices counted, and is then gone', async () => {
  const page = await site.visit()
  await open(page)
  await listen(page)
  const answer = await askFirst(page)
  await page.waitForFunction(() => window.spoken.some(([, words]) => words.startsWith('The guide said:')))
  await page.waitForFunction(() => document.querySelector('ketamine-guide').shadowRoot.querySelector('.unseen').textContent === '')
  const about = (await spoken(page)).filter(([, words]) => words.startsWith('The guide said:'))
  assert.equal(about.length, 1)
  const [[manner, words]] = about
  assert.equal(manner, 'polite')
  const first = await answer.locator('p:not(.who)').first().textContent()
  assert.ok(words.includes(first))
  const count = await answer.locator('.choices button').count()
  assert.ok(count === 0 || words.includes(`${count} choice`))
  assert.ok(await silent(page))
})

test('W1 the same words twice are spoken twice, from two regions', async () => {
  const page = await site.visit()
  await open(page)
  await guide(page).evaluate((element) => {
    window.regions = []
    element.shadowRoot.querySelectorAll('[aria-live=polite]').forEach((region, at) =>
      new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.length && window.regions.push(at))).observe(region, { childList: true }),
    )
  })
  await askFirst(page)
  await press(page, 'Copy')
  await page.waitForFunction(() => window.regions.length >= 2)
  const regions = await page.evaluate(() => window.regions.slice(-2))
  assert.notEqual(regions[0], regions[1])
})

test('W1 history that comes back is silent, and the log itself is not live', async () => {
  const page = await site.visit()
  await open(page)
  const answer = await askFirst(page)
  const words = await answer.locator('p:not(.who)').first().textContent()
  await page.reload()
  await guide(page).waitFor({ state: 'attached' })
  await listen(page)
  await page.clock.install()
  await guide(page).locator('.launcher').click()
  await replies(page).first().waitFor()
  await page.clock.runFor(3000)
  assert.deepEqual((await spoken(page)).filter(([, said]) => said.includes(words)), [])
  assert.equal(await log(page).getAttribute('aria-live'), 'off')
})

test('W1 a screen reader hears one phrase for a reply', async (t) => {
  const { window } = new JSDOM('<!doctype html><html lang="en"><body></body></html>', { url: `${site.origin}/webhooks/web/demo/`, pretendToBeVisual: true })
  // What jsdom lacks of a browser.
  window.HTMLDialogElement.prototype.show ??= function () { this.setAttribute('open', '') }
  window.HTMLDialogElement.prototype.close ??= function () { this.removeAttribute('open') }
  window.matchMedia = (query) => ({ matches: query.includes('fine'), addEventListener() {}, removeEventListener() {} })
  const names = ['window', 'document', 'navigator', 'HTMLElement', 'matchMedia', 'addEventListener', 'removeEventListener']
  for (const name of names) {
    const value = name.endsWith('EventListener') ? window[name].bind(window) : window[name]
    Object.defineProperty(globalThis, name, { value: name === 'window' ? window : value, configurable: true, writable: true })
  }
  const { createGuide } = await import('../src/guide.js')
  const tree = createGuide({ base: `${site.api}/`, lang: 'en', country: 'US', protocol: `${site.api}/demo/crisis-protocol.html`, storage: null })
  window.document.body.append(tree.element)
  await virtual.start({ container: window.document.body, window })
  t.after(() => virtual.stop())
  tree.open()
  while (!tree.element.querySelector('.notice .choices button')) await new Promise((go) => setTimeout(go, 20))
  const titles = await fetch(`${site.api}/info?lang=en`).then((answer) => answer.json())
  tree.element.querySelector('.notice .choices button').click()
  assert.ok(titles.suggestions.length > 0)
  const phrases = async () => (await virtual.spokenPhraseLog()).filter((phrase) => /^(polite|assertive): The guide said:/.test(phrase))
  while (!(await phrases()).length) await new Promise((go) => setTimeout(go, 20))
  while (tree.element.querySelector('.unseen').textContent) await new Promise((go) => setTimeout(go, 20))
  assert.equal((await phrases()).length, 1, (await phrases()).join('\n'))
  tree.destroy()
})

test('W3 a reply that lands while somebody types moves neither focus, caret nor text', async () => {
  const page = await site.visit()
  await open(page)
  let release
  const held = new Promise((resolve) => (release = resolve))
  site.proxy.behave = async (asked, forward) => {
    if (asked.path === '/messages') await held
    return forward()
  }
  await send(page, 'What are the side effects?')
  await field(page).pressSequentially('another question')
  await field(page).evaluate((area) => area.setSelectionRange(3, 3))
  release()
  await replies(page).first().waitFor()
  assert.equal(await focused(page), 'kg-field')
  assert.deepEqual(await field(page).evaluate((area) => [area.value, area.selectionStart]), ['another question', 3])
})

test('W3 the choice that was pressed keeps the focus when its answer comes', async () => {
  const page = await site.visit()
  await open(page)
  const first = guide(page).locator('.choices button').first()
  const title = await first.textContent()
  await first.focus()
  await page.keyboard.press('Enter')
  await replies(page).first().waitFor()
  assert.ok((await focused(page)).startsWith(title))
})

test('W3 messages are no tab stops', async () => {
  const page = await site.visit()
  await open(page)
  await ask(page, 'hello')
  assert.equal(await guide(page).locator('.entry[tabindex]').count(), 0)
})
