import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, field, guide, log, open, openSite, sentBodies } from './support.mjs'

const site = await openSite()

test('W19 Enter sends nothing while an input method composes, and sends afterwards', async () => {
  const page = await site.visit()
  await open(page)
  const session = await page.context().newCDPSession(page)
  await field(page).focus()
  await session.send('Input.imeSetComposition', { text: 'ケタミ', selectionStart: 3, selectionEnd: 3 })
  await session.send('Input.dispatchKeyEvent', { type: 'keyDown', key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 229 })
  assert.equal(await guide(page).locator('.you').count(), 0)
  await field(page).evaluate((area) => area.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true })))
  assert.equal(await guide(page).locator('.you').count(), 0)
  await session.send('Input.insertText', { text: 'ケタミンとは' })
  await field(page).press('Enter')
  await guide(page).locator('.you').waitFor()
  assert.equal(sentBodies(site).length <= 1, true)
  assert.match(await guide(page).locator('.you').textContent(), /ケタミンとは/)
})

test('W19 Escape while composing leaves the panel open', async () => {
  const page = await site.visit()
  await open(page)
  await field(page).evaluate((area) => area.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', isComposing: true, bubbles: true, cancelable: true })))
  assert.ok(await guide(page).locator('dialog').isVisible())
})

test('W19 Shift and Enter make a line', async () => {
  const page = await site.visit()
  await open(page)
  await field(page).pressSequentially('one')
  await field(page).press('Shift+Enter')
  await field(page).pressSequentially('two')
  await field(page).press('Enter')
  await guide(page).locator('.entry.guide:not(.notice)').first().waitFor()
  assert.equal(sentBodies(site)[0].text, 'one\ntwo')
})

test('W19 blanks alone are not sent', async () => {
  const page = await site.visit()
  await open(page)
  await field(page).fill('  \n ')
  await field(page).press('Enter')
  await guide(page).getByRole('button', { name: 'Send' }).click()
  assert.equal(await guide(page).locator('.you').count(), 0)
})

test('W19 Arabic runs from right to left, and words without end are broken', async () => {
  const page = await site.visit(undefined, { viewport: { width: 320, height: 640 } })
  await open(page)
  await ask(page, 'ما هو الكيتامين؟')
  assert.equal(await guide(page).locator('.you p:not(.who)').evaluate((one) => getComputedStyle(one).direction), 'rtl')
  await ask(page, 'Donaudampfschiff'.repeat(30))
  await ask(page, '👩‍👩‍👧‍👦'.repeat(40))
  assert.ok(await log(page).evaluate((one) => one.scrollWidth <= one.clientWidth))
})

test('W19 in a page that runs from right to left the widget mirrors itself', async () => {
  const side = async (dir) => {
    const page = await site.host({ tag: `<ketamine-guide server="/webhooks/web" dir="${dir}"></ketamine-guide>` })
    const { x, width } = await guide(page).locator('.launcher').boundingBox()
    await open(page)
    await ask(page, 'hello')
    const yours = await guide(page).locator('.you').boundingBox()
    const theirs = await guide(page).locator('.entry.guide').first().boundingBox()
    return [x + width / 2 > 640, yours.x > theirs.x]
  }
  assert.deepEqual(await side('ltr'), [true, true])
  assert.deepEqual(await side('rtl'), [false, false])
})

test('W19 a text over the limit is told of, and still sent: it may be a cry for help', async () => {
  const page = await site.visit()
  await open(page)
  const { max_length: limit } = await (await fetch(`${site.api}/info?lang=en`)).json()
  await field(page).fill('a'.repeat(limit))
  assert.equal(await guide(page).locator('#kg-hint').textContent(), '')
  await field(page).fill('a'.repeat(limit + 1))
  assert.match(await guide(page).locator('#kg-hint').textContent(), new RegExp(String(limit)))
  await field(page).press('Enter')
  await guide(page).locator('.failure').waitFor()
  assert.equal((await field(page).inputValue()).length, limit + 1)
})
