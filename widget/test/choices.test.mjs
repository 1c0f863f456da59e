import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DROP } from './proxy.mjs'
import { askFirst, guide, launcher, open, openSite, replies, sentBodies } from './support.mjs'

const site = await openSite()
const group = (page) => guide(page).locator('.notice .choices')

test('W10 the first questions are buttons in a named group', async () => {
  const page = await site.visit()
  await open(page)
  const snapshot = await group(page).ariaSnapshot()
  assert.match(snapshot, /^- group "Questions to start with":/)
  assert.ok(snapshot.match(/^ {2}- button /gm).length >= 2)
})

test('W10 a used choice is marked in words; the others stay, readable but inert', async () => {
  const page = await site.visit()
  await open(page)
  const titles = await group(page).locator('button').allTextContents()
  await askFirst(page)
  const after = await group(page).ariaSnapshot()
  assert.match(after, new RegExp(`button "${titles[0].replace(/[?.]/g, '\\$&')} \\(chosen\\)" \\[disabled\\]`))
  for (const title of titles.slice(1)) assert.match(after, new RegExp(`button "${title.replace(/[?.]/g, '\\$&')}" \\[disabled\\]`))
  assert.equal(await group(page).locator('button[disabled]').count(), 0)
  const before = sentBodies(site).length
  for (const pick of await group(page).locator('button').all()) await pick.click({ force: true })
  assert.equal(sentBodies(site).length, before)
})

test('W10 a choice is sent as a choice, with its title shown as what was said', async () => {
  const page = await site.visit()
  const info = await (await fetch(`${site.api}/info?lang=en`)).json()
  await open(page)
  await askFirst(page)
  const [body] = sentBodies(site)
  assert.deepEqual(Object.keys(body).sort(), ['choice', 'id'])
  assert.equal(body.choice, info.suggestions[0].choice)
  assert.match(await guide(page).locator('.you').textContent(), new RegExp(info.suggestions[0].title.replace(/[?.]/g, '\\$&')))
})

test('W10 a choice that could not be sent can be used again', async () => {
  const page = await site.visit()
  await open(page)
  await page.clock.install()
  site.proxy.behave = () => DROP
  await group(page).locator('button').first().click()
  while (!(await guide(page).locator('.failure').count())) await page.clock.runFor(500)
  assert.equal(await group(page).locator('[aria-disabled]').count(), 0)
  site.proxy.behave = (_, forward) => forward()
  await guide(page).getByRole('button', { name: 'Try again' }).click()
  await replies(page).first().waitFor()
  assert.equal(new Set(sentBodies(site).map((body) => body.id)).size, 1)
})

test('W10 marks are still there after a page change', async () => {
  const page = await site.visit()
  await open(page)
  await askFirst(page)
  await page.reload()
  await launcher(page).click()
  assert.match(await group(page).ariaSnapshot(), /\(chosen\)" \[disabled\]/)
})
