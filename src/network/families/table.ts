/** All families of networks by name, and finding the one that a name is of. */
import { nearest } from '../../support/nearest.ts'
import { denseFamilies } from '../dense-presets.ts'
import { presetError } from '../preset-text.ts'
import { cifarFamilies } from './cifar.ts'
import { duFamilies } from './du.ts'
import type { Family } from './family.ts'
import { hardtMaFamily } from './hardt-ma.ts'
import { imagenetFamilies } from './imagenet.ts'
import { preactFamilies } from './preact.ts'
import { vanillaFamily } from './vanilla-cnn.ts'

export const families: readonly Family[] = [
  ...denseFamilies,
  ...cifarFamilies,
  ...preactFamilies,
  hardtMaFamily,
  ...imagenetFamilies,
  vanillaFamily,
  ...duFamilies,
]

export interface FoundFamily {
  readonly family: Family
  readonly numbers: readonly number[]
}

export const titleOf = ({ stem, numbers }: Family): string =>
  numbers === undefined ? stem : `${stem}-${numbers.title}`

/** `wide-resnet-16-4` in `wide-resnet` and [16, 4]. */
function splitName(name: string): { stem: string; numbers: number[] } {
  const numbers = /(-[1-9]\d{0,5}){1,2}$/.exec(name)?.[0] ?? ''
  const stem = name.slice(0, name.length - numbers.length)
  return { stem, numbers: numbers.split('-').slice(1).map(Number) }
}

function matches({ stem, numbers }: Family, name: { stem: string; numbers: readonly number[] }): boolean {
  if (stem !== name.stem) return false
  if (numbers === undefined) return name.numbers.length === 0
  return name.numbers.length === numbers.count && numbers.holds(name.numbers)
}

/** The family of a name, and the name's numbers; undefined where it is none. */
export function lookUp(name: string): FoundFamily | undefined {
  const split = splitName(name)
  const family = families.find((one) => matches(one, split))
  return family && { family, numbers: split.numbers }
}

/** Throws an IsobathError `preset` where the name is none; `text` is where it stands. */
export function findFamily(name: string, text: string): FoundFamily {
  const found = lookUp(name)
  if (found !== undefined) return found
  refuseSeparator(text)
  const related = relatedTo(name)
  if (related.length > 0) throw numberError(name, text, related)
  const titles = families.map(titleOf).join(', ')
  const meant = meantBy(name)
  const remedy = meant === undefined ? 'Choose one of them.' : `Did you mean ${meant}?`
  throw presetError(text || 'network', `a preset (${titles})`, name || 'nothing', remedy)
}

/** Options that follow something else than a colon: `resnet-20,remedy=rezero`. */
function refuseSeparator(text: string): void {
  const [, name, separator, options] = /^([^\s,;:=]+)\s*([\s,;])\s*([^=]+=.*)$/.exec(text) ?? []
  if (name === undefined || (lookUp(name) === undefined && relatedTo(name).length === 0)) return
  const found = separator.trim() === '' ? 'a space' : JSON.stringify(separator)
  const remedy = `Write ${name}:${options.trim().replaceAll(/\s*[,;:]\s*/g, ',')}.`
  throw presetError(text, 'a colon between the preset and its options', found, remedy)
}

/** The families of this name with other numbers. Letters may stand for numbers in comparisons, which set the depth. */
function relatedTo(name: string): readonly Family[] {
  const alike = families.filter(({ stem }) => name.startsWith(stem) && /^(-[-.\dNDK]*)?$/.test(name.slice(stem.length)))
  const longest = Math.max(...alike.map(({ stem }) => stem.length))
  return alike.filter(({ stem }) => stem.length === longest)
}

/** The preset that was probably meant: resnet20 is resnet-20, rsnet-20 is. */
function meantBy(name: string): string | undefined {
  const tidy = name
    .toLowerCase()
    .replace(/([a-z])(?=\d)/g, '$1-')
    .replace(/[-_ ]+/g, '-')
    .replace(/-0*(?=[1-9])/g, '-')
    .replace(/-$/, '')
  const { stem, numbers } = splitName(tidy)
  const close = nearest(stem, [...new Set(families.map((family) => family.stem))])
  return [tidy, [close, ...numbers].join('-')].find((candidate) => lookUp(candidate) !== undefined)
}

/** The name is known, and its numbers are not. */
export function numberError(name: string, text: string, related: readonly Family[]): Error {
  const rules = related.map((family) => `${titleOf(family)}${ruleOf(family)}`).join(', or ')
  return presetError(text, rules, name, numberRemedy(name, related))
}

function numberRemedy(name: string, related: readonly Family[]): string {
  const written = name.match(/(?<=-)\d+/g) ?? []
  const [{ stem, options }] = related
  const wanted = Math.max(...related.map(({ numbers }) => numbers?.count ?? 0))
  if (wanted === 0) {
    const [depth = ''] = written
    const isDepth = written.length === 1 && options.depth?.read(depth) !== undefined
    return isDepth ? `Write ${stem}:depth=${depth}.` : `Write ${stem}.`
  }
  if (lookUp(`cifar-${name}`) !== undefined) return `Take cifar-${name}.`
  const meant = meantBy(name)
  if (meant !== undefined && meant !== name) return `Did you mean ${meant}?`
  if (written.length < wanted) return wanted === 1 ? 'Write the number.' : 'Write both numbers.'
  return wanted === 1 ? 'Choose another number.' : 'Choose other numbers.'
}

function ruleOf({ numbers }: Family): string {
  if (numbers === undefined) return ' without numbers'
  return numbers.rule.startsWith('one of') ? '' : ` with ${numbers.rule}`
}
