/** What the tests share: a server with a proxy before it, a browser, and the words for using the widget. */
import { readFileSync } from 'node:fs'
import { after, beforeEach } from 'node:test'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'
import { startProxy } from './proxy.mjs'
import { startStandIn } from './stand_in.mjs'

export const BASE = '/webhooks/web'
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

/** A host page that holds the widget. @param {{head?: string, body?: string, tag?: string, lang?: string}} [parts] */
export const hostPage = ({ head = '', body = '', tag = `<ketamine-guide server="${BASE}"></ketamine-guide>`, lang = 'en' } = {}) =>
  `<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Clinic</title>${head}</head>
<body><main><h1>Clinic</h1>${body}${tag}</main><script src="${BASE}/ketamine-guide.js"></script></body></html>`

/**
 * Opens everything for one test file and closes it afterwards. The server is the one KETAMINE_GUIDE_URL names, else the
 * stand-in.
 */
export async function openSite() {
  const standIn = process.env.KETAMINE_GUIDE_URL ? null : await startStandIn()
  const server = standIn ? standIn.origin : new URL(process.env.KETAMINE_GUIDE_URL).origin
  const proxy = await startProxy(server)
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS })
  const contexts = []
  beforeEach(async () => {
    proxy.behave = (_, forward) => forward()
    proxy.log.length = 0
    await Promise.all(contexts.splice(0).map((context) => context.close()))
  })
  after(async () => {
    await browser.close()
    await proxy.close()
    await standIn?.close()
  })
  const site = {
    proxy,
    origin: proxy.origin,
    api: proxy.origin + BASE,
    /** A fresh browser context with one page on a path. */
    async visit(path = `${BASE}/demo/`, options = {}, prepare = async () => {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
      contexts.push(context)
      const page = await context.newPage()
      page.faults = []
      page.on('pageerror', (error) => page.faults.push(String(error)))
      page.on('console', (message) => message.type() === 'error' && page.faults.push(message.text()))
      await prepare(page)
      await page.goto(proxy.origin + path)
      return page
    },
    /** A page of our own making that holds the widget. */
    async host(parts, options, prepare) {
      proxy.pages.set('/host', typeof parts === 'string' ? parts : hostPage(parts))
      return site.visit('/host', options, prepare)
    },
  }
  return site
}

export const guide = (page) => page.locator('ketamine-guide')
export const launcher = (page) => guide(page).locator('.launcher')
export const log = (page) => guide(page).getByRole('log')
export const field = (page) => guide(page).locator('#kg-field')
export const replies = (page) => guide(page).locator('.entry.guide:not(.notice)')
export const press = (page, name) => guide(page).getByRole('button', { name, exact: true }).click()

/** Opens the widget and waits until the server's own words are there. */
export async function open(page) {
  await launcher(page).click()
  await guide(page).locator('.notice .choices').first().waitFor()
}

/** Sends a message and waits for one more reply. */
export async function ask(page, text) {
  const before = await replies(page).count()
  await send(page, text)
  await replies(page).nth(before).waitFor()
  return replies(page).nth(before)
}

export async function send(page, text) {
  await field(page).fill(text)
  await field(page).press('Enter')
}

/** Uses the first suggested question and waits for the answer. */
export async function askFirst(page) {
  const before = await replies(page).count()
  await guide(page).locator('.choices button').first().click()
  await replies(page).nth(before).waitFor()
  return replies(page).nth(before)
}

/** What axe finds, by rule and element, over WCAG 2.0 to 2.2 A and AA and its best practices. */
export async function axe(page) {
  await page.evaluate(`(() => { const module = undefined, define = undefined; ${AXE} })()`)
  const { violations } = await page.evaluate(() =>
    window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }),
  )
  return violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.target.flat().join(' ')}: ${node.failureSummary}`))
}

/** The name and role of what has the focus, through shadow roots. */
export const focused = (page) =>
  page.evaluate(() => {
    let element = document.activeElement
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
    return element ? element.id || element.getAttribute('aria-label') || element.textContent.trim() || element.tagName : ''
  })

export const sentBodies = (site) => site.proxy.log.filter((one) => one.path === '/messages').map((one) => one.body)
