import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DARK, LIGHT, PAIRS, channels, contrast, themeFaults } from '../src/theme.js'
import { axe, guide, open, openSite } from './support.mjs'

const site = await openSite()
const hex = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16))
const css = ([r, g, b]) => `rgb(${r}, ${g}, ${b})`
const computed = (colours) => Object.fromEntries(Object.entries(colours).map(([token, colour]) => [token, css(hex(colour))]))

/** The same numbers in every run (a linear congruential generator). */
function numbers(seed) {
  let state = seed
  return () => (state = (state * 1664525 + 1013904223) % 2 ** 32) / 2 ** 32
}

test('W22 contrast agrees with the worked examples of WCAG', () => {
  assert.equal(contrast([0, 0, 0], [255, 255, 255]), 21)
  assert.equal(contrast([255, 255, 255], [255, 255, 255]), 1)
  assert.ok(Math.abs(contrast([119, 119, 119], [255, 255, 255]) - 4.48) < 0.01)
})

test('W22 our own colours can be read, light and dark', () => {
  assert.deepEqual(themeFaults(computed(LIGHT)), [])
  assert.deepEqual(themeFaults(computed(DARK)), [])
})

test('W22 of any colours, a theme is taken if and only if every pair can be read', () => {
  const random = numbers(7)
  const tokens = Object.keys(LIGHT)
  let taken = 0
  for (let run = 0; run < 2000; run++) {
    const colours = computed(run % 2 ? LIGHT : DARK)
    // A few changes, as a clinic makes them; a wholly random theme hardly ever passes.
    for (let change = 0; change <= run % 3; change++) {
      colours[tokens[Math.floor(random() * tokens.length)]] = css([0, 0, 0].map(() => Math.floor(random() * 256)))
    }
    const readable = PAIRS.every(([front, back, least]) => contrast(channels(colours[front]), channels(colours[back])) >= least)
    assert.equal(themeFaults(colours).length === 0, readable)
    taken += Number(readable)
  }
  assert.ok(taken > 50 && taken < 1950, `${taken} taken: the test has lost its edge`)
})

test('W22 what is see-through or in another colour space is not trusted', () => {
  for (const colour of ['rgba(0, 0, 0, 0.5)', 'color(display-p3 1 0 0)', 'oklch(0.5 0.1 20)', '']) {
    assert.ok(themeFaults({ ...computed(LIGHT), text: colour }).length > 0)
  }
})

const THEMES = { good: '#123a6b', bad: '#ffe08a', 'see-through': 'rgb(0 0 0 / .4)', 'no colour': 'banana' }
for (const [name, accent] of Object.entries(THEMES)) {
  for (const colorScheme of ['light', 'dark']) {
    test(`W22 a ${name} accent in ${colorScheme}: the widget can be read, and the developer is told what was refused`, async () => {
      const warnings = []
      site.proxy.pages.set('/host.css', { type: 'text/css', text: `ketamine-guide{--kg-accent:${accent};--kg-on-accent:#fff}` })
      const page = await site.host({ head: '<link rel="stylesheet" href="/host.css">' }, { colorScheme }, (page) =>
        page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text())),
      )
      await open(page)
      const used = await guide(page).locator('.launcher').evaluate((one) => getComputedStyle(one).backgroundColor)
      const own = css(hex((colorScheme === 'dark' ? DARK : LIGHT).accent))
      if (name === 'good' && colorScheme === 'light') {
        assert.equal(used, css(hex(accent)))
        assert.deepEqual(warnings, [])
      } else {
        assert.equal(used, own)
        assert.match(warnings.join(), /--kg-(on-)?(accent|text)/)
      }
      assert.deepEqual(await axe(page), [])
    })
  }
}

test('W22 the theme attribute overrules the system, and changes at once', async () => {
  const page = await site.visit(undefined, { colorScheme: 'light' })
  await open(page)
  const back = () => guide(page).locator('dialog').evaluate((one) => getComputedStyle(one).backgroundColor)
  assert.equal(await back(), css(hex(LIGHT.background)))
  await guide(page).evaluate((element) => element.setAttribute('theme', 'dark'))
  assert.equal(await back(), css(hex(DARK.background)))
  await guide(page).evaluate((element) => element.removeAttribute('theme'))
  await page.emulateMedia({ colorScheme: 'dark' })
  assert.equal(await back(), css(hex(DARK.background)))
})
