import en from './strings.en.js'
import es from './strings.es.js'

/** @typedef {typeof en} Strings */

/** @type {Record<string, Strings>} */
const LANGUAGES = { en, es }

/**
 * The widget's own words in a language, else in English.
 *
 * @param {string} tag a language tag: `es`, `es-MX`
 * @returns {Strings}
 */
export const stringsFor = (tag) => LANGUAGES[tag.toLowerCase().split('-')[0] ?? ''] ?? en
