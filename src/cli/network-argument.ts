/** NETWORK on the command line: a preset with options, or a JSON file. */
import { basename } from 'node:path'
import {
  createBlueprint,
  describePresets,
  IsobathError,
  isPreset,
  type Layer,
  type Network,
  networkFromJson,
  parseNetwork,
  presetData,
} from '../index.ts'
import { isFile, isFolder, readLimited } from '../support/files.ts'
import { type InputShape, inputOf, type ShapeFlags } from './data-options.ts'

/** How every command explains its NETWORK. */
export const networkHelp = 'a preset such as mlp:depth=16 (isobath --help lists them), or a JSON file'

/** Bytes of a network's JSON file: a thousand times a network of some hundred layers written one by one. */
const LARGEST_FILE = 2 ** 24

/** A preset's name wins over a file or folder that happens to have it. */
function isNetworkFile(text: string): boolean {
  return text.endsWith('.json') || (!isPreset(text) && isFile(text))
}

/** Where a command takes a network or a run: a folder, that no preset has the name of. */
export function isRunArgument(text: string): boolean {
  return !isPreset(text) && isFolder(text)
}

/** What a run of the network is called: the preset, or the file without its ending. */
export function shortName(text: string): string {
  const name = isNetworkFile(text) ? basename(text).replace(/\.json$/, '') : text.split(':')[0].trim()
  return name.replace(/[^\w.-]+/g, '-') || 'network'
}

/**
 * What networks are given where a command needs no data: what the first of them is for, or the first that takes images
 * where there is one, unless --data or --input says otherwise.
 */
export function shapeFor(texts: readonly string[], flags: ShapeFlags): Promise<InputShape> {
  const all = texts.map(usualShape)
  return inputOf(flags, all.find(({ input }) => input.length === 3) ?? all[0])
}

function usualShape(text: string): Omit<InputShape, 'task'> {
  if (!isNetworkFile(text)) return presetData(text) ?? { input: [784], classes: 10 }
  return { input: takesImages(readNetworkFile(text)) ? [3, 32, 32] : [784], classes: 10 }
}

function takesImages(layer: Layer): boolean {
  if (layer.kind === 'chain') return layer.layers.some(takesImages)
  if (layer.kind === 'repeat') return takesImages(layer.block)
  if (layer.kind === 'residual') return takesImages(layer.branch)
  return ['conv', 'maxPool', 'averagePool', 'globalAveragePool', 'subsample'].includes(layer.kind)
}

export function readNetwork(text: string, { classes, input }: Pick<InputShape, 'classes' | 'input'>): Network {
  return isNetworkFile(text) ? readNetworkFile(text, input) : parseNetwork(text, { classes, input })
}

/** Throws where it doesn't fit this input, if there is one: the error names the file. */
function readNetworkFile(text: string, input?: readonly number[]): Network {
  const remedy = "Give a preset or a network's JSON file."
  const bytes = readLimited(text, { code: 'network', limit: LARGEST_FILE, remedy })
  try {
    const network = networkFromJson(JSON.parse(decode(bytes)))
    if (input) createBlueprint(network, input)
    return network
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new IsobathError(
        'network',
        `${text}: expected JSON, got something else (${error.message}). Write one with isobath show network NETWORK.`,
      )
    }
    if (error instanceof IsobathError) throw new IsobathError(error.code, `${text}: ${error.message}`)
    throw error
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new IsobathError(
      'network',
      'expected JSON, got bytes that are no UTF-8. Write one with isobath show network NETWORK.',
    )
  }
}

/** The presets and their options, for help. */
export function describeNetworks(): string {
  const written = new Set<string>()
  const groups = describePresets().flatMap(({ title, presets, options }) => {
    const names = presets.map(({ name }) => name)
    const owners = [...new Set([names.join(), ...options.map((option) => option.presets.join())])]
    return [
      '',
      ...wrap(`${title}:`, 0),
      ...presets.flatMap(({ name, means }) => row(name, means)),
      ...owners.flatMap((some) => {
        const own = options.filter((option) => option.presets.join() === some)
        return [...wrap(optionsTitle(own[0].presets, names), 2), ...optionRows(own, written)]
      }),
    ]
  })
  const first = 'NETWORK is a preset, as name:option=value,option=value, or a JSON file as show network prints it.'
  return [...wrap(first, 0), ...groups].join('\n')
}

/** Of which of the group's presets the options are; of which not, where that would be a long list. */
function optionsTitle(presets: readonly string[], all: readonly string[]): string {
  if (presets.length === all.length) return 'Options:'
  const [those, but] = [presets, all.filter((name) => !presets.includes(name))].map((names) => names.join(', '))
  return `Options of ${those.length <= columns / 2 ? those : `all but ${but}`}:`
}

/** What was written of an option of another group isn't written again. */
function optionRows(options: ReturnType<typeof describePresets>[number]['options'], written: Set<string>): string[] {
  const rows = options.map(({ key, values, fallback, means }) => {
    return { key, lines: row(key, `${means}; ${values} (default: ${fallback})`) }
  })
  const isNew = ({ lines }: { lines: readonly string[] }) => !written.has(lines.join())
  const [shown, known] = [rows.filter(isNew), rows.filter((one) => !isNew(one))]
  for (const { lines } of shown) written.add(lines.join())
  const repeated = known.length > 0 ? row('as above', known.map(({ key }) => key).join(', ')) : []
  return [...shown.flatMap(({ lines }) => lines), ...repeated]
}

const columns = 80
const nameColumns = 17

function row(name: string, text: string): string[] {
  const lines = wrap(text, nameColumns + 2)
  if (name.length > nameColumns - 2) return [`  ${name}`, ...lines]
  const [first, ...rest] = lines
  return [`  ${name.padEnd(nameColumns - 2)}  ${first.trimStart()}`, ...rest]
}

/** Lines of at most 80 characters, all of them indented. */
export function wrap(text: string, indent: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > columns) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].map((one) => ' '.repeat(indent) + one)
}
