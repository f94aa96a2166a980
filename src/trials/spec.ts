/** What to train, as plain data: whoever has the data set can train it, in another process or on another machine too. */
import type { Precision } from '../backends/backend.ts'
import type { Variation } from '../data/options.ts'
import type { Network } from '../network/network.ts'
import type { LayerProbeName } from '../probes/layer-probes.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { IsobathError } from '../support/errors.ts'
import { sha256 } from '../support/sha256.ts'

/** A data set, by what it takes to make it or to find its files, and to know it again. */
export interface DataReference {
  readonly name: string
  /** What it was loaded with, without places in the file system. */
  readonly options: Readonly<Record<string, unknown>>
  /** Of all samples. */
  readonly sha256: string
  /** What is made of the set then. */
  readonly variation?: Variation
}

/** Where the first values of all parameters come from: drawn from the seed, or those of an object with this hash. */
export type TrialStart = { readonly kind: 'seed' } | { readonly kind: 'object'; readonly sha256: string }

/** What is looked at: at every look, or before the first step and after the last alone, as each probe says. */
export interface TrialProbes {
  readonly of: readonly LayerProbeName[]
  /** Steps between two looks. */
  readonly every: number
}

/**
 * all: on all samples, with all that `train` tells, and without looks. part: on at most 4,096 samples of each set, with
 * statistics of batch norm that are taken anew.
 */
export type TrialScoring = 'all' | 'part'

/** All that decides what comes out of a training. */
export interface TrialFacts {
  readonly network: Network
  readonly data: DataReference
  readonly settings: Omit<TrainingSettings, 'seed'>
  readonly seed: number
  readonly start: TrialStart
  readonly precision: Precision
  /** None where the scoring is of all. */
  readonly probes: TrialProbes | null
  readonly scoring: TrialScoring
  /** Whether the result has the weights. */
  readonly keepsWeights: boolean
}

export interface TrialSpec extends TrialFacts {
  /** SHA-256 of the facts: the same training has the same id in every process. */
  readonly id: string
}

/** Throws an `option` error where a number isn't finite, which JSON doesn't have. */
export async function createSpec(facts: TrialFacts): Promise<TrialSpec> {
  const { network, data, settings, seed, start, precision, probes, scoring, keepsWeights } = facts
  const own: TrialFacts = { network, data, settings, seed, start, precision, probes, scoring, keepsWeights }
  return { id: await sha256(canonicalJson(own, 'trial')), ...own }
}

/** JSON with the keys of every object in order and without what is undefined: one text for one value. */
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
