/** NETWORK on the command line: a preset with options, or a JSON file. */

import { basename } from 'node:path'
import { createBlueprint, IsobathError, type Network, networkFromJson, parseNetwork } from '../index.ts'
import { type DataShape, isPreset, presetData, takesImages } from '../internal.ts'
import { isFile, isFolder, readLimited } from '../support/files.ts'
import { inputOf, type ShapeFlags } from './data-options.ts'
import { plainName } from './free-folder.ts'
import { programName } from './program-name.ts'

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
  return plainName(name) || 'network'
}

/**
 * What networks are given where a command needs no data: what the first of them is for, or the first that takes images
 * where there is one, unless --data or --input says otherwise.
 */
export function shapeFor(texts: readonly string[], flags: ShapeFlags): Promise<DataShape> {
  const all = texts.map(usualShape)
  return inputOf(flags, all.find(({ input }) => input.length === 3) ?? all[0])
}

function usualShape(text: string): Omit<DataShape, 'task'> {
  if (!isNetworkFile(text)) return presetData(text) ?? { input: [784], classes: 10 }
  return { input: takesImages(readNetworkFile(text)) ? [3, 32, 32] : [784], classes: 10 }
}

export function readNetwork(text: string, { classes, input }: Pick<DataShape, 'classes' | 'input'>): Network {
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
        `${text}: expected JSON, got something else (${error.message}). Write one with ${programName()} show network NETWORK.`,
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
      `expected JSON, got bytes that are no UTF-8. Write one with ${programName()} show network NETWORK.`,
    )
  }
}
