/** Networks by name: `mlp:depth=20,width=64,activation=tanh`, `resnet-20`, `wide-resnet-16-4:dropout=0.3`. */
import { nearest } from '../support/nearest.ts'
import { denseFamilies } from './dense-presets.ts'
import { cifarFamilies } from './families/cifar.ts'
import { duFamilies } from './families/du.ts'
import type { Family, GroupName, PresetContext } from './families/family.ts'
import { hardtMaFamily } from './families/hardt-ma.ts'
import { imagenetFamilies } from './families/imagenet.ts'
import { preactFamilies } from './families/preact.ts'
import { vanillaFamily } from './families/vanilla-cnn.ts'
import type { Network } from './network.ts'
import {
  findKnown,
  type PresetText,
  presetError,
  readPresetText,
  take,
  withoutOptions,
  writePresetText,
} from './preset-text.ts'

export type { PresetContext } from './families/family.ts'

const families: readonly Family[] = [
  ...denseFamilies,
  ...cifarFamilies,
  ...preactFamilies,
  hardtMaFamily,
  ...imagenetFamilies,
  vanillaFamily,
  ...duFamilies,
]

interface Found {
  readonly family: Family
  readonly numbers: readonly number[]
}

const titleOf = ({ stem, numbers }: Family): string => (numbers === undefined ? stem : `${stem}-${numbers.title}`)

/** `wide-resnet-16-4` in `wide-resnet` and [16, 4]. */
function splitName(name: string): { stem: string; numbers: number[] } {
  const numbers = /(-\d{1,6}){1,2}$/.exec(name)?.[0] ?? ''
  const stem = name.slice(0, name.length - numbers.length)
  return { stem, numbers: numbers.split('-').slice(1).map(Number) }
}

function matches({ stem, numbers }: Family, name: { stem: string; numbers: readonly number[] }): boolean {
  if (stem !== name.stem) return false
  if (numbers === undefined) return name.numbers.length === 0
  return name.numbers.length === numbers.count && numbers.holds(name.numbers)
}

function lookUp(name: string): Found | undefined {
  const split = splitName(name)
  const family = families.find((one) => matches(one, split))
  return family && { family, numbers: split.numbers }
}

function findFamily(name: string, text: string): Found {
  const found = lookUp(name)
  if (found !== undefined) return found
  const { stem, numbers } = splitName(name)
  const related = families.filter((family) => family.stem === stem)
  if (related.length > 0) throw numberError(name, text, related)
  const titles = families.map(titleOf).join(', ')
  const close = nearest(stem, [...new Set(families.map((family) => family.stem))])
  const meant = close === undefined ? undefined : [close, ...numbers].join('-')
  const remedy = meant !== undefined && lookUp(meant) ? `Did you mean ${meant}?` : 'Choose one of them.'
  throw presetError(text || 'network', `a preset (${titles})`, name || 'nothing', remedy)
}

/** The name is known, and its numbers are not. */
function numberError(name: string, text: string, related: readonly Family[]): Error {
  const rules = related.map((family) => `${titleOf(family)}${ruleOf(family)}`).join(', or ')
  const other = lookUp(`cifar-${name}`)
  const choose = splitName(name).numbers.length === 0 ? 'Add the number.' : 'Choose another number.'
  const remedy = other === undefined ? choose : `Take cifar-${name}.`
  return presetError(text, rules, name, remedy)
}

function ruleOf({ numbers }: Family): string {
  return numbers === undefined || numbers.rule.startsWith('one of') ? '' : ` with ${numbers.rule}`
}

/**
 * The network that a preset's text names, such as `residual-mlp:depth=50,multiplier=1/sqrt(L)`. Throws an IsobathError
 * `preset` on an unknown preset or option, on a bad value, on options that exclude each other, and on an input that is no
 * image where the preset is for images.
 */
export function parseNetwork(text: string, context: PresetContext): Network {
  const read = readPresetText(text, hintFor)
  const { family, numbers } = findFamily(read.name, text)
  checkOptions(read, family)
  if (family.input.length === 3 && context.input !== undefined && context.input.length !== 3) {
    const found = `samples of the shape [${context.input.join(', ')}]`
    throw presetError(read.name, 'images [channels, height, width]', found, 'Take a dense preset, such as mlp.')
  }
  return family.build(read, numbers, context)
}

function checkOptions({ name, options }: PresetText, family: Family): void {
  const known = Object.keys(family.options)
  for (const key of options.keys()) {
    if (known.includes(key)) continue
    const hasBranches = families.some((one) => one.group === family.group && 'multiplier' in one.options)
    if ((key === 'multiplier' || key === 'remedy') && hasBranches) throw branchError(name, key, family)
    const hint = hintFor(name, key)
    if (hint !== undefined) throw presetError(`${name}:${key}`, `an option (${known.join(', ')})`, key, hint)
    findKnown(key, known, 'an option', `${name}:${key}`)
  }
}

/** A word that stands alone but is the value of an option, such as fixup. */
function hintFor(name: string, word: string): string | undefined {
  const family = lookUp(name)?.family
  const choices = Object.entries(family?.options ?? {}).find(([, { words }]) => words?.includes(word))
  return choices && `Write ${name}:${choices[0]}=${word}.`
}

function branchError(name: string, key: string, { group, stem }: Family): Error {
  const related = families.filter((family) => family.group === group && key in family.options)
  const twins: Readonly<Record<string, string>> = { mlp: 'residual-mlp', linear: 'linear-residual' }
  const twin = twins[stem] ?? name.replace(/^plain/, 'resnet')
  return presetError(
    `${name}:${key}`,
    `a preset with skip connections (${related.map(titleOf).join(', ')}), whose branches it changes`,
    name,
    `Leave it out, or take ${twin}.`,
  )
}

/** What the preset is for: the shape and the classes that hold where no data is named. Undefined where it is no preset. */
export function presetData(text: string): { readonly input: readonly number[]; readonly classes: number } | undefined {
  const family = lookUp(withoutOptions(text))?.family
  return family && { input: family.input, classes: family.classes }
}

/**
 * The same preset at another depth: its option depth, or the first number of its name, for which N may stand (resnet-N).
 * Throws an IsobathError `preset` when the text names no preset, gives its widths one by one, or names none of its family
 * at that depth.
 */
export function withDepth(text: string, depth: number): string {
  const read = readPresetText(text, hintFor)
  const name = read.name.replace(/-[ND](?=$|-\d)/, `-${depth}`)
  const open = name !== read.name
  const { family, numbers } = findFamily(name, text)
  if (family.numbers !== undefined) {
    const changed = [family.stem, depth, ...numbers.slice(1)].join('-')
    const atDepth = lookUp(changed)?.family
    if (!open && atDepth !== family) {
      const alike = families.filter((one) => one.stem === family.stem && one.group === family.group)
      if (atDepth === undefined || !alike.includes(atDepth)) throw numberError(changed, text, alike)
    }
    return writePresetText({ name: changed, options: read.options })
  }
  if (read.options.has('widths')) {
    throw presetError(text, 'depth and width', 'widths', 'Replace widths, so that the depth can be changed.')
  }
  const changed = { name: read.name, options: new Map(read.options).set('depth', String(depth)) }
  take(changed, 'depth', family.options.depth)
  return writePresetText(changed)
}

/** The preset's name without its depth, for tables that give the depth beside it: `resnet-N`, `wide-resnet-D-4`. */
export function nameWithoutDepth(text: string): string {
  const name = withoutOptions(text)
  const found = lookUp(name)
  if (found?.family.numbers === undefined) return name
  const [letter] = found.family.numbers.title.startsWith('D') ? ['D'] : ['N']
  return [found.family.stem, letter, ...found.numbers.slice(1)].join('-')
}

export interface PresetRow {
  readonly name: string
  readonly means: string
  readonly options: readonly string[]
}

export interface PresetOptionRow {
  readonly key: string
  readonly values: string
  /** What holds where it is left out. */
  readonly fallback: string
  readonly means: string
}

export interface PresetGroup {
  readonly title: string
  readonly presets: readonly PresetRow[]
  readonly options: readonly PresetOptionRow[]
}

const groupTitles: Readonly<Record<GroupName, string>> = {
  dense: 'Dense networks (784 values and 10 classes, unless --data says otherwise)',
  cifar: 'Convolutional networks for CIFAR (3 x 32 x 32 and 10 classes)',
  imagenet: 'Convolutional networks for ImageNet (3 x 224 x 224 and 1,000 classes)',
  'hardt-ma': 'All-convolutional network (3 x 32 x 32 and 10 classes)',
  vanilla: 'Vanilla convolutional network (1 x 28 x 28 and 10 classes)',
  du: "Networks of Du et al.'s theorems (784 values, or 3 x 32 x 32; 10 classes)",
}

const groups: readonly GroupName[] = ['dense', 'cifar', 'imagenet', 'hardt-ma', 'vanilla', 'du']

/** For the help: every preset, and every option with what may be written and what holds without it. */
export function describePresets(): PresetGroup[] {
  return groups.map((group) => {
    const members = families.filter((family) => family.group === group)
    const keys = [...new Set(members.flatMap(({ options }) => Object.keys(options)))]
    return {
      title: groupTitles[group],
      presets: members.map((family) => {
        return { name: titleOf(family), means: family.means, options: Object.keys(family.options) }
      }),
      options: keys.map((key) => {
        const rows = members.flatMap(({ options }) => (key in options ? [options[key]] : []))
        const [{ values, means }] = rows
        const fallbacks = [...new Set(rows.map(({ fallback }) => fallback))]
        return { key, values, means, fallback: `${fallbacks.join(' or ')}${fallbacks.length > 1 ? ', by preset' : ''}` }
      }),
    }
  })
}

/** Whether the text names a preset, options aside. */
export function isPreset(text: string): boolean {
  return lookUp(withoutOptions(text)) !== undefined
}
