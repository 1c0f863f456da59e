/**
 * Reads the crisis numbers that the widget brings along for when the server can't be reached from the one file that
 * has them, data/crisis/resources.yml. It knows just the layout of that file and refuses anything else, so that a
 * change there stops the build instead of leaving a number out.
 */

const quoted = (text, key) => new RegExp(`\\b${key}: "([^"]+)"`).exec(text)?.[1]

const textTo = (text) => {
  const [, number, word = ''] = /\btext: \{number: "([^"]+)"(?:, word: (\w+))?\}/.exec(text) ?? []
  return number && { number, word }
}

function service(block, id) {
  const found = block.split(/^ {4}- id: /m).find((part) => new RegExp(`^${id}\\s`).test(part))
  if (!found) throw new Error(`there is no service ${id}`)
  const [own, spanish = ''] = found.split(/^ {6}in_language:\n(?: {8}en:.*\n)*(?= {8}es:|.)/m)
  return { call: quoted(own, 'call'), text: textTo(own), es: { call: quoted(spanish, 'call'), text: textTo(spanish) } }
}

/**
 * @param {string} yaml the file's text
 * @returns {Record<string, {emergency: string, call: string, text?: {number: string, word: string},
 *   textLine?: {number: string, word: string}, es: {call?: string, text?: {number: string, word: string}}}>} by country
 * @throws {Error} when a country's emergency number or lifeline can't be found
 */
export function readLines(yaml) {
  const countries = yaml.split(/^countries:.*$/m)[1]?.split(/^\w/m)[0] ?? ''
  const blocks = countries.split(/^ {2}(?=[A-Z]{2}:$)/m).slice(1)
  if (!blocks.length) throw new Error('resources.yml: no countries found')
  return Object.fromEntries(
    blocks.map((block) => {
      const country = block.slice(0, 2)
      const emergency = /^ {4}emergency: \{number: "([^"]+)"/m.exec(block)?.[1]
      const lifeline = /^ {4}lifeline: (\S+)/m.exec(block)?.[1]
      const textLine = /^ {4}text_line: (\S+)/m.exec(block)?.[1]
      if (!emergency || !lifeline) throw new Error(`resources.yml: ${country} has no emergency number or no lifeline`)
      const line = service(block, lifeline)
      if (!line.call) throw new Error(`resources.yml: ${lifeline} has no number to call`)
      return [country, { emergency, ...line, textLine: textLine && service(block, textLine).text }]
    }),
  )
}
