/** Presets by name, such as `mlp:depth=20,width=64,activation=tanh`, `resnet-20` and `wide-resnet-16-4:dropout=0.3`. */
import { describeValue } from '../support/describe-value.ts'
import type { Family, PresetContext } from './families/family.ts'
import { type FoundFamily, families, findFamily, lookUp, numberError, titleOf } from './families/table.ts'
import type { Network } from './network.ts'
import { hintForValue, hintForWord } from './preset-hints.ts'
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

/**
 * The network that a preset's text names, such as `residual-mlp:depth=50,multiplier=1/sqrt(L)`. Throws a `preset` error
 * on an unknown preset or option, on a bad value, and on options that exclude each other. Throws a `preset` error also
 * if the preset needs images and the samples are no images.
 */
export function parseNetwork(text: string, context: PresetContext): Network {
  checkContext(text, context)
  const name = withoutOptions(text)
  const found = findFamily(name, text)
  const { family, numbers } = found
  const read = readPresetText(text, (word) => hintForWord(name, found, word))
  checkOptions(read, found)
  if (family.input.length === 3 && context.input !== undefined && context.input.length !== 3) {
    const samples = `samples of the shape [${context.input.join(', ')}]`
    throw presetError(name, 'images [channels, height, width]', samples, 'Take a dense preset, such as mlp.')
  }
  return family.build(read, numbers, context)
}

/** Checks the types of the arguments, because callers in plain JavaScript have no compiler that checks types. */
function checkContext(text: unknown, context: unknown): void {
  if (typeof text !== 'string')
    throw presetError('network', 'the name of a preset', describeValue(text), 'Take mlp:depth=4.')
  if (typeof context === 'object' && context !== null && 'classes' in context) return
  const remedy = `Write parseNetwork('${text}', { classes: 10 }).`
  throw presetError(text, 'the number of classes after the name', describeValue(context), remedy)
}

function checkOptions({ name, options }: PresetText, found: FoundFamily): void {
  const { family } = found
  const known = Object.keys(family.options)
  for (const key of options.keys()) {
    if (known.includes(key)) continue
    const isForBranches = key === 'multiplier' || key === 'remedy' || (key === 'block' && family.group === 'dense')
    const hasBranches = families.some((one) => one.group === family.group && 'multiplier' in one.options)
    if (isForBranches && hasBranches) throw branchError(name, key, family)
    const hint = hintForValue(name, found, key)
    if (hint !== undefined) throw presetError(`${name}:${key}`, `an option (${known.join(', ')})`, key, hint)
    findKnown(key, known, 'an option', `${name}:${key}`)
  }
}

function branchError(name: string, key: string, { group, stem }: Family): Error {
  const related = families.filter((family) => family.group === group && key in family.options)
  const twins: Readonly<Record<string, string>> = { mlp: 'residual-mlp', linear: 'linear-residual' }
  const twin = twins[stem] ?? name.replace(/^plain/, 'resnet')
  return presetError(
    `${name}:${key}`,
    `a preset with skip connections (${related.map(titleOf).join(', ')}), because ${key} changes residual branches`,
    name,
    `Leave ${key} out, or take ${twin}.`,
  )
}

/**
 * The sample shape and the number of classes that a preset has if the user names no data. Undefined if the text names
 * no preset.
 */
export function presetData(text: string): { readonly input: readonly number[]; readonly classes: number } | undefined {
  const family = lookUp(withoutOptions(text))?.family
  return family && { input: family.input, classes: family.classes }
}

/** Whether the text names a preset whose networks reproduce their inputs, such as autoencoder. */
export function reproducesInputs(text: string): boolean {
  return lookUp(withoutOptions(text))?.family.reproducesInputs ?? false
}

/** Whether the text names a preset without nonlinearities, such as linear. */
export function isLinearPreset(text: string): boolean {
  return lookUp(withoutOptions(text))?.family.isLinear ?? false
}

/**
 * The preset's text with a different depth. The depth is the option `depth`, or the first number of the preset's name.
 * The letter N may stand for the first number of a name, as in resnet-N. Throws a `preset` error if the text names no
 * preset, if it sets the option `widths`, or if the preset's family has no network of this depth.
 */
export function withDepth(text: string, depth: number): string {
  const written = withoutOptions(text)
  const name = written.replace(/-[ND](?=$|-\d)/, `-${depth}`)
  const found = findFamily(name, text)
  const { family, numbers } = found
  const read = readPresetText(text, (word) => hintForWord(written, found, word))
  if (family.numbers !== undefined) {
    const changed = [family.stem, depth, ...numbers.slice(1)].join('-')
    const atDepth = lookUp(changed)?.family
    if (name === written && atDepth !== family) {
      const alike = families.filter((one) => one.stem === family.stem && one.group === family.group)
      if (atDepth === undefined || !alike.includes(atDepth)) throw numberError(changed, text, alike)
    }
    return writePresetText({ name: changed, options: read.options })
  }
  if (read.options.has('widths')) {
    throw presetError(
      text,
      'depth and width',
      'widths',
      'Replace the option widths by width, so that the depth can be changed.',
    )
  }
  const changed = { name: read.name, options: new Map(read.options).set('depth', String(depth)) }
  take(changed, 'depth', family.options.depth)
  return writePresetText(changed)
}

/**
 * The preset's name without its depth, such as `resnet-N` or `wide-resnet-D-4`, for tables with a column for the depth.
 */
export function nameWithoutDepth(text: string): string {
  const name = withoutOptions(text)
  const found = lookUp(name)
  if (found?.family.numbers === undefined) return name
  const [letter] = found.family.numbers.title.startsWith('D') ? ['D'] : ['N']
  return [found.family.stem, letter, ...found.numbers.slice(1)].join('-')
}

/** The depth in the preset's name, such as 20 in `resnet-20`. Undefined if the name holds no depth. */
export function depthInName(text: string): number | undefined {
  const found = lookUp(withoutOptions(text))
  const [depth] = found?.family.numbers === undefined ? [] : found.numbers
  return Number.isInteger(depth) ? depth : undefined
}

/** Whether the text names a preset. The options of the text are ignored. */
export function isPreset(text: string): boolean {
  return lookUp(withoutOptions(text)) !== undefined
}
