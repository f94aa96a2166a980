/** Trains a network on this machine's cores: the blueprint, the backend and the run's folder, put together. */
import type { Mode } from '../backends/machine.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { checkLabelled, type Dataset, taskOf } from '../data/dataset.ts'
import type { Network } from '../network/network.ts'
import type { RunDescription } from '../runs/run-description.ts'
import type { RunFolder } from '../runs/run-folder.ts'
import { machine as machineOptions } from '../settings/machine.ts'
import { resolveOptions, settingsFor, type TrainingSettings } from '../settings/options.ts'
import { type TrainingOptions, training } from '../settings/training.ts'
import { IsobathError } from '../support/errors.ts'
import { checkNames } from '../support/fields.ts'
import { foundText } from '../support/found.ts'
import { version } from '../support/version.ts'
import type { Weights } from '../training/evaluate.ts'
import type { Measurement, ProbeLook } from '../training/measurements.ts'
import { checkObservers, type Observer } from '../training/observers.ts'
import { type TrainingRecord, trainSession } from '../training/session.ts'
import type { Signal } from '../training/signal.ts'
import type { LossRecord } from '../training/train.ts'
import { checkCall } from './check-call.ts'
import { describeData } from './describe-data.ts'
import { runFiles } from './node.ts'
import { layersOpener, needsStart, type ProbeOptions, resolveProbes } from './probes.ts'
import { checkMachineChoice, keptMode, type MachineChoice, withMachine } from './with-machine.ts'

export interface TrainOptions extends TrainingOptions, MachineChoice {
  readonly data: Dataset
  /** Initial values of all parameters, as `initialise` or a weights file gives them; drawn from the seed by default. */
  readonly weights?: Weights
  /** A folder to keep the run in (Node only); nothing is kept by default. */
  readonly run?: string
  /** What the network is called, kept in the run's description. */
  readonly label?: string
  /** Options the data set was loaded with, kept in the run's description. */
  readonly dataOptions?: Readonly<Record<string, unknown>>
  /** Steps between the checkpoints in the run's folder; about every 30 seconds by default, and always at the end. */
  readonly checkpointEvery?: number
  /** Stops the run after the steps under way; what was reached is saved and returned, and not scored. */
  readonly abort?: AbortSignal
  /**
   * Called at the start with 0 (where a run is resumed, with the steps it has), then now and then with the steps done, of how
   * many, and the losses logged since.
   */
  readonly onProgress?: (done: number, steps: number, losses: readonly LossRecord[]) => void
  /** Called now and then after the last step with the samples that were scored, of how many. */
  readonly onEvaluation?: (done: number, samples: number) => void
  /** Called before the first step with how large the values are from layer to layer. */
  readonly onSignal?: (signal: Signal) => void
  /** Called with what was measured between two steps: how the network does, and whether the warm-up is over. */
  readonly onMeasured?: (measurement: Measurement) => void
  /** What is looked at in each layer on the way, which changes nothing in the training; nothing by default. */
  readonly probes?: ProbeOptions
  /** Called with what the probes saw: before the first step, every so many steps, and after the last. */
  readonly onProbed?: (look: ProbeLook) => void
  /** Called with the number of steps and the file after each checkpoint, the first of step 0 included. */
  readonly onCheckpoint?: (step: number, file: string) => void
  /** Those who look at weights and gradients while the network trains. */
  readonly observers?: readonly Observer[]
}

type OwnOptions = Omit<TrainOptions, keyof TrainingOptions | keyof typeof machineOptions>

/** The names of the options beside those of the tables. */
const ownOptions: Readonly<Record<keyof OwnOptions, true>> = {
  data: true,
  weights: true,
  run: true,
  label: true,
  dataOptions: true,
  checkpointEvery: true,
  onCheckpoint: true,
  observers: true,
  abort: true,
  onProgress: true,
  onEvaluation: true,
  onSignal: true,
  onMeasured: true,
  probes: true,
  onProbed: true,
  machine: true,
}

/** Callers in plain JavaScript have no compiler to tell them. */
const knownOptions = Object.keys({ ...ownOptions, ...training, ...machineOptions })

const toOptimizer = (example: string): string => `Give it to the optimizer, such as momentum(${example}).`

/** Options of the optimizer, as people look for them among those of the training. */
const remedies: Readonly<Record<string, string>> = {
  rate: toOptimizer('{ rate: 0.1 }'),
  lr: toOptimizer('{ rate: 0.1 }'),
  learningRate: toOptimizer('{ rate: 0.1 }'),
  momentum: toOptimizer('{ momentum: 0.9 }'),
  weightDecay: toOptimizer('{ weightDecay: 0.0001 }'),
}

function checkTrainOptions(options: TrainOptions): void {
  checkNames(knownOptions, options, remedies)
  checkCall(options)
  checkMachineChoice(options)
  const { observers = [], checkpointEvery = 1 } = options
  checkObservers(observers)
  if (Number.isSafeInteger(checkpointEvery) && checkpointEvery >= 1) return
  throw new IsobathError(
    'option',
    `checkpointEvery: expected a whole number of at least 1, got ${foundText(checkpointEvery)}.`,
  )
}

export interface Run extends TrainingRecord {
  readonly network: Network
  readonly blueprint: Blueprint
  readonly settings: TrainingSettings
  /** The run's folder, if it has one. */
  readonly run: string | null
}

/**
 * Trains a network on a data set: `train(network, { data: glyphs(), steps: 500 })`. Throws an IsobathError `network`
 * where the network doesn't fit itself or the data, `weights` where these don't fit it, `option` on a bad option,
 * `memory` where a step doesn't fit into memory, `run` and `disk` on trouble with the run's folder. A run whose numbers stop
 * being finite ends with `diverged`.
 */
export async function train(network: Network, options: TrainOptions): Promise<Run> {
  checkTrainOptions(options ?? {})
  const { data, weights, abort, onProgress, onEvaluation, checkpointEvery, observers } = options
  checkLabelled(data)
  const blueprint = createBlueprint(network, data.shape)
  const resolved = settingsFor(blueprint, resolveOptions(options, data.train.count, taskOf(data)))
  const settings = options.probes === undefined ? resolved : { ...resolved, probes: resolveProbes(options.probes) }
  return withMachine(options, async (machine) => {
    const backend = await machine.backend()
    let folder: RunFolder | undefined
    try {
      if (options.run !== undefined) folder = await openFolder(options.run, blueprint, options, settings, machine.mode)
      const record = await trainSession({
        blueprint,
        data,
        settings,
        backend,
        weights,
        checkpointEvery,
        observers,
        openLayers: layersOpener({ blueprint, data, settings, backend }),
        abort,
        recorder: folder,
        onProgress: (done, losses) => onProgress?.(done, settings.steps, losses),
        onEvaluation,
        onSignal: options.onSignal,
        onMeasured: options.onMeasured,
        onProbed: options.onProbed,
      })
      folder?.finish({ ...record, ...keptElsewhere })
      return { ...record, network, blueprint, settings, run: folder?.folder ?? null }
    } finally {
      folder?.close()
    }
  })
}

/** In metrics.jsonl, and the weights in the last checkpoint. */
export const keptElsewhere = {
  losses: undefined,
  evaluations: undefined,
  warmup: undefined,
  probes: undefined,
  weights: undefined,
} as const satisfies Partial<Record<keyof TrainingRecord, undefined>>

async function openFolder(
  folder: string,
  blueprint: Blueprint,
  options: TrainOptions,
  settings: TrainingSettings,
  mode: Mode,
) {
  const { createRunFolder, runFormat, versions } = await runFiles()
  const { data, dataOptions = {}, label = 'network', checkpointEvery = null } = options
  const { seed, ...recipe } = settings
  const description: RunDescription = {
    format: runFormat,
    isobath: version,
    label,
    network: blueprint.network,
    input: [...blueprint.input],
    data: await describeData(data, dataOptions),
    recipe,
    seed,
    mode: keptMode(mode),
    checkpointEvery,
    versions: { ...versions },
  }
  return createRunFolder(folder, blueprint, description, {
    keepsFirst: needsStart(settings),
    onCheckpoint: options.onCheckpoint,
  })
}
