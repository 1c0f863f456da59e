/** What stands around the conversation: opinions, reports, copies, a person, languages. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { stringsFor } from '../src/strings.js'
import { DROP } from './proxy.mjs'
import { ask, askFirst, guide, launcher, open, openSite, press, replies } from './support.mjs'

const site = await openSite()

test('an opinion on an answer is sent with its topic, marked, and still marked after a page change', async () => {
  const page = await site.visit()
  await open(page)
  const answer = await askFirst(page)
  await answer.getByRole('button', { name: 'Yes', exact: true }).click()
  await guide(page).getByText('Thank you.').first().waitFor()
  const { body } = site.proxy.log.find((one) => one.path === '/feedback')
  assert.deepEqual(Object.keys(body).sort(), ['helpful', 'reply', 'topic'])
  assert.equal(body.helpful, true)
  assert.ok(body.topic && body.reply)
  await page.reload()
  await launcher(page).click()
  assert.equal(await replies(page).first().getByRole('button', { name: 'Yes', exact: true }).getAttribute('aria-pressed'), 'true')
  assert.equal(await replies(page).first().getByRole('button', { name: 'No', exact: true }).getAttribute('aria-pressed'), 'false')
})

test('an opinion that was not kept is not marked', async () => {
  const page = await site.visit()
  await open(page)
  const answer = await askFirst(page)
  site.proxy.behave = (asked, forward) => (asked.path === '/feedback' ? { status: 400, body: {} } : forward())
  await answer.getByRole('button', { name: 'No', exact: true }).click()
  await guide(page).locator('.status').getByText('not saved').waitFor()
  assert.equal(await answer.locator('[aria-pressed=true]').count(), 0)
})

test('a crisis reply and small talk are not asked about', async () => {
  const page = await site.visit()
  await open(page)
  await ask(page, 'I want to kill myself')
  assert.equal(await guide(page).getByText('Was this helpful?').count(), 0)
})

test('a report is sent; one that speaks of suicide brings the crisis reply first', async () => {
  const page = await site.visit()
  await open(page)
  await press(page, 'More')
  await press(page, 'Report a problem')
  const field = guide(page).getByLabel('What went wrong?')
  await field.fill('The answer about nausea was hard to read.')
  await press(page, 'Send report')
  await guide(page).getByText('Your report was sent').first().waitFor()
  assert.equal(await field.inputValue(), '')
  assert.equal(site.proxy.log.find((one) => one.path === '/reports').body.text, 'The answer about nausea was hard to read.')
  await field.fill('i want to kill myself')
  await press(page, 'Send report')
  await guide(page).locator('.sheet .card a[href="tel:988"]').waitFor()
  site.proxy.behave = () => DROP
  await field.fill('once more')
  await page.clock.install()
  await press(page, 'Send report')
  while (!(await guide(page).getByText('This was not saved').count())) await page.clock.runFor(500)
  assert.equal(await field.inputValue(), 'once more')
})

test('who to talk to: the clinic’s name, phone and hours as the server has them', async () => {
  const page = await site.visit()
  const { clinic } = await (await fetch(`${site.api}/info?lang=en`)).json()
  await open(page)
  await press(page, 'Talk to a person')
  const sheet = guide(page).locator('.sheet')
  if (clinic.name) assert.ok((await sheet.textContent()).includes(clinic.name))
  if (clinic.hours) assert.ok((await sheet.textContent()).includes(clinic.hours))
  if (clinic.phone) assert.match(await sheet.getByRole('link').first().getAttribute('href'), /^tel:[+\d]+$/)
  else assert.match(await sheet.textContent(), /phone number on the clinic/)
})

test('what is kept and for how long is said, the browser’s part and the server’s', async () => {
  const page = await site.visit()
  const { notices } = await (await fetch(`${site.api}/info?lang=en`)).json()
  await open(page)
  await press(page, 'Privacy')
  const words = await guide(page).locator('.sheet').textContent()
  assert.match(words, /this one tab/)
  for (const notice of Object.values(notices)) assert.ok(words.includes(notice), notice)
})

test('an answer and the whole chat can be copied, saved and printed', async () => {
  const page = await site.visit()
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await open(page)
  const answer = await askFirst(page)
  const first = await answer.locator('p:not(.who)').first().textContent()
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText())
  await answer.getByRole('button', { name: 'Copy' }).click()
  await guide(page).locator('.status').getByText('Copied.').waitFor()
  assert.ok((await clipboard()).startsWith(first))
  await press(page, 'More')
  await press(page, 'Copy the chat')
  await guide(page).locator('.status').getByText('Copied.').waitFor()
  const whole = await clipboard()
  assert.match(whole, /Automated chatbot\. General education, not medical advice\./)
  assert.match(whole, /^You \(.+\):$/m)
  assert.ok(whole.includes(first))
  const [download] = await Promise.all([page.waitForEvent('download'), press(page, 'Save the chat')])
  assert.match(download.suggestedFilename(), /^ketamine-guide-\d{4}-\d\d-\d\d\.txt$/)
  assert.equal(await readFile(await download.path(), 'utf8'), whole)
  await page.context().addInitScript(() => (window.print = () => {}))
  const [paper] = await Promise.all([page.waitForEvent('popup'), press(page, 'Print the chat')])
  assert.equal((await paper.locator('p').allTextContents()).join('\n'), whole)
})

test('what the browser will not copy is said, with another way', async () => {
  const page = await site.visit(undefined, {}, (page) => page.addInitScript(() => Object.defineProperty(navigator, 'clipboard', { value: undefined })))
  await open(page)
  await (await askFirst(page)).getByRole('button', { name: 'Copy' }).click()
  await guide(page).locator('.status').getByText('Could not copy').waitFor()
})

test('each message has its time, for people and for programs', async () => {
  const page = await site.visit()
  await open(page)
  await ask(page, 'hello')
  for (const time of await guide(page).locator('.entry time').all()) {
    assert.match(await time.textContent(), /\d:\d\d/)
    assert.ok(Number.isFinite(Date.parse(await time.getAttribute('datetime'))))
  }
})

test('both languages say everything, and neither says it in the other', () => {
  const [en, es] = [stringsFor('en-GB'), stringsFor('es-MX')]
  assert.deepEqual([en.lang, es.lang, stringsFor('fr').lang, stringsFor('').lang], ['en', 'es', 'en', 'en'])
  const flat = (strings) => Object.entries(strings).flatMap(([key, value]) => (typeof value === 'object' ? Object.entries(value).map(([name, words]) => [`${key}.${name}`, words]) : [[key, value]]))
  assert.deepEqual(flat(es).map(([key]) => key), flat(en).map(([key]) => key))
  const same = flat(en).filter(([key, words]) => typeof words === 'string' && flat(es).find(([name]) => name === key)[1] === words).map(([key]) => key)
  assert.deepEqual(same, ['dir', 'no'])
})

test('in Spanish the widget speaks Spanish, and asks the server for it', async () => {
  const page = await site.host({ lang: 'es-MX' })
  await open(page)
  assert.equal(await guide(page).locator('.kg').getAttribute('lang'), 'es')
  assert.match(await guide(page).locator('h2').textContent(), /chatbot/)
  assert.ok(await guide(page).getByLabel('Su pregunta').isVisible())
  assert.ok(await guide(page).getByRole('button', { name: 'Hablar con una persona' }).isVisible())
})

test('a reply in another language than the widget’s is marked as such', async () => {
  const page = await site.visit()
  await open(page)
  site.proxy.behave = (asked, forward) =>
    asked.path === '/messages' ? { status: 200, body: { replies: [{ id: 'x', kind: 'reply', lang: 'es', parts: [{ type: 'paragraph', text: 'Hola' }], choices: [] }] } } : forward()
  assert.equal(await (await ask(page, 'hola')).getAttribute('lang'), 'es')
})
