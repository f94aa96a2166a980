/** The table of all families of presets, and the search for the family of a name. */
import { nearest } from '../../support/nearest.ts'
import { denseFamilies } from '../dense-presets.ts'
import { withOutput } from '../preset-output.ts'
import { presetError } from '../preset-text.ts'
import { autoencoderFamily } from './autoencoder.ts'
import { cifarFamilies } from './cifar.ts'
import { duFamilies } from './du.ts'
import type { Family } from './family.ts'
import { hardtMaFamily } from './hardt-ma.ts'
import { imagenetFamilies } from './imagenet.ts'
import { lenetFamily } from './lenet.ts'
import { preactFamilies } from './preact.ts'
import { vanillaFamily } from './vanilla-cnn.ts'
import { vggFamily } from './vgg.ts'

/** The networks of Du et al.'s theorems have outputs without an activation, so they don't get the option `output`. */
export const families: readonly Family[] = [
  ...[
    ...denseFamilies,
    autoencoderFamily,
    ...cifarFamilies,
    ...preactFamilies,
    hardtMaFamily,
    ...imagenetFamilies,
    vggFamily,
    lenetFamily,
    vanillaFamily,
  ].map(withOutput),
  ...duFamilies,
]

export interface FoundFamily {
  readonly family: Family
  readonly numbers: readonly number[]
}

export const titleOf = ({ stem, numbers }: Family): string =>
  numbers === undefined ? stem : `${stem}-${numbers.title}`

/** Splits a name such as `wide-resnet-16-4` into its stem `wide-resnet` and its numbers [16, 4]. */
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

/**
 * The family that a preset's name belongs to, and the numbers in the name. Undefined if the name belongs to no family.
 */
export function lookUp(name: string): FoundFamily | undefined {
  const split = splitName(name)
  const family = families.find((one) => matches(one, split))
  return family && { family, numbers: split.numbers }
}

/**
 * The family that a preset's name belongs to, and the numbers in the name. Throws a `preset` error if the name belongs
 * to no family. `text` is the preset's whole text.
 */
export function findFamily(name: string, text: string): FoundFamily {
  const found = lookUp(name)
  if (found !== undefined) return found
  refuseSeparator(text)
  const related = relatedTo(name)
  if (related.length > 0) throw numberError(name, text, related)
  const titles = families.map(titleOf).join(', ')
  const meant = meantBy(name)
  const remedy = meant === undefined ? 'Choose a preset from the list.' : `Did you mean ${meant}?`
  throw presetError(text || 'network', `a preset (${titles})`, name || 'nothing', remedy)
}

/** Refuses options after a separator other than a colon, as in `resnet-20,remedy=rezero`. */
function refuseSeparator(text: string): void {
  const [, name, separator, options] = /^([^\s,;:=]+)\s*([\s,;])\s*([^=]+=.*)$/.exec(text) ?? []
  if (name === undefined || (lookUp(name) === undefined && relatedTo(name).length === 0)) return
  const found = separator.trim() === '' ? 'a space' : JSON.stringify(separator)
  const remedy = `Write ${name}:${options.trim().replaceAll(/\s*[,;:]\s*/g, ',')}.`
  throw presetError(text, 'a colon between the preset and its options', found, remedy)
}

/**
 * The families with the same stem as the name, whatever numbers the name has. Letters may stand for numbers, because a
 * comparison sets the depth of a name such as resnet-N.
 */
function relatedTo(name: string): readonly Family[] {
  const alike = families.filter(({ stem }) => name.startsWith(stem) && /^(-[-.\dNDK]*)?$/.test(name.slice(stem.length)))
  const longest = Math.max(...alike.map(({ stem }) => stem.length))
  return alike.filter(({ stem }) => stem.length === longest)
}

/** The preset that the user probably meant: resnet-20 for resnet20 and for rsnet-20. */
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

/** The error for a name with a known stem and wrong numbers. */
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
