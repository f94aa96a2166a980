/** Trains a network on this machine's cores, and stores the run if the caller names a folder. */
import type { Mode } from '../backends/machine.ts'
import { type Baselines, baselinesOf } from '../baselines/baselines.ts'
import type { LinearTask } from '../baselines/best-linear-model.ts'
import { codeOf } from '../baselines/linear-autoencoder.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { checkLabeled, taskOf } from '../data/dataset.ts'
import type { Fact } from '../facts/fact.ts'
import { factsOf } from '../facts/facts.ts'
import type { Network } from '../network/network.ts'
import type { RunDescription } from '../runs/run-description.ts'
import type { RunFolder } from '../runs/run-folder.ts'
import { absorbSigmoid } from '../settings/absorb-sigmoid.ts'
import { resolveOptions, settingsFor, type TrainingSettings } from '../settings/options.ts'
import { type TrainingOptions, training } from '../settings/training.ts'
import { IsobathError } from '../support/errors.ts'
import type { Input } from '../support/fields.ts'
import { version } from '../support/version.ts'
import { startAdjuster } from '../surgery/starts.ts'
import { checkObservers } from '../training/observers.ts'
import type { TrainingRecord } from '../training/record.ts'
import { runTrainingSession } from '../training/session.ts'
import { checkOutputs } from '../training/targets.ts'
import { callOptions } from './call-options.ts'
import { checkCall, namesOf } from './check-call.ts'
import { describeData } from './describe-data.ts'
import { type ModelFacts, modelFacts } from './model.ts'
import { runFiles } from './node.ts'
import { layersOpener, needsStart, resolveProbes } from './probes.ts'
import { checkMachineChoice, type MachineChoice, machineChoice, storedMode, withMachine } from './with-machine.ts'

/** Options of `train`: data, weights, folder and callbacks, the settings of the training, and the machine. */
export interface TrainOptions extends Input<typeof callOptions>, TrainingOptions, MachineChoice {}

const optionNames = namesOf<TrainOptions>({ ...callOptions, ...training, ...machineChoice })

function checkTrainOptions(options: TrainOptions): void {
  checkCall(options, optionNames)
  checkMachineChoice(options)
  checkObservers(options.observers ?? [])
  if (options.start === 'lsuv' && options.weights !== undefined) {
    throw new IsobathError(
      'option',
      (option) =>
        `${option('start')}: expected drawn weights, because lsuv rescales the weights that the network draws, got given weights. Leave ${option('start')} or the weights out.`,
    )
  }
}

/** Result of a training. A run is also a model: it has all facts that `predict` and `saveWeights` need. */
export interface Run extends TrainingRecord, ModelFacts {
  /**
   * Description of the trained network. With binary cross-entropy, the trained network is the given network without a
   * sigmoid at its end.
   */
  readonly network: Network
  /** Blueprint of the network, with the shape of each layer and parameter. */
  readonly blueprint: Blueprint
  /** Settings of the training, with all defaults resolved. */
  readonly settings: TrainingSettings
  /** Path of the run's folder, or null if the run was not stored. */
  readonly run: string | null
  /**
   * Faults that could be read off the network, its data and its settings before the training. Empty if nothing stood
   * out.
   */
  readonly facts: readonly Fact[]
  /**
   * Sentences about decisions that changed the training, such as a sigmoid at the end of the network that the loss
   * computes itself.
   */
  readonly notes: readonly string[]
  /** Scores of guessing and of the best linear model, if the option `baselines` asked for the scores. */
  readonly baselines?: Baselines
}

/**
 * Trains a network on a data set: `train(network, { data: glyphs(), steps: 500 })`. A training whose loss is no longer
 * finite stops without an error. If the loss is no longer finite, the field `diverged` of the run has the step and the
 * layer of the divergence.
 *
 * Throws an IsobathError with one of these codes. `network`: the network is inconsistent or doesn't fit the data.
 * `data`: the samples contradict their data set, or labels are missing. `weights`: the initial weights don't fit the
 * network. `option`: an option is unknown or invalid. `memory`: a training step doesn't fit into memory. `run`: the
 * folder already holds work, or another process is working in the folder. `disk`: the folder can't be written.
 */
export async function train(given: Network, options: TrainOptions): Promise<Run> {
  checkTrainOptions(options ?? {})
  const { data, weights, abort, onProgress, onEvaluation, checkpointEvery, observers } = options
  checkLabeled(data)
  createBlueprint(given, data.shape)
  const asked = resolveOptions(options, data.train.count, taskOf(data))
  const { blueprint, notes } = absorbSigmoid(given, data.shape, asked.loss)
  const { network } = blueprint
  const resolved = settingsFor(blueprint, asked)
  const settings = options.probes === undefined ? resolved : { ...resolved, probes: resolveProbes(options.probes) }
  checkOutputs(blueprint, data, settings.loss)
  const facts = factsOf({ blueprint, data, settings, asked: options })
  if (facts.length > 0) options.onFacts?.(facts)
  return withMachine(options, async (machine) => {
    const backend = await machine.backend()
    let folder: RunFolder | undefined
    try {
      if (options.run !== undefined)
        folder = await openFolder(options.run, blueprint, options, settings, machine.mode, { notes, facts })
      const trained = await runTrainingSession({
        blueprint,
        data,
        settings,
        backend,
        weights,
        adjuster: startAdjuster({ blueprint, data, settings, backend }),
        checkpointEvery,
        observers,
        openLayers: layersOpener({ blueprint, data, settings, backend }),
        abort,
        recorder: folder,
        onProgress: (done, losses) => onProgress?.(done, settings.steps, losses),
        onEvaluation,
        onAdjust: options.onAdjust,
        onSignal: options.onSignal,
        onMeasured: options.onMeasured,
        onProbed: options.onProbed,
      })
      const record = {
        ...trained,
        ...(await askedBaselines(options, trained, { data, settings, code: codeOf(blueprint), backend, abort })),
      }
      folder?.finish({ ...record, ...storedElsewhere })
      return {
        ...record,
        ...modelFacts(data, settings),
        network,
        blueprint,
        settings,
        run: folder?.folder ?? null,
        facts,
        notes: [...notes, ...record.notes],
      }
    } finally {
      folder?.close()
    }
  })
}

/** Measures the baselines, if the caller asked for baselines and the training was not stopped. */
export async function askedBaselines(
  asked: Pick<TrainOptions, 'baselines'>,
  { interrupted }: Pick<TrainingRecord, 'interrupted'>,
  task: LinearTask,
): Promise<Pick<Run, 'baselines'>> {
  if (!asked.baselines || interrupted) return {}
  const baselines = await baselinesOf(task)
  return baselines === undefined ? {} : { baselines }
}

/**
 * Fields of a record that result.json leaves out, because metrics.jsonl, run.json or the last checkpoint stores these
 * fields.
 */
export const storedElsewhere = {
  statistics: undefined,
  losses: undefined,
  evaluations: undefined,
  warmup: undefined,
  probes: undefined,
  weights: undefined,
  bestWeights: undefined,
} as const satisfies Partial<Record<keyof TrainingRecord, undefined>>

async function openFolder(
  folder: string,
  blueprint: Blueprint,
  options: TrainOptions,
  settings: TrainingSettings,
  mode: Mode,
  { notes, facts }: Pick<Run, 'notes' | 'facts'>,
) {
  const { createRunFolder, runFormat, versions } = await runFiles('train({ run })')
  const { data, dataOptions = {}, label = 'network', checkpointEvery = null, command } = options
  const { seed, ...others } = settings
  const description: RunDescription = {
    format: runFormat,
    isobath: version,
    label,
    network: blueprint.network,
    input: [...blueprint.input],
    data: await describeData(data, dataOptions),
    settings: others,
    seed,
    mode: storedMode(mode),
    checkpointEvery,
    versions: { ...versions },
    ...(notes.length > 0 ? { notes: [...notes] } : {}),
    ...(facts.length > 0 ? { facts: [...facts] } : {}),
    ...(command ? { command: [...command] } : {}),
  }
  return createRunFolder(folder, blueprint, description, {
    keepsFirst: needsStart(settings),
    onCheckpoint: options.onCheckpoint,
  })
}
