import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { readLines } from '../build/lines.mjs'
import { build } from '../build/build.mjs'

const ROOT = new URL('..', import.meta.url).pathname
const read = (...path) => readFile(join(...path), 'utf8')
const MOST = 15_000 // bytes, gzip

test('W14 what clinics take is at most 15 kB gzipped, one file, and needs nothing else', async () => {
  const script = await read(ROOT, 'dist/ketamine-guide.js')
  const size = gzipSync(script, { level: 9 }).length
  assert.ok(size <= MOST, `${size} bytes`)
  assert.doesNotMatch(script, /\bimport\s*[({"']|require\(|innerHTML|outerHTML|insertAdjacentHTML|document\.write|localStorage|indexedDB|document\.cookie|eval\(|new Function/)
  assert.equal((await read(ROOT, 'dist/ketamine-guide.js.integrity')).trim(), `sha384-${createHash('sha384').update(script).digest('base64')}`)
})

test('W14 what is committed is what the sources build', async () => {
  const before = await read(ROOT, 'src/lines.js')
  const fresh = await mkdtemp(join(tmpdir(), 'guide-widget-'))
  try {
    await build(fresh)
    for (const folder of ['dist', 'demo']) {
      const names = (await readdir(join(ROOT, folder))).sort()
      assert.deepEqual((await readdir(join(fresh, folder))).sort(), names)
      for (const name of names) assert.equal(await read(ROOT, folder, name), await read(fresh, folder, name), `${folder}/${name}: run npm run build`)
    }
    assert.equal(await read(ROOT, 'src/lines.js'), before, 'src/lines.js: run npm run build')
  } finally {
    await rm(fresh, { recursive: true })
  }
})

test('W14 the package depends on nothing at run time, and its lock names no address to fetch from', async () => {
  const { dependencies } = JSON.parse(await read(ROOT, 'package.json'))
  assert.equal(dependencies, undefined)
  const { packages } = JSON.parse(await read(ROOT, 'package-lock.json'))
  const locked = Object.entries(packages).filter(([name]) => name)
  assert.ok(locked.length > 10)
  for (const [name, entry] of locked) {
    assert.equal(entry.resolved, undefined, name)
    assert.match(entry.integrity, /^sha512-/, name)
  }
})

test('W14 no source module is longer than 300 lines', async () => {
  for (const name of await readdir(join(ROOT, 'src'))) assert.ok((await read(ROOT, 'src', name)).split('\n').length <= 300, name)
})

test('W8 a change of the numbers’ file that the build can’t read stops it', () => {
  const country = (more) => `countries:\n  US:\n    emergency: {number: "911"}\n    lifeline: us\n    services:\n    - id: us\n${more}\nelse:\n`
  assert.equal(readLines(country('      call: "988"')).US.call, '988')
  assert.throws(() => readLines(country('      hours: 24/7')), /no number to call/)
  assert.throws(() => readLines('countries:\n'), /no countries/)
  assert.throws(() => readLines(country('      call: "988"').replace('lifeline: us', 'lifeline: other')), /no service other/)
})
