import assert from 'node:assert/strict'
import { test } from 'node:test'
import { field, focused, guide, hostPage, launcher, log, open, openSite, replies } from './support.mjs'

const site = await openSite()

test('W2 open, reach help, choose, ask, read and close without a mouse', async () => {
  const page = await site.visit()
  const trail = []
  const tab = async (times = 1) => {
    for (let at = 0; at < times; at++) await page.keyboard.press('Tab')
    trail.push(await focused(page))
    return trail.at(-1)
  }
  await launcher(page).focus()
  await page.keyboard.press('Enter')
  assert.equal(await focused(page), 'kg-field')
  await guide(page).locator('.notice .choices').waitFor()
  await launcher(page).focus()
  const links = await guide(page).locator('.crisis a').allTextContents()
  assert.deepEqual([await tab(), await tab()], ['More', 'Close'])
  for (const link of links) assert.equal(await tab(), link)
  assert.equal(await tab(), 'Conversation')
  const first = await tab()
  await page.keyboard.press('Enter')
  await replies(page).first().waitFor()
  await log(page).focus()
  await page.keyboard.press('Home')
  await field(page).focus()
  await page.keyboard.type(first)
  await page.keyboard.press('Enter')
  await replies(page).nth(1).waitFor()
  assert.equal(await tab(), 'Send')
  assert.equal(await tab(), 'Talk to a person')
  await page.keyboard.press('Enter')
  assert.equal(await focused(page), 'kg-sheet')
  assert.equal(await guide(page).locator('.crisis').isVisible(), true)
  await page.keyboard.press('Escape')
  await guide(page).locator('dialog').waitFor({ state: 'hidden' })
  await guide(page).locator('.launcher[aria-expanded="false"]').waitFor()
  assert.equal(await focused(page), await launcher(page).textContent())
})

test('W2 a sheet that closes gives the focus back to what opened it', async () => {
  const page = await site.visit()
  await open(page)
  for (const name of ['More', 'Talk to a person', 'Privacy', 'Clear chat']) {
    await guide(page).getByRole('button', { name, exact: true }).press('Enter')
    assert.equal(await focused(page), 'kg-sheet')
    await guide(page).getByRole('button', { name: 'Back to chat' }).press('Enter')
    assert.equal(await focused(page), name)
  }
})

test('W2 on a wide screen the page can still be reached; on a small one it is inert until the panel closes', async () => {
  const body = '<a href="#x" id="behind">A link of the page</a>'
  const wide = await site.host({ body })
  await open(wide)
  await wide.locator('#behind').focus()
  assert.equal(await focused(wide), 'behind')
  const small = await site.host({ body }, { viewport: { width: 360, height: 640 } })
  await open(small)
  await small.locator('#behind').focus()
  assert.notEqual(await focused(small), 'behind')
  await small.keyboard.press('Escape')
  await guide(small).locator('dialog').waitFor({ state: 'hidden' })
  await small.locator('#behind').focus()
  assert.equal(await focused(small), 'behind')
})

test('W2 turning the screen keeps the panel open and the focus where it was', async () => {
  const page = await site.visit()
  await open(page)
  await page.setViewportSize({ width: 360, height: 700 })
  await guide(page).locator('dialog:modal').waitFor()
  assert.equal(await focused(page), 'kg-field')
})

test('W2 with a finger the heading gets the focus, so that no keyboard covers the notice', async () => {
  const page = await site.visit(undefined, { hasTouch: true, isMobile: true, viewport: { width: 390, height: 800 } })
  await open(page)
  assert.equal(await focused(page), 'kg-title')
})

test('W21 no control of the page is wholly hidden by the widget while it has the focus', async () => {
  const rows = Array.from({ length: 60 }, (_, at) => `<p class="row"><a href="#${at}" id="r${at}">x${at}</a></p>`).join('')
  site.proxy.pages.set('/host.css', { type: 'text/css', text: 'body{margin:0}.row{margin:0;text-align:right;padding-right:60px}' })
  const page = await site.host(hostPage({ head: '<link rel="stylesheet" href="/host.css">', body: rows }))
  for (const opened of [false, true]) {
    if (opened) await open(page)
    const hidden = []
    await page.locator('#r0').focus()
    for (let at = 0; at < 60; at++) {
      hidden.push(
        ...(await page.evaluate(() => {
          const it = document.activeElement.getBoundingClientRect()
          const root = document.querySelector('ketamine-guide').shadowRoot
          return [root.querySelector('.launcher'), root.querySelector('dialog')]
            .map((piece) => piece.getBoundingClientRect())
            .filter((box) => box.left <= it.left && box.right >= it.right && box.top <= it.top && box.bottom >= it.bottom)
            .map(() => document.activeElement.id)
        })),
      )
      await page.keyboard.press('Tab')
    }
    assert.deepEqual(hidden, [])
    assert.equal(await page.evaluate(() => /^r\d+$/.test(document.activeElement.id)), false)
  }
})
