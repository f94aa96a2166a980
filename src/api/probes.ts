/** The options of probes, and the snapshots that probes take of the layers during a training. */
import type { Backend } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { checkSamples } from '../data/check-samples.ts'
import { type Dataset, taskOf } from '../data/dataset.ts'
import { createStandardizer } from '../data/standardize.ts'
import type { LayerProbe } from '../probes/layer-probe.ts'
import { isLayerProbe, type LayerProbeName, layerProbeNames, layerProbes, usualProbes } from '../probes/layer-probes.ts'
import { joinNeeds, type WeightsOf } from '../probes/pass.ts'
import { createProbePass } from '../probes/probe-pass.ts'
import { chooseSamples, type ProbeSamples } from '../probes/samples.ts'
import { stagesOf } from '../probes/stages.ts'
import { lossNamed } from '../settings/loss-kind.ts'
import type { TrainingSettings } from '../settings/options.ts'
import type { ProbeSettings } from '../settings/probe-settings.ts'
import { usualLoss } from '../settings/task-losses.ts'
import { training } from '../settings/training.ts'
import { checkOptions } from '../support/check-options.ts'
import { describeValue } from '../support/describe-value.ts'
import { type Fields, field, type Input, pickOptions, withDefaults } from '../support/fields.ts'
import { count, type Kind } from '../support/kinds.ts'
import { suggestion } from '../support/nearest.ts'
import { currentNames, warnOfOldName } from '../support/renamed.ts'
import type { Weights } from '../training/evaluator.ts'
import type { OpenLayers } from '../training/session.ts'

const firstUnknown = (names: readonly unknown[]): unknown => names.find((name) => !isProbe(name))

const isProbe = (name: unknown): name is LayerProbeName => typeof name === 'string' && isLayerProbe(name)

const probeNames: Kind<readonly LayerProbeName[]> = {
  expected: "a list of probes, such as ['gradientNorm', 'meanSquare']",
  accepts: (value): value is readonly LayerProbeName[] =>
    Array.isArray(value) && value.length > 0 && value.every(isProbe),
  found: (value) => describeValue(Array.isArray(value) && value.length > 0 ? firstUnknown(value) : value),
  remedy: (value) => {
    const name = Array.isArray(value) ? firstUnknown(value) : value
    return suggestion(name, layerProbeNames).trim() || `The probes are ${layerProbeNames.join(', ')}.`
  },
}

/** The options of probes during a training. */
export const probeOptions = {
  /** Names of the probes, `usualProbes` by default. `layerProbeNames` lists all probes. */
  of: field(probeNames, { default: usualProbes }),
  /** Number of steps between two snapshots, 50 by default. */
  every: field(count(), { default: 50, flag: '--probe-every <n>', help: 'number of steps between two snapshots' }),
} satisfies Fields

/** The probes that measure each layer during a training, and the number of steps between two snapshots. */
export type ProbeOptions = Input<typeof probeOptions>

/**
 * Number of training samples for a probe snapshot: a quarter of a batch, but at least 32 and at most 64. A forward and
 * backward pass on 32 to 64 samples takes little time compared with 50 training steps.
 */
const samplesOfPass = ({ batch }: TrainingSettings): number => Math.max(32, Math.min(64, Math.floor(batch / 4)))

const owner = { name: 'probes', code: 'option' } as const

/**
 * Checks the options of probes and adds the defaults. Throws an `option` error if a name or a number of steps is
 * invalid.
 */
export function resolveProbes(options: ProbeOptions): ProbeSettings {
  const example = "{ of: ['gradientNorm'], every: 50 }"
  checkOptions('probes', options, { code: 'option', known: Object.keys(probeOptions), example })
  const { of, every } = withDefaults(probeOptions, pickOptions(probeOptions, withCurrentProbes(options), owner))
  return { of: [...new Set(of)], every }
}

function withCurrentProbes(options: ProbeOptions): object {
  const { of } = options
  return Array.isArray(of) ? { ...options, of: currentNames(of, warnOfOldName) } : options
}

/**
 * Lists the names of the probes of a run. Throws an `option` error if the run's folder names probes that this version
 * doesn't have.
 */
const probesOf = ({ probes }: Pick<TrainingSettings, 'probes'>): readonly LayerProbeName[] =>
  pickOptions(probeOptions, probes ?? {}, owner).of ?? []

/** Whether any probe of the settings needs the initial weights until the end of the training. */
export function needsStart(settings: Pick<TrainingSettings, 'probes'>): boolean {
  return joinNeeds(probesOf(settings).map((name) => layerProbes[name].needs)).start ?? false
}

const sampleOptions = {
  /**
   * Number of training samples to choose, 64 by default. If the training set has fewer samples than this number, all
   * samples are chosen.
   */
  count: field(count(), { default: 64 }),
  /** Seed that chooses the samples, 0 by default. */
  seed: training.seed,
  /**
   * Name of the loss that is computed on the chosen samples. By default, the loss is `cross-entropy` for classes and
   * `squared-error` for values and autoencoding.
   */
  loss: training.loss,
  /** How inputs are standardized, `per-channel` by default. */
  standardize: training.standardize,
  /** How the values to predict are standardized, by default as in a training. */
  standardizeTargets: training.standardizeTargets,
} satisfies Fields

/** Options of `probeSamples`. */
export type SampleOptions = Input<typeof sampleOptions>

/**
 * Chooses training samples of a data set at random, for measurements outside of a training: `probeSamples(glyphs())`.
 * The samples are standardized in the same way as in a training.
 *
 * Throws an `option` error if an option is unknown or invalid, and a `data` error if the samples contradict their data
 * set.
 */
export function probeSamples(data: Dataset, options: SampleOptions = {}): ProbeSamples {
  checkSamples(data)
  checkOptions('probeSamples', options, { code: 'option', known: Object.keys(sampleOptions), example: '{ count: 64 }' })
  const settings = withDefaults(sampleOptions, pickOptions(sampleOptions, options))
  const { loss = usualLoss(taskOf(data)) } = settings
  const standardizer = createStandardizer(data.train, data.shape, settings)
  return chooseSamples(data, standardizer, lossNamed(loss), settings.count, settings.seed)
}

/** A training whose layers are measured. */
interface Probed {
  readonly blueprint: Blueprint
  readonly data: Dataset
  readonly settings: TrainingSettings
  readonly backend: Backend
  /** Weights before the first step of the run, if the training resumes with the weights of a checkpoint. */
  readonly start?: Weights
}

/**
 * Returns a function that creates the measurer that probes the layers. Returns undefined if the settings ask for no
 * probes.
 */
export function layersOpener({ blueprint, data, settings, backend, start }: Probed): OpenLayers | undefined {
  const { seed, optimizer } = settings
  const names = probesOf(settings)
  if (names.length === 0) return undefined
  return async (standardizer, weights) => {
    const samples = chooseSamples(data, standardizer, settings, samplesOfPass(settings), seed)
    // The initial weights are kept in a second map, because the training clears its own map of weights once it has
    // started.
    const first = needsStart(settings) ? readerOf(start ?? new Map(weights)) : undefined
    const probePass = await createProbePass(blueprint, backend, samples, names, { optimizer, start: first })
    return {
      measure: async (now) => {
        const reading = await probePass.run(readerOf(now))
        return Object.fromEntries(names.map((name) => [name, reading[name] ?? []]))
      },
      dispose: () => probePass.dispose(),
    }
  }
}

const readerOf =
  (weights: Weights): WeightsOf =>
  (name) =>
    weights.get(name) ?? []

/**
 * Names of the layers that probes measure, in the order of the forward pass, such as `first`, `hidden[12]` and
 * `readout`. For each probe, a snapshot has one number per probed layer. Probes treat a whole block of a repeat as one
 * layer.
 */
export function probedLayers(blueprint: Blueprint): string[] {
  return stagesOf(blueprint.root).map(({ name }) => name)
}

/** Description of a probe for pictures and lists. */
export interface ProbeDescription {
  readonly name: LayerProbeName
  /** Title of a picture that shows the readings of the probe. */
  readonly title: string
  /** Unit of the probe's values, if the values have a unit. */
  readonly unit?: string
  /** Scale of the axis on which a picture should draw the probe's values. */
  readonly scale: 'log' | 'linear'
  /** Smallest and largest possible value of the probe, if a picture should show the whole range. */
  readonly domain?: readonly [number, number]
}

/** Describes all probes, in the order of `layerProbeNames`. */
export function describeProbes(): ProbeDescription[] {
  return layerProbeNames.map((name) => {
    const { title, unit, scale, domain }: LayerProbe = layerProbes[name]
    return { name, title, unit, scale, domain }
  })
}
