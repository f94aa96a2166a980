/** NETWORK on the command line: a preset with options, or a JSON file. */
import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { describePresets, IsobathError, type Network, networkFromJson, parseNetwork } from '../index.ts'
import { reasonOf } from '../support/files.ts'
import type { InputShape } from './data-options.ts'

/** How every command explains its NETWORK. */
export const networkHelp = 'a preset such as mlp:depth=16 (isobath --help lists them), or a JSON file'

/** A preset's name wins over a file or folder that happens to have it. */
function isNetworkFile(text: string): boolean {
  if (text.endsWith('.json')) return true
  const [name] = text.split(':')
  const isPreset = describePresets().presets.some((preset) => preset.name === name.trim())
  return !isPreset && statSync(text, { throwIfNoEntry: false })?.isFile() === true
}

/** What a run of the network is called: the preset, or the file without its ending. */
export function shortName(text: string): string {
  const name = isNetworkFile(text) ? basename(text).replace(/\.json$/, '') : text.split(':')[0].trim()
  return name.replace(/[^\w.-]+/g, '-') || 'network'
}

export function readNetwork(text: string, { classes, input }: InputShape): Network {
  if (!isNetworkFile(text)) return parseNetwork(text, { classes, input })
  let source: string
  try {
    source = readFileSync(text, 'utf8')
  } catch (error) {
    throw new IsobathError(
      'network',
      `${text}: can't be read (${reasonOf(error)}). Give a preset or a network's JSON file.`,
    )
  }
  try {
    return networkFromJson(JSON.parse(source))
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
