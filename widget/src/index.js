import { KetamineGuide } from './element.js'

// A page may load this file twice.
if (!customElements.get('ketamine-guide')) customElements.define('ketamine-guide', KetamineGuide)
