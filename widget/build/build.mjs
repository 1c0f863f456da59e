/**
 * Builds what clinics take: `dist/ketamine-guide.js` with its integrity hash, the demo pages, and `src/lines.js`.
 * `build(target)` writes the tree below another folder, for the test that compares it with what is committed.
 */
import { createHash } from 'node:crypto'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build as bundle } from 'esbuild'
import { readLines } from './lines.mjs'

const HERE = dirname(dirname(fileURLToPath(import.meta.url)))
const COUNTRY = 'US' // whose numbers the demo pages name

async function write(path, text) {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}

const linesModule = (lines) => `// Made by \`npm run build\` from data/crisis/resources.yml. Change the numbers there.

/** @typedef {{ number: string, word: string }} Text */

/** @type {Record<string, { emergency: string, call: string, text?: Text, textLine?: Text, es: { call?: string, text?: Text } }>} */
export const LINES = ${JSON.stringify(lines, null, 2)}
`

/** The numbers by the names that the pages use: `{{emergency}}`, `{{call}}`, `{{text}}`, `{{line}}`, `{{word}}`. */
function fill(page, { emergency, call, text, textLine }) {
  const values = { emergency, call, text: text.number, line: textLine.number, word: textLine.word }
  return page.replace(/\{\{(\w+)\}\}/g, (_, name) => {
    if (!values[name]) throw new Error(`a page names {{${name}}}, and ${COUNTRY} has none`)
    return values[name]
  })
}

export async function build(target = HERE) {
  const lines = readLines(await readFile(join(HERE, '../data/crisis/resources.yml'), 'utf8'))
  await write(join(HERE, 'src/lines.js'), linesModule(lines))
  const { outputFiles } = await bundle({
    entryPoints: [join(HERE, 'src/index.js')],
    bundle: true,
    minify: true,
    format: 'iife',
    target: ['chrome110', 'firefox115', 'safari16.4'],
    charset: 'utf8',
    legalComments: 'none',
    write: false,
  })
  const script = outputFiles[0].contents
  await write(join(target, 'dist/ketamine-guide.js'), script)
  const hash = createHash('sha384').update(script).digest('base64')
  await write(join(target, 'dist/ketamine-guide.js.integrity'), `sha384-${hash}\n`)
  for (const name of await readdir(join(HERE, 'pages'))) {
    const page = await readFile(join(HERE, 'pages', name), 'utf8')
    await write(join(target, 'demo', name), name.endsWith('.html') ? fill(page, lines[COUNTRY]) : page)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build()
