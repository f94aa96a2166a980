/** Models of other programs, which Isobath can't read yet, and how to describe their networks for Isobath. */
import { IsobathError } from '../support/errors.ts'

interface ForeignModel {
  readonly endings: readonly string[]
  /** One model of this kind, with its article. */
  readonly one: string
  readonly many: string
  /** A sentence that says what to do in place of using the weights in the file. */
  readonly weights: string
}

const trainAgain = 'Write the network as the page docs/networks.md shows, and train it with Isobath.'

const kinds: readonly ForeignModel[] = [
  { endings: ['keras', 'h5', 'hdf5'], one: 'a Keras file', many: 'Keras files', weights: trainAgain },
  {
    endings: ['pt', 'pth', 'ckpt'],
    one: 'a PyTorch file',
    many: 'PyTorch files',
    weights: 'Save the weights as .safetensors with the package safetensors, as the page docs/networks.md shows.',
  },
  { endings: ['onnx'], one: 'an ONNX file', many: 'ONNX files', weights: trainAgain },
  { endings: ['pb', 'tflite'], one: 'a TensorFlow file', many: 'TensorFlow files', weights: trainAgain },
]

/** Names of the files in the folder of a TensorFlow SavedModel. */
export const savedModelFiles: readonly string[] = ['saved_model.pb', 'saved_model.pbtxt']

const endingOf = (path: string): string => /\.([^./\\]+)$/.exec(path)?.[1].toLowerCase() ?? ''

const kindOf = (path: string): ForeignModel | undefined => kinds.find(({ endings }) => endings.includes(endingOf(path)))

const asPreset =
  'Write the network as a preset, such as mlp:depth=2,width=128, or as JSON, as the page docs/networks.md shows for Keras and PyTorch.'

/** Throws a `network` error if a network is named by the file of a model that Isobath can't read. */
export function refuseForeignModel(text: string): void {
  const kind = kindOf(text)
  if (kind === undefined) return
  throw new IsobathError(
    'network',
    `${text}: expected a preset or a JSON file, got ${kind.one} (.${endingOf(text)}). Isobath can't read ${kind.many} yet. ${asPreset}`,
  )
}

/** Throws a `network` error about the folder of a TensorFlow SavedModel. */
export function refuseSavedModel(folder: string): never {
  throw new IsobathError(
    'network',
    `${folder}: expected a preset, a JSON file or the folder of a run, got a SavedModel folder. Isobath can't read SavedModel folders yet. ${asPreset}`,
  )
}

/** Throws a `weights` error if the name of a weights file belongs to a model that Isobath can't read. */
export function refuseForeignWeights(file: string): void {
  const kind = kindOf(file)
  if (kind === undefined) return
  throw new IsobathError(
    'weights',
    `${file}: expected a .safetensors file, got ${kind.one} (.${endingOf(file)}). Isobath can't read ${kind.many} yet. ${kind.weights}`,
  )
}
