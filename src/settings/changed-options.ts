/** The difference between the settings of two trainings as options of a training. */
import { optimizerOptions } from './optimizer.ts'
import type { TrainingSettings } from './options.ts'
import { training } from './training.ts'

type Value = number | string | readonly string[]

/**
 * Options of a training to change, with their new values, as the command line writes them. An option that may be repeated
 * has a list of texts, one for each time that the option is written.
 */
export type OptionChange = Readonly<Record<string, Value>>

export interface SettingsChange {
  readonly options: OptionChange
  /** Whether the options are the whole difference. A value such as a list of class weights has no form as an option. */
  readonly isComplete: boolean
}

const isValue = (value: unknown): value is Value =>
  typeof value === 'number' ||
  typeof value === 'string' ||
  (Array.isArray(value) && value.every((one) => typeof one === 'string'))

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
  const options: Record<string, Value> = {}
  let isComplete = true
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const value = after.get(key)
    if (same(before.get(key), value)) continue
    const written = key === 'layerRates' ? layerRateTexts(value) : (value ?? usualOf(key))
    if (isValue(written)) options[key] = written
    else isComplete = false
  }
  return { options, isComplete }
}

/** The default of an option that the changed training leaves out. */
function usualOf(key: string): unknown {
  if (key === 'start') return 'drawn'
  return Object.entries(training).find(([name]) => name === key)?.[1].default
}

/** The rates by layer as texts. The option is written once for each layer. */
function layerRateTexts(rates: unknown): readonly string[] {
  const entries = typeof rates === 'object' && rates !== null ? Object.entries(rates) : []
  return entries.map(([path, factors]) => `${path}=${[factors].flat().join()}`)
}
