/** Reads the argument NETWORK of the command line: a preset with options, or a JSON file. */
import { basename, join } from 'node:path'
import { createBlueprint, IsobathError, type Network, networkFromJson, parseNetwork } from '../index.ts'
import { type DataShape, isPreset, presetData, reproducesInputs, takesImages } from '../internal.ts'
import { refuseForeignModel, refuseSavedModel, savedModelFiles } from '../network/foreign-models.ts'
import { isFile, isFolder, readLimited } from '../support/files.ts'
import { inputOf, type ShapeFlags } from './data-options.ts'
import { plainName } from './free-folder.ts'
import { programName } from './program-name.ts'

/** Help of the argument NETWORK in every command. */
export const networkHelp = 'preset such as mlp:depth=16 (isobath --help lists all presets), or a JSON file'

/**
 * Largest size of a network's JSON file, in bytes: a thousand times the size of a file that lists about a hundred
 * layers.
 */
const LARGEST_FILE = 2 ** 24

/** Whether the text names a JSON file. If a preset and a file have the same name, the name stands for the preset. */
function isNetworkFile(text: string): boolean {
  return text.endsWith('.json') || (!isPreset(text) && isFile(text))
}

/**
 * Throws a `network` error if an argument is the file or the folder of a model from another program, which Isobath can't
 * read yet.
 */
export function refuseForeign(text: string): void {
  if (!isFolder(text)) refuseForeignModel(text)
  if (!isPreset(text) && savedModelFiles.some((name) => isFile(join(text, name)))) refuseSavedModel(text)
}

/**
 * Whether an argument that can be a network or a run is a run. A run is an existing folder whose name isn't the name of
 * a preset. Throws a `network` error for a model from another program.
 */
export function isRunArgument(text: string): boolean {
  refuseForeign(text)
  return !isPreset(text) && isFolder(text)
}

/** Short name of a network, for the folder of its run: the preset, or the name of the JSON file without its ending. */
export function shortName(text: string): string {
  const name = isNetworkFile(text) ? basename(text).replace(/\.json$/, '') : text.split(':')[0].trim()
  return plainName(name) || 'network'
}

/**
 * Returns the shape of a sample and the classes for the networks of a command that needs no data. The shape comes from
 * --data or --input. Without these options, the shape comes from the first network that takes images, or else from the
 * first network.
 */
export function shapeFor(texts: readonly string[], flags: ShapeFlags): Promise<DataShape> {
  const all = texts.map(usualShape)
  return inputOf(withImpliedTarget(texts, flags), all.find(({ input }) => input.length === 3) ?? all[0])
}

function usualShape(text: string): DataShape {
  refuseForeign(text)
  const task = reproducesInputs(text) ? 'autoencoding' : 'classification'
  if (!isNetworkFile(text)) return { ...(presetData(text) ?? { input: [784], classes: 10 }), task }
  return { input: takesImages(readNetworkFile(text)) ? [3, 32, 32] : [784], classes: 10, task }
}

/**
 * The flags of a command, with the target that its networks imply. A preset such as autoencoder implies the target
 * autoencode. Throws an `option` error if the flags name another target.
 */
export function withImpliedTarget<Flags extends ShapeFlags>(texts: readonly string[], flags: Flags): Flags {
  const text = texts.find(reproducesInputs)
  if (text === undefined) return flags
  const { target = 'autoencode' } = flags
  if (target === 'autoencode') return { ...flags, target }
  throw new IsobathError(
    'option',
    `--target: expected autoencode, because ${shortName(text)} reproduces its inputs, got ${target}. Leave --target out, or take mlp.`,
  )
}

/** Reads the network that the text names. Throws a `network` or `preset` error if the text names no network. */
export function readNetwork(text: string, { classes, input }: Pick<DataShape, 'classes' | 'input'>): Network {
  refuseForeign(text)
  return isNetworkFile(text) ? readNetworkFile(text, input) : parseNetwork(text, { classes, input })
}

/**
 * Reads a network from a JSON file. Throws an error that names the file if the network is wrong or does not fit the
 * input.
 */
function readNetworkFile(text: string, input?: readonly number[]): Network {
  const remedy = 'Give a preset or the JSON file of a network.'
  const bytes = readLimited(text, { code: 'network', limit: LARGEST_FILE, remedy })
  try {
    const network = networkFromJson(JSON.parse(decode(bytes)))
    if (input) createBlueprint(network, input)
    return network
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new IsobathError(
        'network',
        `${text}: expected JSON, got other text (${error.message}). Make a network file with ${programName()} show network NETWORK.`,
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
      `expected JSON, got bytes that are not UTF-8. Make a network file with ${programName()} show network NETWORK.`,
    )
  }
}
