/** The difference between two trainings as options of a training. */

import { optimizerOptions } from '../settings/optimizer.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { training } from '../settings/training.ts'

/** Options of a training to change, with their new values, as the command line writes them. */
export type OptionChange = Readonly<Record<string, number | string>>

export interface SettingsChange {
  readonly options: OptionChange
  /** Whether the options are the whole difference. A change such as several rates by layer has no form as options. */
  readonly isComplete: boolean
}

type Plain = number | string | undefined

const isPlain = (value: unknown): value is Plain =>
  value === undefined || typeof value === 'number' || typeof value === 'string'

/** Settings that do not change a training, or that are no options of one training. */
const left: ReadonlySet<string> = new Set(['seed', 'logEvery', 'evaluateEvery', 'earlyStopping', 'probes', 'recipe'])

/** All values of a training under the names of their options. */
function valuesOf({ optimizer, schedule, ...settings }: TrainingSettings): ReadonlyMap<string, unknown> {
  const rule = Object.fromEntries(
    Object.entries(optimizer.rule).filter(([key]) => Object.hasOwn(optimizerOptions, key)),
  )
  const { name, untilError, fromLayers: _, ...others } = schedule
  const own = { ...settings, optimizer: optimizer.name, rate: optimizer.rate, ...rule, schedule: name, ...others }
  const ended = untilError && { warmupFactor: untilError.factor, warmupUntilError: untilError.error }
  return new Map(Object.entries({ ...own, ...ended }).filter(([key]) => !left.has(key)))
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

/** Returns the options to change for a training with the settings `to`, if its other options are those of `from`. */
export function changeBetween(from: TrainingSettings, to: TrainingSettings): SettingsChange {
  const [before, after] = [valuesOf(from), valuesOf(to)]
  const options: Record<string, number | string> = {}
  let isComplete = true
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const value = after.get(key)
    if (same(before.get(key), value)) continue
    const text = key === 'layerRates' ? oneLayerRate(value) : (value ?? usualOf(key))
    if (isPlain(text) && text !== undefined) options[key] = text
    else isComplete = false
  }
  return { options, isComplete }
}

/** The default of an option that the changed training leaves out. */
function usualOf(key: string): unknown {
  if (key === 'start') return 'drawn'
  return Object.entries(training).find(([name]) => name === key)?.[1].default
}

/** The rate of one layer as text. Rates of several layers need several options of the same name. */
function oneLayerRate(rates: unknown): string | undefined {
  const entries = typeof rates === 'object' && rates !== null ? Object.entries(rates) : []
  return entries.length === 1 ? `${entries[0][0]}=${[entries[0][1]].flat().join(',')}` : undefined
}
