/** A trained network with everything that a program must know to use it: no training set, no options of the training. */
import { z } from 'zod'
import type { Blueprint, Shape } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { sizeOf } from '../blueprint/shape.ts'
import type { EncodedColumn, TableEncoding } from '../data/csv-encoding.ts'
import { type Dataset, inputSize, outputsOf, type Task, taskOf } from '../data/dataset.ts'
import type { Scale, Statistics } from '../data/standardize.ts'
import { type LossName, lossNames } from '../graph/losses.ts'
import { networkFromJson } from '../network/json.ts'
import type { Network } from '../network/network.ts'
import type { StoredDescription } from '../runs/run-description.ts'
import { usualLoss } from '../settings/task-losses.ts'
import { describeValue } from '../support/describe-value.ts'
import { IsobathError } from '../support/errors.ts'
import type { Weights } from '../training/evaluator.ts'
import { decodeTensors, encodeTensors, type TensorFile } from '../training/safetensors.ts'
import { encodingSchema } from '../training/stored-encoding.ts'
import { type StoredStatistics, statisticsSchema, storedStatistics } from '../training/stored-statistics.ts'
import { checkWeights, fromTensors, toTensors } from '../training/weights.ts'

export interface Model {
  readonly network: Network
  /** Sizes of one sample: [features] or [channels, height, width]. */
  readonly input: Shape
  /** All parameters and running statistics, by name. */
  readonly weights: Weights
  /** What the outputs are: a class for each sample, values, or the sample given back. */
  readonly task: Task
  readonly loss: LossName
  /** Of the training set: other data is standardized in the same way. */
  readonly statistics: Statistics
  /** What the classes are called, where their numbers aren't their names. */
  readonly classNames?: readonly string[]
  /** What the values are called, in the order of the outputs. */
  readonly targetNames?: readonly string[]
  /** What the columns of its table became, so that others can be read in the same way. */
  readonly encoding?: TableEncoding
}

/** What of a model its data and its settings say. */
export type ModelFacts = Pick<Model, 'input' | 'task' | 'loss' | 'classNames' | 'targetNames' | 'encoding'>

export function modelFacts(data: Dataset, { loss }: { readonly loss: LossName }): ModelFacts {
  const { shape } = data
  const task = taskOf(data)
  return {
    input: [...shape],
    task,
    loss,
    ...namesOf(task, { inputs: inputSize(data), outputs: outputsOf(data) }, data),
  }
}

type Names = Pick<Model, 'classNames' | 'targetNames' | 'encoding'>

/** The names that belong to the task, and the encoding of a table. Names of another number than the outputs say nothing. */
function namesOf(
  task: Task,
  { inputs, outputs }: { readonly inputs: number; readonly outputs: number },
  { classNames, targetNames, encoding }: Names,
): Names {
  return {
    ...(task === 'classification' && classNames?.length === outputs ? { classNames } : {}),
    ...(task === 'regression' && targetNames?.length === outputs ? { targetNames } : {}),
    ...(encoding !== undefined && fits(encoding, task, inputs, outputs) ? { encoding } : {}),
  }
}

/** Whether tables that are read so have the model's inputs and what it gives. */
function fits({ columns, target, classes }: TableEncoding, task: Task, inputs: number, outputs: number): boolean {
  const given = columns.reduce((sum, column) => sum + inputsOf(column), 0)
  const targets = columns.filter(({ role }) => role === 'target').length
  const asked = {
    classes: task === 'classification' && classes?.length === outputs,
    values: task === 'regression' && targets === outputs,
    autoencode: task === 'autoencoding',
  }
  return given === inputs && asked[target]
}

function inputsOf(column: EncodedColumn): number {
  return column.role === 'category' ? column.words.length : column.role === 'number' ? 1 : 0
}

/** As the metadata of a weights file has it, in JSON. */
const storedSchema = z.object({
  format: z.literal(1),
  network: z.unknown(),
  input: z.array(z.number().int().positive()),
  task: z.enum(['classification', 'regression', 'autoencoding']),
  loss: z.enum(lossNames),
  statistics: statisticsSchema,
  classNames: z.array(z.string()).optional(),
  targetNames: z.array(z.string()).optional(),
  encoding: encodingSchema.optional(),
})

/** The key of a model among the metadata of a weights file. */
const metadataKey = 'isobath.model'

/** The metadata of a weights file: the model's facts where there are some. */
function modelMetadata(model: Omit<Model, 'weights'>): Record<string, string> {
  const { network, input, task, loss, statistics, classNames, targetNames, encoding } = model
  const stored: Omit<z.input<typeof storedSchema>, 'statistics'> & { readonly statistics: StoredStatistics } = {
    format: 1,
    network,
    input: [...input],
    task,
    loss,
    statistics: storedStatistics(statistics),
    classNames: classNames && [...classNames],
    targetNames: targetNames && [...targetNames],
    encoding,
  }
  return { [metadataKey]: JSON.stringify(stored) }
}

/** Undefined where the file has weights alone. Throws a `weights` error that names the file where it is broken. */
export function modelOfTensors(content: TensorFile, file: string): Model | undefined {
  const text = content.metadata[metadataKey]
  if (text === undefined) return undefined
  const parsed = storedSchema.safeParse(parseJson(text))
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues
    throw new IsobathError(
      'weights',
      `${file}: ${metadataKey}.${path.join('.')}: ${message}. The file was changed or broken.`,
    )
  }
  const facts = parsed.data
  const network = networkOf(facts.network, file)
  const blueprint = createBlueprint(network, facts.input)
  const wrong = shapeErrorOf(facts, blueprint)
  if (wrong !== undefined) {
    throw new IsobathError('weights', `${file}: ${metadataKey}: ${wrong}. The file was changed or broken.`)
  }
  const { input, task, loss, statistics } = facts
  const names = namesOf(task, sizesOf(blueprint), facts)
  const weights = fromTensors(blueprint, content, file)
  return { network, input, weights, task, loss, statistics, ...names }
}

const sizesOf = ({ input, output }: Blueprint) => ({ inputs: sizeOf(input), outputs: sizeOf(output) })

/** What of a model's facts doesn't fit its network. */
function shapeErrorOf(
  { statistics: { inputs, targets }, task }: Pick<Model, 'statistics' | 'task'>,
  { input, output }: Blueprint,
): string | undefined {
  const isScale = ({ mean, deviation }: Scale): boolean =>
    mean.length === deviation.length && deviation.every((value) => value > 0)
  const outputs = sizeOf(output)
  const groups = inputs.mean.length
  if (!isScale(inputs) || groups === 0 || sizeOf(input) % groups !== 0)
    return `its statistics don't fit ${sizeOf(input)} inputs`
  if (!isScale(targets) || targets.mean.length !== (task === 'regression' ? outputs : 0)) {
    return `its statistics of targets don't fit ${outputs} outputs`
  }
  return undefined
}

/** The tensors of a weights file, with the model's facts. Throws a `weights` error where they don't fit the network. */
export function tensorsOfModel(model: Model): TensorFile {
  const blueprint = createBlueprint(model.network, model.input)
  checkWeights(blueprint, model.weights)
  return { tensors: toTensors(blueprint, model.weights), metadata: { format: 'isobath', ...modelMetadata(model) } }
}

/**
 * The bytes that `saveWeights` would write of a model, such as a run: for a page, which has no files. Throws a `weights`
 * error where the weights don't fit the network.
 */
export function encodeModel(model: Model): Uint8Array<ArrayBuffer> {
  if (!isModel(model)) {
    throw new IsobathError('weights', `encodeModel: expected a model, such as a run, got ${describeValue(model)}.`)
  }
  return encodeTensors(tensorsOfModel(model))
}

/**
 * The model in the bytes of a file that `saveWeights` wrote: `predict(decodeModel(bytes), inputs)`. Throws a `weights` error
 * that begins with `name` where they are broken, or are weights alone.
 */
export function decodeModel(bytes: Uint8Array, name = 'model'): Model {
  if (!(bytes instanceof Uint8Array)) {
    throw new IsobathError('weights', `decodeModel: expected the bytes of a file, got ${describeValue(bytes)}.`)
  }
  return modelOr(modelOfTensors(decodeTensors(bytes, name), name), name, 'decodeTensors and fromTensors')
}

/** Throws a `weights` error where there is none. `reader`: the function that reads weights alone. */
export function modelOr(found: Model | undefined, name: string, reader: string): Model {
  if (found !== undefined) return found
  throw new IsobathError(
    'weights',
    `${name}: expected a model, got weights alone. Read them for their network with ${reader}.`,
  )
}

/** Whether a value looks like a model: a run does, a network doesn't. */
export const isModel = (value: unknown): value is Model =>
  typeof value === 'object' &&
  value !== null &&
  ['network', 'input', 'weights', 'statistics'].every((key) => key in value)

function networkOf(value: unknown, file: string): Network {
  try {
    return networkFromJson(value)
  } catch (error) {
    if (error instanceof IsobathError) throw new IsobathError('weights', `${file}: ${error.message}`)
    throw error
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The same of a run's folder, where the data set isn't there. */
export function modelFactsOfRun(
  { input, data, settings, statistics }: StoredDescription,
  blueprint: Blueprint,
): ModelFacts {
  const task = data.task ?? taskOfOlderRun(blueprint, statistics, { ...settings, target: data.options.target })
  const loss = lossNames.find((name) => name === settings.loss) ?? usualLoss(task)
  return { input, task, loss, ...namesOf(task, sizesOf(blueprint), data) }
}

/** Folders of older versions don't say the task. */
function taskOfOlderRun(
  { input, output }: Blueprint,
  { targets }: Statistics,
  { loss, target }: { readonly loss?: unknown; readonly target?: unknown },
): Task {
  if (targets.mean.length > 0) return 'regression'
  if (target === 'autoencode') return 'autoencoding'
  return loss === 'squared-error' && sizeOf(input) === sizeOf(output) ? 'autoencoding' : 'classification'
}
