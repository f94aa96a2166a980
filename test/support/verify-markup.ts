/** Checks the markup of reports for errors that a parser would reject, and for values that are not numbers. */

const TAG = /<(\/?)([A-Za-z][\w-]*)((?:\s+[\w:-]+(?:="[^"<]*")?)*)\s*(\/?)>/y
/** HTML elements without an end tag. */
const VOID = new Set(['meta', 'br', 'wbr', 'hr', 'img', 'link'])

/**
 * Lists the errors of the markup. In correct markup, tags are balanced, attributes are quoted and unique, special
 * characters are escaped, and `NaN`, `undefined` and `Infinity` do not occur.
 */
export function verifyMarkup(markup: string): string[] {
  const problems = ['NaN', 'undefined', 'Infinity']
    .filter((word) => markup.includes(word))
    .map((word) => `holds ${word}`)
  const open: string[] = []
  const text = markup.replace(/^<!doctype html>/, '')
  let at = 0
  while (at < text.length) {
    const next = text.indexOf('<', at)
    const content = text.slice(at, next < 0 ? text.length : next)
    const stray = open.at(-1) === 'style' ? null : content.match(/>|&(?!(?:amp|lt|gt|quot|#39);)/)
    if (stray !== null) problems.push(`unescaped ${stray[0]} in: ${content.slice(0, 60)}`)
    if (next < 0) break
    TAG.lastIndex = next
    const tag = TAG.exec(text)
    if (tag === null) return [...problems, `no tag: ${text.slice(next, next + 60)}`]
    const [whole, closing, name, attributes, selfClosing] = tag
    const names = [...attributes.matchAll(/([\w:-]+)(?:="[^"]*")?/g)].map((match) => match[1])
    if (new Set(names).size < names.length) problems.push(`an attribute is given twice: ${whole}`)
    if (closing !== '' && open.pop() !== name) problems.push(`</${name}> closes nothing`)
    else if (closing === '' && selfClosing === '' && !VOID.has(name)) open.push(name)
    at = TAG.lastIndex
  }
  return [...problems, ...open.map((name) => `<${name}> isn't closed`)]
}
