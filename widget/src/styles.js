import { DARK, LIGHT, PAIRS } from './theme.js'

/** @param {import('./theme.js').Colours} colours @param {boolean} open whether the page may replace them */
const declare = (colours, open) =>
  Object.entries(colours)
    .map(([token, value]) => `--c-${token}:${open ? `var(--kg-${token},${value})` : value}`)
    .join(';')

/** The tokens, each once. */
export const TOKENS = [...new Set(PAIRS.flatMap(([front, back]) => [front, back]))]

/**
 * The widget's look. `all: initial` keeps the page's inherited styles out; sizes are in em of the browser's own font
 * size, since a page may have changed what a rem is. The crisis colours are no theme's to change.
 */
export const CSS = `
:host{display:contents!important}
.kg{all:initial;position:fixed;z-index:2147483000;font:medium/1.5 var(--kg-font,system-ui,-apple-system,"Segoe UI",Roboto,sans-serif);
color:var(--c-text);${declare(LIGHT, true)};--x-back:#fff3ea;--x-text:#5b2408;--x-edge:#9c3d0c;--r:var(--kg-radius,1em);color-scheme:light}
.kg.dark{${declare(DARK, true)};--x-back:#3a2114;--x-text:#ffe2cf;--x-edge:#ffb48a;color-scheme:dark}
.kg.own{${declare(LIGHT, false)}}
.kg.own.dark{${declare(DARK, false)}}
${TOKENS.map((token) => `.probe-${token}{background:var(--c-${token})}`).join('')}
*,*::before{box-sizing:border-box}
[hidden]{display:none!important}
h2,h3,p,ul{margin:0;font-size:1em}
ul{padding-inline-start:1.3em}
button,textarea{font:inherit;color:inherit;margin:0}
button{min-height:2.75em;padding:.4em .9em;border:1px solid var(--c-border);border-radius:calc(var(--r)*.7);background:var(--c-background);cursor:pointer;text-align:start}
a{color:var(--c-accent);overflow-wrap:anywhere}
:focus-visible{outline:3px solid var(--c-text);outline-offset:2px;box-shadow:0 0 0 2px var(--c-background)}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}

.launcher{position:fixed;inset-block-end:24px;inset-inline-end:24px;max-width:calc(100vw - 48px);min-height:max(3em,44px);padding:.6em 1.3em;border:2px solid var(--c-on-accent);border-radius:1.6em;
background:var(--c-accent);color:var(--c-on-accent);font-weight:600;box-shadow:0 4px 18px #0004}
.aside .launcher,.aside .panel{inset-inline-end:auto;inset-inline-start:24px}

.panel{position:fixed;inset:auto 24px calc(3em + 36px) auto;inset-inline:auto 24px;inset-block-end:calc(3em + 36px);width:26em;max-width:calc(100vw - 48px);height:44em;
max-height:calc(100vh - 3em - 60px);margin:0;padding:0;border:1px solid var(--c-border);border-radius:var(--r);background:var(--c-background);color:var(--c-text);
overflow:auto;scroll-padding-block-start:11em;box-shadow:0 10px 40px #0005}
.panel[open]{display:flex;flex-direction:column}
.panel::backdrop{background:var(--c-background)}
header{display:flex;gap:.3em;align-items:center;padding:.7em .6em .7em 1em;flex-wrap:wrap;background:var(--c-accent);color:var(--c-on-accent)}
h2{flex:1 1 9em;line-height:1.25;font-weight:650}
h2 small{display:block;font-size:.85em;font-weight:400;margin-block-start:.15em}
header button{background:none;color:inherit;border-color:transparent}
header .plain:hover{border-color:currentColor}
header :focus-visible{outline-color:currentColor;box-shadow:none}
.dark header{background:var(--c-surface);color:var(--c-text)}
.crisis{position:sticky;inset-block-start:0;z-index:1;padding:.55em 1em .65em;background:var(--x-back);color:var(--x-text);border-block-end:1px solid var(--x-edge);font-size:.92em;line-height:1.35}
.links{display:flex;flex-wrap:wrap;gap:.5em;margin-block-start:.4em}
.call{display:inline-flex;align-items:center;justify-content:center;min-height:44px;min-width:44px;padding:.2em .85em;border:1.5px solid var(--c-accent);border-radius:calc(var(--r)*.7);color:var(--c-accent);font-weight:600;text-decoration:none}
.crisis .call,.card .call,.failure .call{border-color:var(--x-edge);color:var(--x-text)}
.card{color:var(--x-text)}.guide:not(.crisis):not(.check_in) .card{padding:.7em .8em;border:1.5px solid var(--x-edge);border-radius:calc(var(--r)*.7);background:var(--x-back)}
.call:hover{text-decoration:underline}
.crisis .call{flex:1 1 auto;padding-inline:.4em}
.offline{padding:.5em 1em;background:var(--c-text);color:var(--c-background);font-size:.92em}

.chat{display:flex;flex-direction:column;flex:1 0 auto;height:14em;min-height:14em}
.log{position:relative;flex:1 1 0;min-height:6em;overflow-y:auto;overscroll-behavior:contain;padding:1em;display:flex;flex-direction:column;gap:.9em}
.log:focus-visible{outline-offset:-3px;box-shadow:none}
.entry{max-width:92%;display:grid;gap:.5em;overflow-wrap:anywhere;white-space:pre-line;border-radius:var(--r);padding:.65em .9em .8em}
.entry>*{min-width:0}
.guide{align-self:flex-start;background:var(--c-surface);border-start-start-radius:.25em}
.you{align-self:flex-end;border:1.5px solid var(--c-accent);border-end-end-radius:.25em}
.who{font-size:.82em;color:var(--c-muted)}
.who b{color:var(--c-text);font-weight:650}
.source,.fine{font-size:.86em;color:var(--c-muted)}
.source{border-inline-start:3px solid var(--c-accent);padding-inline-start:.6em}
.card{display:grid;gap:.3em}
.entry.crisis,.entry.check_in{position:static;font-size:1em;line-height:1.5;border:1.5px solid var(--x-edge);background:var(--x-back);color:var(--x-text)}
.entry.crisis .who,.entry.crisis .who b,.entry.check_in .who,.entry.check_in .who b,.entry.crisis .fine,.entry.check_in .fine{color:inherit}
.entry:has(.failure){width:92%}
.failure{display:grid;gap:.5em;justify-items:start;padding:.7em .8em;border-radius:calc(var(--r)*.7);border:1.5px solid var(--x-edge);background:var(--x-back);color:var(--x-text)}
.plain{min-height:2.2em;padding:.15em .6em;font-size:.9em}
.choices{display:flex;flex-wrap:wrap;gap:.45em}
.choices button{border-color:var(--c-accent);color:var(--c-accent);font-size:.94em;line-height:1.35}
.choices button:hover,.rate button:hover,.wide:hover{border-color:var(--c-text)}
.choices [aria-disabled]{color:var(--c-muted);border-style:dashed;border-color:var(--c-border);cursor:default}
.rate,.rate>span{display:flex;flex-wrap:wrap;align-items:center;gap:.4em;font-size:.97em}
.rate>span>span{font-size:.88em;color:var(--c-muted)}
.rate .plain{background:none}
[aria-pressed=true]{background:var(--c-accent)!important;color:var(--c-on-accent);border-color:var(--c-accent)}
.waiting{color:var(--c-muted);font-size:.9em}
.dots::before{content:"•••";letter-spacing:.15em;margin-inline-end:.6em;color:var(--c-accent)}

form{padding:.6em 1em .3em;border-block-start:1px solid var(--c-border)}
label{font-size:.88em;font-weight:600}
.row{display:flex;gap:.5em;align-items:end;margin-block-start:.2em}
textarea{display:block;width:100%;flex:1 1 auto;min-width:0;min-height:2.75em;max-height:8em;padding:.55em .7em;border:1px solid var(--c-border);border-radius:calc(var(--r)*.7);background:var(--c-background);resize:none;field-sizing:content;line-height:1.4}
.main{background:var(--c-accent);color:var(--c-on-accent);border-color:var(--c-accent);font-weight:600}
footer{padding:.35em 1em .7em}
.tools{display:flex;flex-wrap:wrap;gap:.2em .35em;margin-block-start:.25em;margin-inline:-.45em}
.tools button:hover{background:var(--c-surface)}
.tools button{border-color:transparent;background:none;color:var(--c-accent);padding:.15em .45em;text-decoration:underline;text-underline-offset:.2em}
.status:empty{display:none}
.status{font-size:.9em;font-weight:600}
.over{flex:1 0 auto;height:14em;min-height:14em;overflow-y:auto;padding:1em}
.sheet{display:grid;gap:.8em;overflow-wrap:anywhere}
h3{font-size:1.15em}
.wide{width:100%}

@media (max-width:30em){.panel{inset:0;width:100%;max-width:none;height:100%;max-height:none;border:0;border-radius:0}.launcher{inset-inline-end:16px;inset-block-end:16px;max-width:calc(100vw - 32px)}}
@media (max-height:34em){.crisis>p:first-child{position:absolute;clip-path:inset(50%)}.panel{scroll-padding-block-start:7.5em}section.crisis .links{margin:0}}
@media (prefers-reduced-motion:no-preference){.dots::before{animation:kg-dots 1.4s infinite}@keyframes kg-dots{50%{opacity:.35}}}
@media (forced-colors:active){.launcher,.panel,.entry,.crisis,.offline{border:1px solid}.choices [aria-disabled]{color:GrayText}[aria-pressed=true]{border:3px solid Highlight}}
@media print{.kg{display:none}}
`
