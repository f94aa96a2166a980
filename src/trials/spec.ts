/**
 * Specs describe trainings as plain data. Any process or machine that has the data set can run the training of a spec.
 */
import type { Precision } from '../backends/backend.ts'
import type { Variation } from '../data/options.ts'
import type { Network } from '../network/network.ts'
import type { LayerProbeName } from '../probes/layer-probes.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { IsobathError } from '../support/errors.ts'
import { sha256 } from '../support/sha256.ts'

/** Reference to a data set: the name and options to create or load the data set, and a hash to verify it. */
export interface DataReference {
  readonly name: string
  /** Options with which the data set was loaded, without paths in the file system. */
  readonly options: Readonly<Record<string, unknown>>
  /** SHA-256 of all samples. */
  readonly sha256: string
  /** Change of the data set after loading. */
  readonly variation?: Variation
}

/**
 * Source of the initial values of all parameters: drawn from the seed, or given as an object with the hash `sha256`.
 */
export type TrialStart = { readonly kind: 'seed' } | { readonly kind: 'object'; readonly sha256: string }

/** Probes of a trial. Each probe defines whether it reads at every snapshot or only before and after the training. */
export interface TrialProbes {
  readonly of: readonly LayerProbeName[]
  /** Steps between two snapshots. */
  readonly every: number
  /** Further steps with a snapshot. */
  readonly at?: readonly number[]
}

/**
 * Scoring of a trial. The scoring `all` scores all samples, adds all results that `train` returns, and takes no
 * snapshots. The scoring `part` scores at most 4,096 samples of each set, with new batch norm statistics. The scoring `few`
 * scores at most 1,024 samples of each set, for short trainings, which would take longer to score than to train.
 */
export type TrialScoring = 'all' | 'part' | 'few'

/** Most samples of a set on which a network is scored after the training. */
export const mostScored: Readonly<Record<TrialScoring, number>> = {
  all: Number.POSITIVE_INFINITY,
  part: 4096,
  few: 1024,
}

/** All facts that determine the result of a training. */
export interface TrialFacts {
  readonly network: Network
  readonly data: DataReference
  readonly settings: Omit<TrainingSettings, 'seed'>
  readonly seed: number
  readonly start: TrialStart
  readonly precision: Precision
  /** Probes of the trial, or null if the scoring is `all`. */
  readonly probes: TrialProbes | null
  readonly scoring: TrialScoring
  /** Whether the result of the trial contains the weights. */
  readonly keepsWeights: boolean
}

export interface TrialSpec extends TrialFacts {
  /** SHA-256 of the facts that determine the result. The same training has the same id in every process. */
  readonly id: string
}

/** Creates a spec with its id. Throws an `option` error if a number is not finite, because JSON has no such number. */
export async function createSpec(facts: TrialFacts): Promise<TrialSpec> {
  const { network, data, settings, seed, start, precision, probes, scoring, keepsWeights } = facts
  const own: TrialFacts = { network, data, settings, seed, start, precision, probes, scoring, keepsWeights }
  return { id: await sha256(canonicalJson(own, 'trial')), ...own }
}

/** Returns JSON with sorted keys and without undefined values, so that equal values have equal texts. */
export function canonicalJson(value: unknown, place: string): string {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new IsobathError('option', `${place}: expected a finite number, got ${value}.`)
  }
  if (Array.isArray(value)) return `[${value.map((one, at) => canonicalJson(one ?? null, `${place}[${at}]`)).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).filter(([, one]) => one !== undefined)
  const sorted = entries.sort(([one], [other]) => (one < other ? -1 : 1))
  return `{${sorted.map(([name, one]) => `${JSON.stringify(name)}:${canonicalJson(one, `${place}.${name}`)}`).join()}}`
}
