/** Specs for the trainings of a diagnosis, and the resolver for the data and weights that the specs name. */
import type { Blueprint } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import type { Dataset } from '../data/dataset.ts'
import { vary } from '../data/vary.ts'
import { type LayerProbeName, layerProbeNames } from '../probes/layer-probes.ts'
import { checkWeights, hashWeights } from '../training/weights.ts'
import type { TrialResolver } from '../trials/resolver.ts'
import { canonicalJson, createSpec, type TrialProbes, type TrialScoring, type TrialStart } from '../trials/spec.ts'
import { trainingOf } from './control-trainings.ts'
import { type ControlName, changeOf, controlOf, type Subject } from './controls.ts'
import { settingsOf, snapshotInterval, workWithScoring } from './plan.ts'
import type { DiagnosisTask, StartOf } from './task.ts'
import type { DiagnosisTrial, TrialKey } from './trial-record.ts'

/**
 * Whether the trainings of a control are probed for pictures and findings. Controls that are not probed contribute only
 * their losses.
 */
export function isWatched(name: ControlName): boolean {
  const { kind } = changeOf(controlOf(name).change)
  return kind === 'none' || kind === 'twin'
}

/**
 * The scoring of a training. Short trainings are scored on fewer samples. A training with a fresh seed measures a cure, so
 * it is scored on all samples, exactly as the command `train` scores it.
 */
export function scoringOf({ control, seed }: TrialKey, seeds: readonly number[]): TrialScoring {
  if (!seeds.includes(seed)) return 'all'
  return changeOf(controlOf(control).change).kind === 'short' ? 'few' : 'part'
}

/** The mechanisms' readings, which tell whether an intervention changes other mechanisms too. */
const mechanismProbes = [
  'meanSquare',
  'cosine',
  'closestPairs',
  'effectiveRank',
  'gradientNorm',
  'deadUnits',
  'saturatedUnits',
] as const satisfies readonly LayerProbeName[]

/** Early steps at which the layers are read, which show how a mechanism works in the first steps. */
const earlySteps = [1, 10, 100]

/** The probes of a training. A remedy is read before and after the training with the first seed only. */
function probesOf(control: ControlName, steps: number, isFirst: boolean): TrialProbes | null {
  if (isWatched(control)) {
    const at = earlySteps.filter((step) => step < steps)
    // A whole training at another rate is read less often, because the readings take longer than the steps.
    const { position } = controlOf(control)
    const every = position === 0 ? snapshotInterval(steps) : Math.ceil(steps / 4)
    return { of: layerProbeNames, every, ...(at.length === 0 ? {} : { at }) }
  }
  const { kind } = changeOf(controlOf(control).change)
  return (kind === 'remedy' || kind === 'drawn weights') && isFirst ? { of: mechanismProbes, every: steps } : null
}

/** Returns the trial of a control and seed, or undefined if the control does not apply to the network. */
export async function trialOf(
  { control, seed }: TrialKey,
  subject: Subject,
  task: DiagnosisTask,
): Promise<DiagnosisTrial | undefined> {
  const training = trainingOf(subject, control)
  if (!training) return undefined
  const { network, data, precision, variation } = training
  const blueprint = createBlueprint(network, data.shape)
  const { seed: _, ...settings } = settingsOf(training, seed)
  const isFirst = seed === task.seeds[0]
  const probes = task.seeds.includes(seed) ? probesOf(control, settings.steps, isFirst) : null
  const scoring = scoringOf({ control, seed }, task.seeds)
  const isDone = control === 'network' && isFirst && settings.steps === task.settings.steps
  const finished = isDone ? task.finished : undefined
  const spec = await createSpec({
    network: blueprint.network,
    data: { ...task.reference, variation },
    settings,
    seed,
    start: await startOf(blueprint, seed, training.drawsWeights ? undefined : task.start),
    precision,
    probes,
    scoring,
    // Measurements use the weights of the trainings with the first seed.
    keepsWeights: isWatched(control) && isFirst,
  })
  return { ...spec, control, work: finished ? 0 : workWithScoring(training, scoring), finished }
}

async function startOf(blueprint: Blueprint, seed: number, start: StartOf | undefined): Promise<TrialStart> {
  return start === undefined ? { kind: 'seed' } : { kind: 'object', sha256: await hashStart(blueprint, seed, start) }
}

/**
 * Returns the SHA-256 hash of the initial weights that the caller gave. Throws a `weights` error if the weights do not
 * fit the network.
 */
export async function hashStart(blueprint: Blueprint, seed: number, start: StartOf): Promise<string> {
  const weights = start(blueprint, seed)
  checkWeights(blueprint, weights)
  return hashWeights(blueprint, weights)
}

/**
 * Creates the resolver, which provides the data and the initial weights for a spec. Each variation of the data is
 * created once, when the variation is first requested.
 */
export function resolverOf({ data, start }: Pick<DiagnosisTask, 'data' | 'start'>): TrialResolver {
  const varied = new Map<string, Dataset>()
  return {
    data: ({ variation }) => {
      if (variation === undefined) return data
      const key = canonicalJson(variation, 'variation')
      const known = varied.get(key) ?? vary(data, variation)
      varied.set(key, known)
      return known
    },
    start: start && (({ seed }, blueprint) => start(blueprint, seed)),
  }
}
