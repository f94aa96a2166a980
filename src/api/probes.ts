/** Probes for trainings: which are wanted, and the looks at a training's layers with them. */
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
    return suggestion(name, layerProbeNames).trim() || `They are ${layerProbeNames.join(', ')}.`
  },
}

export const probeOptions = {
  /** Their names; `usualProbes` by default. */
  of: field(probeNames, { default: usualProbes }),
  /** Steps between two looks, 50 by default. */
  every: field(count(), { default: 50, flag: '--probe-every <n>', help: 'steps between two looks' }),
} satisfies Fields

export type ProbeOptions = Input<typeof probeOptions>

/** Training samples that are looked at, from 32 to 64: a quarter of a batch costs little beside 50 steps. */
const samplesOfPass = ({ batch }: TrainingSettings): number => Math.max(32, Math.min(64, Math.floor(batch / 4)))

const owner = { name: 'probes', code: 'option' } as const

/** With defaults. Throws an `option` error on a name that isn't a probe's, and where looks can't be so many steps apart. */
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

/** Those of a run, in their order; a run's folder may have been written by another version. */
const probesOf = ({ probes }: Pick<TrainingSettings, 'probes'>): readonly LayerProbeName[] =>
  pickOptions(probeOptions, probes ?? {}, owner).of ?? []

/** Whether the weights before the first step must be known to the end. */
export function needsStart(settings: Pick<TrainingSettings, 'probes'>): boolean {
  return joinNeeds(probesOf(settings).map((name) => layerProbes[name].needs)).start ?? false
}

const sampleOptions = {
  /** 64 by default; all where there are fewer. */
  count: field(count(), { default: 64 }),
  /** Chooses them; 0 by default. */
  seed: training.seed,
  /** cross-entropy where the targets are classes by default, else squared-error. */
  loss: training.loss,
  /** per-channel by default. */
  standardize: training.standardize,
} satisfies Fields

export type SampleOptions = Input<typeof sampleOptions>

/**
 * Some training samples of a data set, standardized as a training does it, for what looks at a network outside of one. Throws
 * an `option` error on a bad option, a `data` error where the samples aren't what the data set says.
 */
export function probeSamples(data: Dataset, options: SampleOptions = {}): ProbeSamples {
  checkSamples(data)
  checkOptions('probeSamples', options, { code: 'option', known: Object.keys(sampleOptions), example: '{ count: 64 }' })
  const settings = withDefaults(sampleOptions, pickOptions(sampleOptions, options))
  const { loss = usualLoss(taskOf(data)), standardize } = settings
  return chooseSamples(
    data,
    createStandardizer(data.train, data.shape, standardize),
    loss,
    settings.count,
    settings.seed,
  )
}

interface Probed {
  readonly blueprint: Blueprint
  readonly data: Dataset
  readonly settings: TrainingSettings
  readonly backend: Backend
  /** The weights before the first step, where the training doesn't begin with them. */
  readonly start?: Weights
}

/** Undefined where the settings ask for no probes. */
export function layersOpener({ blueprint, data, settings, backend, start }: Probed): OpenLayers | undefined {
  const { loss, seed, optimizer } = settings
  const names = probesOf(settings)
  if (names.length === 0) return undefined
  return async (standardizer, weights) => {
    const samples = chooseSamples(data, standardizer, loss, samplesOfPass(settings), seed)
    // The training empties its own map when it has begun.
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

/** What the numbers of a look belong to, from the first layer to the last: `first`, `hidden[12]`, `readout`. */
export function probedLayers(blueprint: Blueprint): string[] {
  return stagesOf(blueprint.root).map(({ name }) => name)
}

export interface ProbeDescription {
  readonly name: LayerProbeName
  readonly title: string
  readonly unit?: string
  /** How its values are best drawn. */
  readonly scale: 'log' | 'linear'
  /** What values there can be, where a picture should show all of it. */
  readonly domain?: readonly [number, number]
}

/** Of all probes. */
export function describeProbes(): ProbeDescription[] {
  return layerProbeNames.map((name) => {
    const { title, unit, scale, domain }: LayerProbe = layerProbes[name]
    return { name, title, unit, scale, domain }
  })
}
