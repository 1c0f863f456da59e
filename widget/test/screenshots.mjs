/** Pictures of the widget in its states, into widget/screenshots/, to look at. */
import { mkdir } from 'node:fs/promises'
import { test } from 'node:test'
import { DROP } from './proxy.mjs'
import { ask, askFirst, guide, open, openSite, press, send } from './support.mjs'

const OUT = new URL('../screenshots/', import.meta.url).pathname
const LOOKS = { light: { colorScheme: 'light' }, dark: { colorScheme: 'dark' }, forced: { forcedColors: 'active' } }
const SIZES = { 320: 640, 768: 1024, 1280: 800 }

const site = await openSite()
test('screenshots', async () => {
  await mkdir(OUT, { recursive: true })
  for (const [look, options] of Object.entries(LOOKS)) {
    for (const [width, height] of Object.entries(SIZES)) {
      site.proxy.behave = (_, forward) => forward()
      const page = await site.visit(undefined, { ...options, viewport: { width: Number(width), height } })
      const shoot = (state) => page.screenshot({ path: `${OUT}${look}-${width}-${state}.png` })
      await shoot('closed')
      await open(page)
      await shoot('open')
      await askFirst(page)
      await shoot('answer')
      await ask(page, 'I want to kill myself')
      await shoot('crisis')
      for (const [sheet, name] of [['Talk to a person', 'person'], ['Privacy', 'about'], ['Clear chat', 'clear'], ['More', 'more'], ['Report a problem', 'report']]) {
        await press(page, sheet)
        await shoot(name)
      }
      await press(page, 'Back to chat')
      let answer = () => {}
      site.proxy.behave = () => new Promise((resolve) => (answer = () => resolve(DROP)))
      await page.clock.install()
      await send(page, 'How long does a session last?')
      await guide(page).locator('.waiting').waitFor()
      await shoot('waiting')
      for (const wait of [0, 2000, 4000]) {
        await page.clock.runFor(wait)
        answer()
        site.proxy.behave = () => DROP
      }
      while (!(await guide(page).locator('.failure').count())) await page.clock.runFor(1000)
      await shoot('failed')
      await page.context().setOffline(true)
      await guide(page).locator('.offline').waitFor()
      await shoot('offline')
      await page.context().close()
    }
  }
})
