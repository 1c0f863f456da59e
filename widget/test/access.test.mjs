import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DROP } from './proxy.mjs'
import { ask, askFirst, axe, field, guide, open, openSite, press, send } from './support.mjs'

const site = await openSite()

const STATES = {
  closed: async () => {},
  open,
  async waiting(page) {
    await open(page)
    site.proxy.behave = (asked, forward) => (asked.path === '/messages' ? new Promise(() => {}) : forward())
    await send(page, 'hello')
    await guide(page).locator('.waiting').waitFor()
  },
  async choices(page) {
    await open(page)
    await askFirst(page)
  },
  async error(page) {
    await open(page)
    await fail(page)
  },
  async crisis(page) {
    await open(page)
    await ask(page, 'I want to kill myself')
  },
  async offline(page) {
    await open(page)
    await page.context().setOffline(true)
    await guide(page).locator('.offline').waitFor()
  },
  ...Object.fromEntries(
    ['Talk to a person', 'Privacy', 'Clear chat', 'More'].map((name) => [name, async (page) => (await open(page), press(page, name))]),
  ),
  async report(page) {
    await open(page)
    await press(page, 'More')
    await press(page, 'Report a problem')
  },
}

async function fail(page) {
  await page.clock.install()
  site.proxy.behave = () => DROP
  await send(page, 'hello')
  while (!(await guide(page).locator('.failure').count())) await page.clock.runFor(500)
}

const LOOKS = {
  'wide and light': {},
  '320 px': { viewport: { width: 320, height: 640 } },
  dark: { colorScheme: 'dark' },
  'forced colours': { forcedColors: 'active' },
}

for (const [look, options] of Object.entries(LOOKS)) {
  test(`W4 axe finds nothing in any state: ${look}`, async () => {
    for (const [state, reach] of Object.entries(STATES)) {
      site.proxy.behave = (_, forward) => forward()
      const page = await site.visit(undefined, options)
      await reach(page)
      assert.deepEqual(await axe(page), [], `${state}, ${look}`)
      await page.context().close()
    }
  })
}

test('W4 axe finds nothing on the crisis protocol page', async () => {
  for (const colorScheme of ['light', 'dark']) {
    const page = await site.visit('/webhooks/web/demo/crisis-protocol.html', { colorScheme, viewport: { width: 320, height: 640 } })
    assert.deepEqual(await axe(page), [])
  }
})

test('W5 crisis links, Send and the launcher are at least 44 px; every other target at least 24 px', async () => {
  for (const width of [320, 1280]) {
    const page = await site.visit(undefined, { viewport: { width, height: 700 } })
    const size = (locator) => locator.evaluateAll((all) => all.map((one) => one.getBoundingClientRect()).filter((box) => box.width).map((box) => Math.min(box.width, box.height)))
    assert.ok(Math.min(...(await size(guide(page).locator('.launcher')))) >= 44)
    await open(page)
    await ask(page, 'I want to kill myself')
    const links = await size(guide(page).locator('.crisis a, .card a, form button'))
    assert.ok(links.length >= 4)
    assert.ok(Math.min(...links) >= 44, String(links))
    assert.ok(Math.min(...(await size(guide(page).locator('dialog button, dialog a')))) >= 24)
  }
})

test('W5 the edges of controls and the focus ring stand out 3:1', async () => {
  const { channels, contrast } = await import('../src/theme.js')
  for (const colorScheme of ['light', 'dark']) {
    const page = await site.visit(undefined, { colorScheme })
    await open(page)
    await field(page).focus()
    const found = await guide(page).evaluate((element) => {
      const of = (selector, name) => getComputedStyle(element.shadowRoot.querySelector(selector))[name]
      return [
        [of('#kg-field', 'borderTopColor'), of('.panel', 'backgroundColor')],
        [of('#kg-field', 'outlineColor'), of('.panel', 'backgroundColor')],
        [of('section.crisis a', 'borderTopColor'), of('section.crisis', 'backgroundColor')],
        [of('.choices button', 'borderTopColor'), of('.entry', 'backgroundColor')],
      ]
    })
    for (const [one, other] of found) assert.ok(contrast(channels(one), channels(other)) >= 3, `${one} on ${other}`)
  }
})

/** Elements whose text is cut off, or that stick out at the side. */
const clipped = (page) =>
  guide(page).evaluate((element) =>
    [...element.shadowRoot.querySelectorAll('.panel *:not(.log):not(.over)')]
      .filter((one) => one.getClientRects().length && getComputedStyle(one).display !== 'inline' && one.tagName !== 'TEXTAREA')
      .filter((one) => one.scrollWidth > one.clientWidth + 1 || one.getBoundingClientRect().right > innerWidth + 1 || one.getBoundingClientRect().left < -1)
      .map((one) => `${one.tagName}.${one.className}`),
  )

test('W6 at 320 px nothing is cut off, scrolls sideways, or is out of reach', async () => {
  const page = await site.visit(undefined, { viewport: { width: 320, height: 256 } })
  await open(page)
  await askFirst(page)
  assert.deepEqual(await clipped(page), [])
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true)
  await field(page).focus()
  const crisis = await guide(page).locator('section.crisis').boundingBox()
  assert.ok(crisis.y >= -1 && crisis.y + crisis.height <= 256, JSON.stringify(crisis))
  await field(page).scrollIntoViewIfNeeded()
  const box = await field(page).boundingBox()
  assert.ok(box.y >= crisis.y + crisis.height - 1 && box.y + box.height <= 257, JSON.stringify(box))
})

test('W6 text at twice its size, and with the spacing that WCAG allows a reader to set', async () => {
  for (const options of [{ viewport: { width: 1280, height: 800 } }, { viewport: { width: 360, height: 740 } }]) {
    const page = await site.visit(undefined, options)
    const session = await page.context().newCDPSession(page)
    await session.send('Page.enable')
    await session.send('Page.setFontSizes', { fontSizes: { standard: 32 } })
    await page.reload()
    await open(page)
    await askFirst(page)
    assert.equal(await guide(page).locator('.kg').evaluate((one) => getComputedStyle(one).fontSize), '32px')
    assert.deepEqual(await clipped(page), [])
    await session.send('Page.setFontSizes', { fontSizes: { standard: 16 } })
    await guide(page).evaluate((element) => {
      const sheet = new CSSStyleSheet()
      sheet.replaceSync('*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}p{margin-block-end:2em!important}')
      element.shadowRoot.adoptedStyleSheets = [...element.shadowRoot.adoptedStyleSheets, sheet]
    })
    assert.deepEqual(await clipped(page), [])
  }
})

test('W7 nothing moves for who asked for less motion', async () => {
  for (const [reducedMotion, moving] of [['reduce', false], ['no-preference', true]]) {
    site.proxy.behave = (_, forward) => forward()
    const page = await site.visit(undefined, { reducedMotion })
    await open(page)
    site.proxy.behave = (asked, forward) => (asked.path === '/messages' ? new Promise(() => {}) : forward())
    await send(page, 'hello')
    await guide(page).locator('.waiting').waitFor()
    const moves = await guide(page).evaluate((element) =>
      [...element.shadowRoot.querySelectorAll('*')].some((one) =>
        ['', '::before', '::after'].some((part) => {
          const style = getComputedStyle(one, part || null)
          return style.animationName !== 'none' || style.transitionDuration !== '0s' || style.scrollBehavior === 'smooth'
        }),
      ),
    )
    assert.equal(moves, moving)
  }
})
