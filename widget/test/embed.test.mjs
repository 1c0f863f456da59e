import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BASE, ask, askFirst, guide, hostPage, launcher, open, openSite, press } from './support.mjs'

const site = await openSite()
const SCRIPT = `${BASE}/ketamine-guide.js`
const css = (text) => site.proxy.pages.set('/host.css', { type: 'text/css', text })
const HEAD = '<link rel="stylesheet" href="/host.css">'

/** Everything that shows of the widget: each element's box and computed style. */
const looks = (page) =>
  guide(page).evaluate(({ shadowRoot }) =>
    [...shadowRoot.querySelectorAll('.kg, .kg :not(.unseen *)')].map((element) => {
      const style = getComputedStyle(element)
      const box = element.getBoundingClientRect()
      const names = ['color', 'backgroundColor', 'fontSize', 'fontFamily', 'fontWeight', 'lineHeight', 'letterSpacing', 'textTransform', 'textAlign', 'padding', 'borderTopWidth', 'display', 'visibility', 'opacity', 'direction', 'boxSizing']
      return [element.tagName, element.className, box.width, box.height, ...names.map((name) => style[name])].join('|')
    }),
  )

const HOSTILE = `
* { all: revert !important; font-size: 9px !important; box-sizing: content-box !important; letter-spacing: 4px !important; text-transform: uppercase !important; color: lime !important; display: inline !important; opacity: .3; }
html { font-size: 5px; line-height: 3; direction: rtl; text-align: right; visibility: hidden; }
ketamine-guide { display: none !important; opacity: 0; font: 40px cursive; }
button, dialog, textarea { display: none !important; }`

test('W11 a page whose styles attack everything changes nothing of the widget', async () => {
  css('')
  const plain = await site.host({ head: HEAD })
  await open(plain)
  const wanted = await looks(plain)
  css(HOSTILE)
  const attacked = await site.host({ head: HEAD })
  await launcher(attacked).click()
  await guide(attacked).locator('.notice .choices').waitFor()
  assert.deepEqual(await looks(attacked), wanted)
})

test('W11 the widget changes nothing of the page: no style, no global, no shift', async () => {
  css('')
  const body = '<p id="p">Text</p><button id="b">Button</button>'
  const without = await site.host({ head: HEAD, body, tag: '' })
  const withIt = await site.host({ head: HEAD, body })
  await open(withIt)
  const state = (page) =>
    page.evaluate(() => ({
      globals: Object.keys(window),
      styles: document.adoptedStyleSheets.length + document.head.querySelectorAll('style, link').length,
      boxes: [...document.querySelectorAll('h1, #p, #b')].map((one) => JSON.stringify(one.getBoundingClientRect())),
      looks: getComputedStyle(document.querySelector('#b')).cssText,
    }))
  assert.deepEqual(await state(withIt), await state(without))
})

/** Starts before the page's own scripts, and keeps what the policy stopped. */
const watchPolicy = (page) =>
  page.addInitScript(() => {
    window.breaches = []
    addEventListener('securitypolicyviolation', (event) => window.breaches.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`), true)
  })

/** A whole session: ask, choose, a crisis, every sheet, copy, clear. */
async function useAll(page) {
  await open(page)
  await askFirst(page)
  await ask(page, 'I want to kill myself')
  await press(page, 'Yes').catch(() => {})
  for (const name of ['Talk to a person', 'Privacy', 'More', 'Copy the chat', 'Report a problem']) await press(page, name)
  await guide(page).locator('#kg-report').fill('A test report')
  await press(page, 'Send report')
  await guide(page).getByText('Your report was sent').waitFor()
  await press(page, 'Clear chat')
  await press(page, 'Clear it')
}

test('W12 the demo is served with the strict policy and Trusted Types, and nothing breaks it', async () => {
  const page = await site.visit(undefined, {}, watchPolicy)
  const policy = (await page.request.get(`${site.api}/demo/`)).headers()['content-security-policy']
  for (const rule of ["default-src 'none'", "require-trusted-types-for 'script'"]) assert.ok(policy?.includes(rule), policy)
  assert.doesNotMatch(policy, /unsafe/)
  await useAll(page)
  assert.deepEqual(await page.evaluate(() => window.breaches), [])
  assert.deepEqual(page.faults, [])
})

test('W13 only the clinic’s own server is ever asked for anything', async () => {
  const asked = []
  const page = await site.visit(undefined, {}, (page) => page.on('request', (request) => asked.push(request.url())))
  await useAll(page)
  assert.ok(asked.length > 5)
  assert.deepEqual(asked.filter((url) => !url.startsWith(`${site.origin}/`) && !url.startsWith('blob:')), [])
  assert.equal(asked.some((url) => /kill|token|[0-9a-f]{8}-[0-9a-f]{4}/i.test(url)), false)
})

test('W13 a page that is only looked at says nothing to the channel', async () => {
  const page = await site.visit()
  await launcher(page).waitFor()
  assert.deepEqual(site.proxy.log.filter((one) => /session|info|messages/.test(one.path)), [])
})

test('W13 requests carry no cookie and no address of the page', async () => {
  const page = await site.visit()
  await page.context().addCookies([{ name: 'visitor', value: 'somebody', url: site.origin }])
  await open(page)
  await ask(page, 'hello')
  const asked = site.proxy.log.filter((one) => /session|info|messages/.test(one.path))
  assert.ok(asked.length >= 3)
  for (const { headers } of asked) assert.deepEqual([headers.cookie, headers.referer], [undefined, undefined])
})

const TAG = `<ketamine-guide server="${BASE}"></ketamine-guide>`
const load = (attributes = '') => `<script ${attributes} src="${SCRIPT}"></script>`
const ORDERS = {
  'script first': `<head>${load()}</head><body>${TAG}</body>`,
  'script last': `<body>${TAG}${load()}</body>`,
  deferred: `<head>${load('defer')}</head><body>${TAG}</body>`,
  'as a module': `<head>${load('type="module"')}</head><body>${TAG}</body>`,
  'loaded twice': `<head>${load()}${load('defer')}</head><body>${TAG}${load()}</body>`,
  'two tags': `<body>${TAG}${TAG}${load()}</body>`,
  'made by script before': `<body><script src="/make.js"></script>${load()}</body>`,
  'made by script after': `<body>${load()}<script src="/make.js"></script></body>`,
}

for (const [order, html] of Object.entries(ORDERS)) {
  test(`W20 it works ${order}`, async () => {
    site.proxy.pages.set('/make.js', { type: 'text/javascript', text: `const it = document.createElement('ketamine-guide'); it.server = '${BASE}'; it.theme = 'dark'; document.body.append(it)` })
    const page = await site.host(`<!doctype html><html lang="en">${html}</html>`)
    await page.locator('ketamine-guide .launcher').first().waitFor()
    assert.equal(await page.locator('ketamine-guide .launcher').count(), 1)
    await page.locator('ketamine-guide .launcher').click()
    await page.locator('ketamine-guide .notice .choices').waitFor()
    if (order.startsWith('made')) assert.equal(await page.locator('ketamine-guide').evaluate((one) => [one.server, one.getAttribute('server'), one.getAttribute('theme')].join()), `${BASE},${BASE},dark`)
    assert.deepEqual(page.faults, [])
  })
}

test('W20 taken out and put back, it works on; a new language takes effect at once', async () => {
  const page = await site.host(hostPage())
  await open(page)
  await ask(page, 'hello')
  await guide(page).evaluate((element) => {
    const { parentNode } = element
    element.remove()
    parentNode.append(element)
  })
  await launcher(page).click()
  assert.equal(await guide(page).locator('.you').count(), 1)
  await guide(page).evaluate((element) => (element.lang = 'es'))
  await guide(page).getByLabel('Su pregunta').waitFor()
  assert.equal(await guide(page).locator('dialog').getAttribute('open'), '')
  assert.equal(await guide(page).locator('.launcher').count(), 1)
})

test('W20 an address that is none leaves the fallback on the page and tells the developer', async () => {
  const warnings = []
  const page = await site.host({ tag: '<ketamine-guide server="javascript:alert(1)">Call us</ketamine-guide>' }, {}, (page) => page.on('console', (message) => warnings.push(message.text())))
  assert.ok(await page.getByText('Call us').isVisible())
  assert.match(warnings.join(), /server attribute/)
})
