/** The answer about faults of the raw data that the standardization removed from a healthy network. */
import type { FactName } from '../../facts/fact.ts'
import {
  endsFailures,
  isSmallError,
  isSurelyBetter,
  leastEffect,
  meanOf,
  recordsOf,
  trainingError,
} from '../evidence.ts'
import type { View } from '../view.ts'
import { type ErrorText, seedsText } from './words.ts'

/**
 * Two or three sentences: the faults of the raw data, and how well the network trains on the raw data at the same rate.
 * Empty if the raw data have no faults.
 */
export function rawDataText({ given, removed, seeds, chance }: View, say: ErrorText): string {
  if (removed.length === 0) return ''
  const faults = removed.map(({ sentence }) => sentence).join(' ')
  const raw = nounOf(removed.map(({ fact }) => fact))
  const records = recordsOf(given, 'raw data')
  if (records.length < seeds.length)
    return `Isobath standardized the ${raw}, and did not train on the raw ${raw}. ${faults}`
  const error = meanOf(given, 'raw data', trainingError) ?? Number.NaN
  const own = meanOf(given, 'network', trainingError) ?? Number.NaN
  const diverged = records.filter((record) => record.diverged !== null).length
  const result =
    diverged === records.length
      ? `the training diverges with ${seedsText(diverged)}`
      : `the training error at the same rate is ${say(error)}`
  const found = `Without this standardization, ${result}`
  if (diverged === 0 && (isSmallError(given, error) || error <= (1 + leastEffect) * own)) {
    return `Isobath standardized the ${raw}. ${found}, so the scale of the raw ${raw} does no harm.`
  }
  const isSure =
    endsFailures(given, 'raw data', 'network') ||
    isSurelyBetter(given, 'raw data', 'network', trainingError, chance.error)
  return isSure
    ? `Your raw ${raw} are a cause of failure, and Isobath standardized them. ${found}. ${faults}`
    : `Isobath standardized the ${raw}. ${found}, but the seeds do not show clearly whether the raw ${raw} are the cause. ${faults}`
}

function nounOf(facts: readonly FactName[]): string {
  const hasTargets = facts.includes('unscaled-targets')
  if (!hasTargets) return 'inputs'
  return facts.length === 1 ? 'targets' : 'inputs and targets'
}
