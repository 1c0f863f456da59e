/**
 * An element with attributes, listeners and children. Text becomes text nodes, never markup.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | boolean | undefined | ((event: any) => void)>} [attributes] functions listen to the
 *   event they are named after; `true` sets an empty attribute; `false` and `undefined` set none
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value)
    else if (value === true) element.setAttribute(name, '')
    else if (typeof value === 'string') element.setAttribute(name, value)
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false))
  return element
}

/**
 * A push button.
 *
 * @param {string} label
 * @param {(event: MouseEvent) => void} act
 * @param {Record<string, string | boolean | undefined>} [attributes]
 */
export function button(label, act, attributes = {}) {
  return h('button', { type: 'button', ...attributes, click: act }, label)
}
