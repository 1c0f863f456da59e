import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { builtInLinks } from '../src/crisis.js'
import { LINES } from '../src/lines.js'
import { AWAY_AFTER, REMIND_AFTER, noticeDue } from '../src/notices.js'
import { stringsFor } from '../src/strings.js'
import { DROP } from './proxy.mjs'
import { ask, askFirst, guide, launcher, log, open, openSite, press } from './support.mjs'

const site = await openSite()
const panel = (page) => guide(page).locator('section.crisis')
const HOUR = 3_600_000

/** The panel is on screen whole, has a number to call and one to text, and comes before the field. */
async function assertHelp(page, state) {
  const hrefs = await panel(page).locator('a').evaluateAll((all) => all.map((link) => link.getAttribute('href')))
  assert.ok(hrefs.includes('tel:988') && hrefs.includes('tel:911'), `${state}: ${hrefs}`)
  assert.ok(hrefs.some((href) => href.startsWith('sms:988')), `${state}: ${hrefs}`)
  const box = await panel(page).boundingBox()
  assert.ok(box && box.y >= 0 && box.y + box.height <= page.viewportSize().height, state)
  const first = await guide(page).evaluate(({ shadowRoot }) =>
    shadowRoot.querySelector('section.crisis').compareDocumentPosition(shadowRoot.querySelector('#kg-field')) & Node.DOCUMENT_POSITION_FOLLOWING)
  assert.ok(first, state)
}

for (const width of [320, 1280]) {
  test(`W8 the crisis panel is in view in every state at ${width} px`, async () => {
    const page = await site.visit(undefined, { viewport: { width, height: 640 } })
    await open(page)
    await assertHelp(page, 'open')
    await askFirst(page)
    await assertHelp(page, 'answer')
    await log(page).evaluate((element) => (element.scrollTop = 0))
    await assertHelp(page, 'scrolled')
    await ask(page, 'I want to kill myself')
    await assertHelp(page, 'crisis')
    for (const name of ['Talk to a person', 'Privacy', 'Clear chat', 'More', 'Report a problem']) {
      await press(page, name)
      await assertHelp(page, name)
    }
    await page.context().setOffline(true)
    await guide(page).locator('.offline').waitFor()
    await assertHelp(page, 'offline')
    await page.context().setOffline(false)
    await page.reload()
    await launcher(page).click()
    await assertHelp(page, 'after a page change')
  })
}

test('W8 with the server down, the panel has the numbers that the widget brings along', async () => {
  const page = await site.visit()
  site.proxy.behave = () => DROP
  await launcher(page).click()
  await assertHelp(page, 'server down')
})

test('W8 with scripts blocked, the crisis numbers and the clinic’s phone inside the tag are shown', async () => {
  const page = await site.visit(undefined, { javaScriptEnabled: false })
  for (const href of ['tel:988', 'sms:988', 'tel:911', 'tel:+12065550134']) {
    assert.ok(await page.locator(`ketamine-guide a[href="${href}"]`).isVisible(), href)
  }
})

test('W8 with the widget closed, the fallback in the page still shows the crisis numbers', async () => {
  const page = await site.visit()
  await launcher(page).waitFor()
  assert.ok(await page.locator('ketamine-guide > .help a[href="tel:988"]').isVisible())
})

test('W8 the built-in numbers are those of resources.yml, and every country has one to call in an emergency', () => {
  const yaml = readFileSync(new URL('../../data/crisis/resources.yml', import.meta.url), 'utf8')
  const countries = [...yaml.split(/^countries:/m)[1].split(/^\w/m)[0].matchAll(/^ {2}([A-Z]{2}):$/gm)].map((match) => match[1])
  assert.deepEqual(Object.keys(LINES), countries)
  for (const country of countries) {
    const links = builtInLinks(country, stringsFor('en'))
    assert.ok(links.length >= 2)
    for (const { href } of links) assert.match(href, /^(tel|sms):\d{3,}(\?body=\w+)?$/)
  }
  assert.deepEqual(builtInLinks('US', stringsFor('en')), [
    { label: 'Call 988', href: 'tel:988' },
    { label: 'Text 988', href: 'sms:988' },
    { label: 'Call 911', href: 'tel:911' },
  ])
  assert.deepEqual(builtInLinks('gb', stringsFor('en')).map((link) => link.href), ['tel:116123', 'sms:85258?body=SHOUT', 'tel:999'])
  assert.equal(builtInLinks('US', stringsFor('es'))[1].href, 'sms:988?body=AYUDA')
})

test('W8 no number is typed a second time in what is written by hand', () => {
  const root = new URL('../', import.meta.url)
  for (const name of ['src/strings.en.js', 'src/strings.es.js', 'src/guide.js', 'src/crisis.js', 'pages/index.html', 'pages/crisis-protocol.html']) {
    assert.doesNotMatch(readFileSync(new URL(name, root), 'utf8'), /\b(988|911|741741)\b/, name)
  }
})

test('W8 the crisis protocol page has the numbers, and the widget links to it', async () => {
  const page = await site.visit()
  await open(page)
  await press(page, 'Privacy')
  const href = await guide(page).getByRole('link', { name: 'What this guide does in a crisis' }).getAttribute('href')
  const protocol = await site.visit(new URL(href).pathname)
  for (const number of ['tel:911', 'tel:988', 'sms:988', 'sms:741741?body=HOME']) assert.ok(await protocol.locator(`a[href="${number}"]`).first().isVisible())
  assert.deepEqual(protocol.faults, [])
})

test('W9 the heading and the first message say that this is automated, before anything was asked', async () => {
  const page = await site.visit()
  await open(page)
  assert.match(await guide(page).locator('h2').textContent(), /automated chatbot/i)
  assert.match(await guide(page).locator('.entry').first().textContent(), /automated/i)
  assert.match(await guide(page).locator('.entry').first().textContent(), /under 18/)
  assert.match(await guide(page).locator('footer').textContent(), /General education, not medical advice/)
})

test('W9 it says so with the server down as well', async () => {
  const page = await site.visit()
  site.proxy.behave = () => DROP
  await launcher(page).click()
  assert.match(await guide(page).locator('.entry').first().textContent(), /automated guide, not a person/)
})

test('W9 asked whether it is a person, the guide says that it is automated', async () => {
  const page = await site.visit()
  await open(page)
  assert.match(await (await ask(page, 'are you human?')).textContent(), /automated/i)
})

test('W9 it says so again after 3 hours of a conversation, and not before', async () => {
  const page = await site.visit(undefined, {}, (page) => page.clock.install())
  await open(page)
  await page.clock.fastForward(2 * HOUR)
  await ask(page, 'hello')
  assert.equal(await guide(page).locator('.notice').count(), 1)
  await page.clock.fastForward(HOUR + 1000)
  await ask(page, 'hello again')
  assert.equal(await guide(page).locator('.notice').count(), 2)
  assert.match(await guide(page).locator('.notice').last().textContent(), /reminder.*automated guide/i)
})

test('W9 who comes back to the open tab after 7 days is told again', async () => {
  const page = await site.visit(undefined, {}, (page) => page.clock.install())
  await open(page)
  await ask(page, 'hello')
  await press(page, 'Close')
  await page.clock.fastForward(AWAY_AFTER + HOUR)
  await launcher(page).click()
  assert.match(await guide(page).locator('.notice').last().textContent(), /automated/)
  assert.equal(await guide(page).locator('.you').count(), 0)
})

test('W9 which notice is due', () => {
  const now = 1_800_000_000_000
  assert.equal(noticeDue(now, 0, 0), 'start')
  assert.equal(noticeDue(now, now - REMIND_AFTER + 1, now), null)
  assert.equal(noticeDue(now, now - REMIND_AFTER, now), 'reminder')
  assert.equal(noticeDue(now, now - AWAY_AFTER, now - AWAY_AFTER + 1), 'reminder')
  assert.equal(noticeDue(now, now - AWAY_AFTER, now - AWAY_AFTER), 'return')
})
