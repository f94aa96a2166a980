/** NETWORK on the command line: a preset with options, or a JSON file. */
import { basename } from 'node:path'
import { describePresets, IsobathError, type Network, networkFromJson, parseNetwork } from '../index.ts'
import { isFile, readLimited } from '../support/files.ts'
import type { InputShape } from './data-options.ts'

/** How every command explains its NETWORK. */
export const networkHelp = 'a preset such as mlp:depth=16 (isobath --help lists them), or a JSON file'

/** Bytes of a network's JSON file: a thousand times a network of some hundred layers written one by one. */
const LARGEST_FILE = 2 ** 24

/** A preset's name wins over a file or folder that happens to have it. */
function isNetworkFile(text: string): boolean {
  if (text.endsWith('.json')) return true
  const [name] = text.split(':')
  const isPreset = describePresets().presets.some((preset) => preset.name === name.trim())
  return !isPreset && isFile(text)
}

/** What a run of the network is called: the preset, or the file without its ending. */
export function shortName(text: string): string {
  const name = isNetworkFile(text) ? basename(text).replace(/\.json$/, '') : text.split(':')[0].trim()
  return name.replace(/[^\w.-]+/g, '-') || 'network'
}

export function readNetwork(text: string, { classes, input }: Pick<InputShape, 'classes' | 'input'>): Network {
  if (!isNetworkFile(text)) return parseNetwork(text, { classes, input })
  const remedy = "Give a preset or a network's JSON file."
  const bytes = readLimited(text, { code: 'network', limit: LARGEST_FILE, remedy })
  try {
    return networkFromJson(JSON.parse(decode(bytes)))
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
  const { presets, options } = describePresets()
  return [
    ...wrap('NETWORK is a preset, as name:option=value,option=value, or a JSON file as show network prints it.', 0),
    '',
    'Presets:',
    ...presets.flatMap(({ name, means }) => row(name, means)),
    '',
    'Options of presets:',
    ...options.flatMap(({ key, values, fallback, means }) => row(key, `${means}; ${values} (default: ${fallback})`)),
  ].join('\n')
}

const columns = 80
const nameColumns = 17

function row(name: string, text: string): string[] {
  const [first, ...rest] = wrap(text, nameColumns + 2)
  return [`  ${name.padEnd(nameColumns - 2)}  ${first.trimStart()}`, ...rest]
}

/** Lines of at most 80 characters, all of them indented. */
function wrap(text: string, indent: number): string[] {
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
