/**
 * Trains several networks at several depths with several seeds, one training on each core, and reports the effect of
 * depth.
 */
import type { Machine } from '../backends/machine.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { checkAugmentation } from '../data/augment.ts'
import { type Dataset, taskOf } from '../data/dataset.ts'
import type { Network } from '../network/network.ts'
import type { ComparisonDescription } from '../runs/comparison-description.ts'
import type { ComparisonFolder } from '../runs/comparison-folder.ts'
import { absorbSigmoid } from '../settings/absorb-sigmoid.ts'
import { resolveOptions, type TrainingSettings } from '../settings/options.ts'
import { type TrainingOptions, training } from '../settings/training.ts'
import { describeValue } from '../support/describe-value.ts'
import { IsobathError } from '../support/errors.ts'
import { without } from '../support/fields.ts'
import { foundOutsideFloat32, isBelowFloat32, remedyOutsideFloat32 } from '../support/float32.ts'
import { version } from '../support/version.ts'
import { checkEarlyStopping } from '../training/best-weights.ts'
import { balanceNotes } from '../training/class-weights.ts'
import type { RateGrid } from '../trials/rate-search.ts'
import {
  type Comparison,
  type ComparisonEvent,
  type ComparisonRequest,
  carryOutComparison,
} from './carry-out-comparison.ts'
import { checkCall, checkNumbers, checkSeeds, namesOf } from './check-call.ts'
import { referenceOf } from './data-reference.ts'
import { describeData } from './describe-data.ts'
import { runFiles } from './node.ts'
import { checkMachineChoice, type MachineChoice, machineChoice, withMachine } from './with-machine.ts'

/** A family of networks that differ only in depth. */
export interface NetworkFamily {
  /**
   * Name of the network family, such as the text of its preset. Two families of a comparison must have different names.
   */
  readonly name: string
  /** Label of the network family in tables and pictures, such as `plain`. */
  readonly label: string
  /** Returns the network of the family that has the given depth. */
  readonly ofDepth: (depth: number) => Network
}

/**
 * Options of `compare`. All trainings of a comparison have the same settings except for the seed. Unlike in `train`,
 * the setting `evaluateEvery` is `never` by default, even if the settings come from a recipe. With early stopping, the
 * default is one evaluation in each epoch.
 */
export interface CompareOptions extends Omit<TrainingOptions, 'seed'>, MachineChoice {
  /** The data set on which all networks are trained and tested. */
  readonly data: Dataset
  /** Depths of the networks, with which `ofDepth` is called: different whole numbers of at least 0. */
  readonly depths: readonly number[]
  /**
   * Seeds of the trainings: different whole numbers of at least 0. A verdict on the difference between two networks
   * needs at least 3 seeds.
   */
  readonly seeds: readonly number[]
  /**
   * Rates from which each network's own best rate is chosen, such as `[0.003, 0.01, 0.03]`: different numbers above 0.
   * The best rate is chosen by the training loss of trainings with the first seed, which are short at first. The rate of
   * the optimizer always takes part in the last choice. Then the network is trained at its best rate with all seeds, in
   * addition to the trainings at the rate of the optimizer.
   */
  readonly rates?: readonly number[]
  /**
   * Whether each network's own best rate is searched for around the rate of the optimizer. The search goes from a
   * thousandth to ten times this rate, and further if the best rate is at an end. By default, all networks have the rate
   * of the optimizer.
   */
  readonly tune?: boolean
  /**
   * Whether the result has the field `baselines`: the scores of guessing and of the best linear model. False by default.
   */
  readonly baselines?: boolean
  /**
   * Stops the comparison. The result of a stopped comparison has the rows of the finished trainings, and its field
   * `interrupted` is true.
   */
  readonly abort?: AbortSignal
  /**
   * Called with each event of the comparison. If every network fits the data, the first event lists all trainings of
   * the comparison. Each later event belongs to one training.
   */
  readonly onEvent?: (event: ComparisonEvent) => void
  /**
   * Path of a folder in which to store the trainings, so that `resumeComparison` can resume the comparison (Node only).
   * By default, the comparison is not stored.
   */
  readonly run?: string
  /**
   * Options with which the data set was loaded. The options of the data set are stored in the folder, so that the same
   * data can be loaded again.
   */
  readonly dataOptions?: Readonly<Record<string, unknown>>
  /**
   * Words of the command line that started the comparison. The folder stores the words, so that the report of a resumed
   * comparison can show the command line.
   */
  readonly command?: readonly string[]
}

const optionNames = namesOf<CompareOptions>({
  ...without(training, 'seed'),
  ...machineChoice,
  data: true,
  depths: true,
  seeds: true,
  rates: true,
  tune: true,
  baselines: true,
  abort: true,
  onEvent: true,
  run: true,
  dataOptions: true,
  command: true,
})

/**
 * Trains every family at every depth with every seed, and says how the error changes with depth: `compare(families, {
 * data: glyphs(), depths: [4, 16], seeds: [0, 1, 2] })`.
 *
 * Throws the same errors as `train`. If a network doesn't fit the data, `compare` throws before anything is trained.
 * Throws a `run` error if the folder already holds work or another process is working in the folder. Throws a `disk`
 * error if the folder can't be written.
 */
export async function compare(families: readonly NetworkFamily[], options: CompareOptions): Promise<Comparison> {
  checkCall(options ?? {}, optionNames, { seed: 'Give a list of seeds, such as [0, 1, 2].' })
  checkMachineChoice(options)
  checkGrid(families, options)
  const { data, depths, seeds, baselines, abort, onEvent, run, dataOptions = {}, command } = options
  // The trainings of a comparison are evaluated between steps only if the caller asks for evaluations, even if the
  // settings come from a recipe.
  const { evaluateEvery = options.earlyStopping === undefined ? 'never' : undefined } = options
  const settingsOf = (seed: number): TrainingSettings =>
    resolveOptions({ ...options, seed, evaluateEvery }, data.train.count, taskOf(data))
  const settings = settingsOf(0)
  const rates = rateGrid(options, settings.optimizer.rate)
  seeds.forEach(settingsOf)
  checkAugmentation(settings.augment, data)
  checkEarlyStopping(settings, data)
  const compared = families.map((family) => {
    const { name, label } = family
    const networks = depths.map((depth) => absorbSigmoid(family.ofDepth(depth), data.shape, settings.loss))
    const notes = networks.flatMap((network) => network.notes)
    for (const note of new Set(notes)) onEvent?.({ kind: 'note', note: `${label}: ${note}` })
    return { name, label, networks: networks.map(({ blueprint }) => blueprint.network) }
  })
  for (const note of balanceNotes(data, settings)) onEvent?.({ kind: 'note', note })
  const described = await describeData(data, dataOptions)
  const reference = referenceOf(described)
  const request = {
    families: compared,
    depths,
    seeds,
    data,
    reference,
    settings,
    rates,
    baselines,
    asked: options,
    abort,
    onEvent,
  }
  return withMachine(options, async (machine) => {
    const folder = run === undefined ? undefined : await openFolder(run, request, { described, command }, machine)
    return carryOutComparison(request, machine, folder)
  })
}

/** Returns the rates to search. Throws an `option` error if the rates can't be searched. */
function rateGrid({ rates, tune }: CompareOptions, given: number): RateGrid | undefined {
  const isRate = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value > 0
  if (rates !== undefined && !(Array.isArray(rates) && rates.length > 0 && rates.every(isRate))) {
    const found =
      Array.isArray(rates) && rates.length > 0 ? `[${rates.map(describeValue).join(', ')}]` : describeValue(rates)
    throw new IsobathError(
      'option',
      (option) => `${option('rates')}: expected numbers above 0, such as [0.003, 0.01, 0.03], got ${found}.`,
    )
  }
  const lost = rates?.find(isBelowFloat32)
  if (lost !== undefined) {
    throw new IsobathError(
      'option',
      (option) =>
        `${option('rates')}: expected numbers above 0, got ${foundOutsideFloat32(lost)}. ${remedyOutsideFloat32(lost)}`,
    )
  }
  if (tune !== undefined && typeof tune !== 'boolean') {
    throw new IsobathError(
      'option',
      (option) => `${option('tune')}: expected true or false, got ${describeValue(tune)}.`,
    )
  }
  if (rates !== undefined && tune === true) {
    throw new IsobathError(
      'option',
      (option) =>
        `${option('rates')} and ${option('tune')}: expected one of the two, got both. Leave out ${option('rates')} to search around the given rate.`,
    )
  }
  if (tune === true && given === 0) {
    throw new IsobathError(
      'option',
      (option) =>
        `${option('tune')}: expected a rate above 0 to search around, got the rate 0. Choose another rate, or list rates with ${option('rates')}.`,
    )
  }
  return tune === true ? 'ladder' : rates && [...new Set(rates)]
}

function checkGrid(families: readonly NetworkFamily[], { depths, seeds }: CompareOptions): void {
  checkNumbers('depths', depths, 0, '[4, 16]')
  checkSeeds(seeds)
  const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
  for (const family of Array.isArray(families) && families.length > 0 ? families : [families]) {
    if (typeof family?.ofDepth === 'function' && isText(family.name) && isText(family.label)) continue
    const example = "{ name: 'mlp', label: 'plain', ofDepth: (depth) => chain(repeat(depth, dense(64)), dense(10)) }"
    throw new IsobathError('option', `compare: expected families such as ${example}, got ${describeValue(family)}.`)
  }
  const names = families.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice === undefined) return
  throw new IsobathError(
    'option',
    `compare: expected families of different names, got ${twice} twice. Rename one of the families.`,
  )
}

/** Facts that the folder of a comparison stores beside the request. */
interface StoredFacts extends Pick<CompareOptions, 'command'> {
  readonly described: ComparisonDescription['data']
}

async function openFolder(
  folder: string,
  { families, depths, seeds, data: { shape }, settings, rates }: ComparisonRequest,
  { described: data, command }: StoredFacts,
  { mode }: Machine,
): Promise<ComparisonFolder> {
  const { createComparisonFolder, versions } = await runFiles('compare')
  const { seed: _, ...stored } = settings
  return createComparisonFolder(folder, {
    isobath: version,
    families: families.map(({ name, label, networks }) => {
      return { name, label, networks: networks.map((network) => createBlueprint(network, shape).network) }
    }),
    depths: [...depths],
    seeds: [...seeds],
    input: [...shape],
    data,
    settings: stored,
    ...(rates ? { rates: rates === 'ladder' ? rates : [...rates] } : {}),
    mode,
    versions: { ...versions },
    ...(command ? { command: [...command] } : {}),
  })
}
