/** Trains several networks at several depths with several seeds, one training a core, and says what depth did to each. */
import type { Machine } from '../backends/machine.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { checkAugmentation } from '../data/augment.ts'
import { type Dataset, taskOf } from '../data/dataset.ts'
import type { Network } from '../network/network.ts'
import type { ComparisonDescription } from '../runs/comparison-description.ts'
import type { ComparisonFolder } from '../runs/comparison-folder.ts'
import { resolveOptions, type TrainingSettings } from '../settings/options.ts'
import { type TrainingOptions, training } from '../settings/training.ts'
import { describeValue } from '../support/describe-value.ts'
import { IsobathError } from '../support/errors.ts'
import { without } from '../support/fields.ts'
import { version } from '../support/version.ts'
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

/** Networks that differ in depth alone. */
export interface NetworkFamily {
  /** How the network is written, for the record. */
  readonly name: string
  /** What it is called in tables and pictures. */
  readonly label: string
  readonly ofDepth: (depth: number) => Network
}

export interface CompareOptions extends Omit<TrainingOptions, 'seed'>, MachineChoice {
  readonly data: Dataset
  readonly depths: readonly number[]
  readonly seeds: readonly number[]
  /** Stops it; the rows of trainings that have ended are given. */
  readonly abort?: AbortSignal
  /** Told of all trainings once every network was found to fit the data, then of each on its way. */
  readonly onEvent?: (event: ComparisonEvent) => void
  /** A folder to keep its trainings in, so that `resumeComparison` can go on (Node only); nothing is kept by default. */
  readonly run?: string
  /** Options the data set was loaded with, kept in the folder. */
  readonly dataOptions?: Readonly<Record<string, unknown>>
}

const optionNames = namesOf<CompareOptions>({
  ...without(training, 'seed'),
  ...machineChoice,
  data: true,
  depths: true,
  seeds: true,
  abort: true,
  onEvent: true,
  run: true,
  dataOptions: true,
})

/**
 * `compare(families, { data: glyphs(), depths: [4, 16], seeds: [0, 1, 2] })`. Throws the errors of `train`, before anything is
 * trained where a network doesn't fit the data; a `run` error where there is work in the folder already, or another process
 * is at work there; a `disk` error where it can't be written.
 */
export async function compare(families: readonly NetworkFamily[], options: CompareOptions): Promise<Comparison> {
  checkCall(options ?? {}, optionNames, { seed: 'Give seeds, such as [0, 1, 2].' })
  checkMachineChoice(options)
  checkGrid(families, options)
  const { data, depths, seeds, abort, onEvent, run, dataOptions = {} } = options
  // Trainings side by side are evaluated on their way only where that was asked for, whatever the recipe.
  const { evaluateEvery = 'never' } = options
  const settingsOf = (seed: number): TrainingSettings =>
    resolveOptions({ ...options, seed, evaluateEvery }, data.train.count, taskOf(data))
  const settings = settingsOf(0)
  seeds.forEach(settingsOf)
  checkAugmentation(settings.augment, data)
  const compared = families.map((family) => {
    const { name, label } = family
    return { name, label, networks: depths.map((depth) => family.ofDepth(depth)) }
  })
  const described = await describeData(data, dataOptions)
  const reference = referenceOf(described)
  const request = { families: compared, depths, seeds, data, reference, settings, abort, onEvent }
  return withMachine(options, async (machine) => {
    const folder = run === undefined ? undefined : await openFolder(run, request, described, machine)
    return carryOutComparison(request, machine, folder)
  })
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
  throw new IsobathError('option', `compare: expected families of different names, got ${twice} twice. Rename one.`)
}

async function openFolder(
  folder: string,
  { families, depths, seeds, data: { shape }, settings }: ComparisonRequest,
  data: ComparisonDescription['data'],
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
    mode,
    versions: { ...versions },
  })
}
