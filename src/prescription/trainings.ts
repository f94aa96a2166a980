/** The trainings of a race as settings and specs of trials. */
import type { Precision } from '../backends/backend.ts'
import { createBlueprint } from '../blueprint/create.ts'
import type { Dataset } from '../data/dataset.ts'
import { createStandardizer } from '../data/standardize.ts'
import { chanceOf } from '../diagnosis/evidence.ts'
import { settingsFor, type TrainingSettings } from '../settings/options.ts'
import { workOf } from '../trials/multiply-adds.ts'
import { shortened } from '../trials/rate-search.ts'
import type { TrialResult } from '../trials/result.ts'
import { createSpec, type DataReference, type TrialScoring } from '../trials/spec.ts'
import type { Trial } from '../trials/trial.ts'
import type { Candidate } from './candidates.ts'
import type { RaceOutcome, RacePart, RaceRequest } from './race-types.ts'

/** A training of a race. */
export interface PrescriptionTrial extends Trial {
  /** Name of the candidate: a remedy, or `network` for the unchanged network. */
  readonly candidate: string
  readonly part: RacePart
  readonly rate: number
}

/** Samples on which the trainings of each part are scored. The final has the same scores as `train`. */
const scorings: Readonly<Record<RacePart, TrialScoring>> = { first: 'few', second: 'part', whole: 'part', final: 'all' }

/** Largest number of losses that are stored for one training. */
const mostLogged = 300

/**
 * Returns the settings of a training of a candidate. Short trainings have a rate that decays to 0. Whole trainings have
 * the schedule of the given training, with a warm-up of the same fraction.
 */
export function raceSettings(
  { settings }: Pick<Candidate, 'settings'>,
  { part, rate, steps }: Pick<RaceRequest, 'part' | 'rate' | 'steps'>,
): TrainingSettings {
  const { evaluateEvery: _, earlyStopping: __, probes: ___, ...given } = settings
  const own = { ...given, optimizer: { ...given.optimizer, rate }, logEvery: Math.ceil(steps / mostLogged) }
  if (part === 'first' || part === 'second') return shortened(own, steps)
  if (steps === own.steps) return own
  const warmup = Math.round((own.schedule.warmup * steps) / own.steps)
  return { ...own, steps, schedule: { ...own.schedule, warmup } }
}

export interface TrialContext {
  readonly data: Dataset
  readonly reference: DataReference
  readonly precision: Precision
}

/** Makes the trial of a request. */
export async function trialFor(
  candidate: Candidate,
  request: RaceRequest,
  { data, reference, precision }: TrialContext,
): Promise<PrescriptionTrial> {
  const blueprint = createBlueprint(candidate.network, data.shape)
  const { seed: _, ...settings } = settingsFor(blueprint, raceSettings(candidate, request))
  const spec = await createSpec({
    network: blueprint.network,
    data: reference,
    settings,
    seed: request.seed,
    start: { kind: 'seed' },
    precision,
    probes: null,
    scoring: scorings[request.part],
    keepsWeights: false,
  })
  const work = workOf(blueprint, settings, precision)
  return { ...spec, work, candidate: candidate.name, part: request.part, rate: request.rate }
}

/** Returns the loss of guessing in a training with these settings. */
export function guessingLoss(data: Dataset, settings: TrainingSettings): number {
  return chanceOf(data, settings, createStandardizer(data.train, data.shape, settings)).loss
}

/** Returns the outcome of a training: its training loss as a fraction of the loss of guessing, at most 1. */
export function outcomeFor(request: RaceRequest, { diverged, scores }: TrialResult, guessing: number): RaceOutcome {
  const { loss } = scores.train
  const isLost = diverged !== null || loss === null || !Number.isFinite(loss)
  // Losses of different kinds are comparable as fractions of their own loss of guessing.
  return { ...request, score: isLost || guessing <= 0 ? 1 : Math.min(1, loss / guessing), diverged: isLost }
}
