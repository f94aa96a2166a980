/** Trains a network on this machine's cores: the blueprint, the backend and the run's folder, put together. */
import type { Mode } from '../backends/machine.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { checkLabeled, taskOf } from '../data/dataset.ts'
import type { Network } from '../network/network.ts'
import type { RunDescription } from '../runs/run-description.ts'
import type { RunFolder } from '../runs/run-folder.ts'
import { resolveOptions, settingsFor, type TrainingSettings } from '../settings/options.ts'
import { type TrainingOptions, training } from '../settings/training.ts'
import type { Input } from '../support/fields.ts'
import { version } from '../support/version.ts'
import { checkObservers } from '../training/observers.ts'
import type { TrainingRecord } from '../training/record.ts'
import { runTrainingSession } from '../training/session.ts'
import { callOptions } from './call-options.ts'
import { checkCall, namesOf } from './check-call.ts'
import { describeData } from './describe-data.ts'
import { type ModelFacts, modelFacts } from './model.ts'
import { runFiles } from './node.ts'
import { layersOpener, needsStart, resolveProbes } from './probes.ts'
import { checkMachineChoice, type MachineChoice, machineChoice, storedMode, withMachine } from './with-machine.ts'

export interface TrainOptions extends Input<typeof callOptions>, TrainingOptions, MachineChoice {}

const optionNames = namesOf<TrainOptions>({ ...callOptions, ...training, ...machineChoice })

function checkTrainOptions(options: TrainOptions): void {
  checkCall(options, optionNames)
  checkMachineChoice(options)
  checkObservers(options.observers ?? [])
}

/** What a training came to, and a model: it carries all that a program needs to use the network. */
export interface Run extends TrainingRecord, ModelFacts {
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
  checkLabeled(data)
  const blueprint = createBlueprint(network, data.shape)
  const resolved = settingsFor(blueprint, resolveOptions(options, data.train.count, taskOf(data)))
  const settings = options.probes === undefined ? resolved : { ...resolved, probes: resolveProbes(options.probes) }
  return withMachine(options, async (machine) => {
    const backend = await machine.backend()
    let folder: RunFolder | undefined
    try {
      if (options.run !== undefined) folder = await openFolder(options.run, blueprint, options, settings, machine.mode)
      const record = await runTrainingSession({
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
      folder?.finish({ ...record, ...storedElsewhere })
      return { ...record, ...modelFacts(data, settings), network, blueprint, settings, run: folder?.folder ?? null }
    } finally {
      folder?.close()
    }
  })
}

/** In metrics.jsonl and run.json, and the weights in the last checkpoint. */
export const storedElsewhere = {
  statistics: undefined,
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
  const { createRunFolder, runFormat, versions } = await runFiles('train({ run })')
  const { data, dataOptions = {}, label = 'network', checkpointEvery = null } = options
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
  }
  return createRunFolder(folder, blueprint, description, {
    keepsFirst: needsStart(settings),
    onCheckpoint: options.onCheckpoint,
  })
}
