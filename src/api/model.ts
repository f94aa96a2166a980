/** A model: a trained network with all facts that a program needs to use it, without the training set. */
import { z } from 'zod'
import type { Blueprint, Shape } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { inputsOf, type TableEncoding } from '../data/csv-encoding.ts'
import { type Dataset, inputSize, outputsOf, type Task, taskOf } from '../data/dataset.ts'
import type { Scale, Statistics } from '../data/standardize.ts'
import { classesOfOutputs, type LossName, type LossSettings, lossNames } from '../graph/losses.ts'
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

/** A trained network with all facts that a program needs to use it. The result of `train` is also a model. */
export interface Model {
  /** Description of the network. */
  readonly network: Network
  /** Shape of one sample: [features] or [channels, height, width]. */
  readonly input: Shape
  /** Values of all parameters and running statistics, by name. */
  readonly weights: Weights
  /**
   * Meaning of the network's outputs: a class (classification), values (regression), or the reconstructed sample
   * (autoencoding).
   */
  readonly task: Task
  /** Loss with which the network was trained. */
  readonly loss: LossName
  /** Option of the loss `huber`. The field is absent for other losses. */
  readonly huberDelta?: number
  /** Means and standard deviations of the training set, with which all inputs of the network are standardized. */
  readonly statistics: Statistics
  /**
   * Names of the classes, in the order of the outputs. The field is absent if the classes have numbers instead of
   * names.
   */
  readonly classNames?: readonly string[]
  /** Names of the predicted values, in the order of the outputs. Regression only. */
  readonly targetNames?: readonly string[]
  /**
   * How the columns of the training table became inputs and targets, so that other tables can be read in the same way.
   */
  readonly encoding?: TableEncoding
}

/** The facts of a model that come from its data and its settings. */
export type ModelFacts = Pick<
  Model,
  'input' | 'task' | 'loss' | 'huberDelta' | 'classNames' | 'targetNames' | 'encoding'
>

/** Builds the facts of a model from its data set and its loss. */
export function modelFacts(data: Dataset, { loss, huberDelta }: LossSettings): ModelFacts {
  const { shape } = data
  const task = taskOf(data)
  return {
    input: [...shape],
    task,
    loss,
    ...(huberDelta === undefined ? {} : { huberDelta }),
    ...namesOf(task, { inputs: inputSize(data), outputs: outputsOf(data) }, data),
  }
}

type Names = Pick<Model, 'classNames' | 'targetNames' | 'encoding'>

/**
 * Returns the names of the classes (classification) or of the targets (regression), and the encoding of the table.
 * Names are left out if the network has another number of outputs. A single output can stand for two classes.
 */
function namesOf(
  task: Task,
  { inputs, outputs }: { readonly inputs: number; readonly outputs: number },
  { classNames, targetNames, encoding }: Names,
): Names {
  return {
    ...(task === 'classification' && areClasses(classNames, outputs) ? { classNames } : {}),
    ...(task === 'regression' && targetNames?.length === outputs ? { targetNames } : {}),
    ...(encoding !== undefined && fits(encoding, task, inputs, outputs) ? { encoding } : {}),
  }
}

/** Whether a network with the given number of outputs can tell the named classes apart. */
const areClasses = (names: readonly string[] | undefined, outputs: number): boolean =>
  names !== undefined && (names.length === outputs || names.length === classesOfOutputs(outputs))

/** Whether a table with the given encoding has as many inputs and targets as the network. */
function fits({ columns, target, classes }: TableEncoding, task: Task, inputs: number, outputs: number): boolean {
  const given = columns.reduce((sum, column) => sum + inputsOf(column), 0)
  const targets = columns.filter(({ role }) => role === 'target').length
  const asked = {
    classes: task === 'classification' && areClasses(classes, outputs),
    values: task === 'regression' && targets === outputs,
    autoencode: task === 'autoencoding',
  }
  return given === inputs && asked[target]
}

/** Schema of a model's facts in the metadata of a weights file, as JSON. */
const storedSchema = z.object({
  format: z.literal(1),
  network: z.unknown(),
  input: z.array(z.number().int().positive()),
  task: z.enum(['classification', 'regression', 'autoencoding']),
  loss: z.enum(lossNames),
  huberDelta: z.number().positive().optional(),
  statistics: statisticsSchema,
  classNames: z.array(z.string()).optional(),
  targetNames: z.array(z.string()).optional(),
  encoding: encodingSchema.optional(),
})

/** Key under which the metadata of a weights file stores the facts of the model. */
const metadataKey = 'isobath.model'

/** Encodes the facts of a model as metadata of a weights file. */
function modelMetadata(model: Omit<Model, 'weights'>): Record<string, string> {
  const { network, input, task, loss, huberDelta, statistics, classNames, targetNames, encoding } = model
  const stored: Omit<z.input<typeof storedSchema>, 'statistics'> & { readonly statistics: StoredStatistics } = {
    format: 1,
    network,
    input: [...input],
    task,
    loss,
    huberDelta,
    statistics: storedStatistics(statistics),
    classNames: classNames && [...classNames],
    targetNames: targetNames && [...targetNames],
    encoding,
  }
  return { [metadataKey]: JSON.stringify(stored) }
}

/**
 * Reads the model in a weights file. Returns undefined if the weights file contains no model. Throws a `weights` error
 * that names the file if the facts of the model are broken.
 */
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
  const { input, task, loss, huberDelta, statistics } = facts
  const option = huberDelta === undefined ? {} : { huberDelta }
  const names = namesOf(task, sizesOf(blueprint), facts)
  const weights = fromTensors(blueprint, content, file)
  return { network, input, weights, task, loss, ...option, statistics, ...names }
}

const sizesOf = ({ input, output }: Blueprint) => ({ inputs: sizeOf(input), outputs: sizeOf(output) })

/** Says in words why the statistics of a model don't fit its network. Returns undefined if the statistics fit. */
function shapeErrorOf(
  { statistics: { inputs, targets }, task }: Pick<Model, 'statistics' | 'task'>,
  { input, output }: Blueprint,
): string | undefined {
  const isScale = ({ mean, deviation }: Scale): boolean =>
    mean.length === deviation.length && deviation.every((value) => value > 0)
  const outputs = sizeOf(output)
  const groups = inputs.mean.length
  if (!isScale(inputs) || groups === 0 || sizeOf(input) % groups !== 0)
    return `the statistics don't fit ${sizeOf(input)} inputs`
  if (!isScale(targets) || targets.mean.length !== (task === 'regression' ? outputs : 0)) {
    return `the statistics of the targets don't fit ${outputs} outputs`
  }
  return undefined
}

/**
 * Builds the content of a weights file, with the facts of the model as metadata. Throws a `weights` error if the
 * weights don't fit the network.
 */
export function tensorsOfModel(model: Model): TensorFile {
  const blueprint = createBlueprint(model.network, model.input)
  checkWeights(blueprint, model.weights)
  return { tensors: toTensors(blueprint, model.weights), metadata: { format: 'isobath', ...modelMetadata(model) } }
}

/**
 * Encodes a model, such as a run, as the bytes of a .safetensors file. The result has the same bytes as a file that
 * `saveWeights` writes. `encodeModel` also works in browsers, where a program can't write files. Throws a `weights`
 * error if `model` isn't a model or if its weights don't fit its network.
 */
export function encodeModel(model: Model): Uint8Array<ArrayBuffer> {
  if (!isModel(model)) {
    throw new IsobathError('weights', `encodeModel: expected a model, such as a run, got ${describeValue(model)}.`)
  }
  return encodeTensors(tensorsOfModel(model))
}

/**
 * Decodes the bytes of a model that `saveWeights` or `encodeModel` has written: `predict(decodeModel(bytes), inputs)`.
 * `name`: the name with which error messages begin, `model` by default. Throws a `weights` error if the bytes are
 * broken or contain only weights.
 */
export function decodeModel(bytes: Uint8Array, name = 'model'): Model {
  if (!(bytes instanceof Uint8Array)) {
    throw new IsobathError('weights', `decodeModel: expected the bytes of a file, got ${describeValue(bytes)}.`)
  }
  return modelOr(modelOfTensors(decodeTensors(bytes, name), name), name, 'decodeTensors and fromTensors')
}

/**
 * Returns the model in a weights file, or throws a `weights` error if the file contains no model. `reader`: the
 * function that reads weights without a model.
 */
export function modelOr(found: Model | undefined, name: string, reader: string): Model {
  if (found !== undefined) return found
  throw new IsobathError(
    'weights',
    `${name}: expected a model, got only weights. Read the weights for their network with ${reader}.`,
  )
}

/** Whether a value has the fields of a model. A run has the fields of a model, and a network doesn't. */
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

/** Builds the facts of a model from the description of a run, without its data set. */
export function modelFactsOfRun(
  { input, data, settings, statistics }: StoredDescription,
  blueprint: Blueprint,
): ModelFacts {
  const task = data.task ?? taskOfOlderRun(blueprint, statistics, { ...settings, target: data.options.target })
  const loss = lossNames.find((name) => name === settings.loss) ?? usualLoss(task)
  const { huberDelta } = settings
  const option = typeof huberDelta === 'number' ? { huberDelta } : {}
  return { input, task, loss, ...option, ...namesOf(task, sizesOf(blueprint), data) }
}

/** Finds the task of a run whose folder was written by an older version, which didn't store the task. */
function taskOfOlderRun(
  { input, output }: Blueprint,
  { targets }: Statistics,
  { loss, target }: { readonly loss?: unknown; readonly target?: unknown },
): Task {
  if (targets.mean.length > 0) return 'regression'
  if (target === 'autoencode') return 'autoencoding'
  return loss === 'squared-error' && sizeOf(input) === sizeOf(output) ? 'autoencoding' : 'classification'
}
