/** The options of a training that a cure changes. */
import type { TrainingSettings } from '../settings/options.ts'
import type { Training } from './controls.ts'

type Value = number | string | readonly string[]

/** The options that a cure may change, and how each is read from the settings, as the command line writes it. */
const options = {
  rate: ({ optimizer }: TrainingSettings) => optimizer.rate,
  steps: ({ steps }: TrainingSettings) => steps,
  start: ({ start }: TrainingSettings) => start ?? 'drawn',
  warmup: ({ schedule }: TrainingSettings) => schedule.warmup,
  clipNorm: ({ clipNorm }: TrainingSettings) => clipNorm,
  layerRates: ({ layerRates }: TrainingSettings) =>
    Object.entries(layerRates).map(([path, factors]) => `${path}=${[factors].flat().join()}`),
  weightDecay: ({ optimizer: { rule } }: TrainingSettings) => ('weightDecay' in rule ? rule.weightDecay : 0),
  epsilon: ({ optimizer: { rule } }: TrainingSettings) => ('epsilon' in rule ? rule.epsilon : null),
  standardize: ({ standardize }: TrainingSettings) => standardize,
  standardizeTargets: ({ standardizeTargets }: TrainingSettings) => standardizeTargets,
  classWeights: ({ classWeights }: TrainingSettings) => classWeights,
  augment: ({ augment }: TrainingSettings) => augment,
} as const

export type CureOption = keyof typeof options

const names: readonly CureOption[] = Object.keys(options).filter((name): name is CureOption =>
  Object.hasOwn(options, name),
)

/** Options of a training to change, with their new values. Numbers and texts only, as the command line writes them. */
export type CureChange = Readonly<Partial<Record<CureOption, Value>>>

/** Returns the options in which two trainings differ, with the values of the second training. */
export function changeBetween({ settings: from }: Training, { settings: to }: Training): CureChange {
  const changed = names.flatMap((name) => {
    const [before, after]: unknown[] = [from, to].map((one) => options[name](one))
    const isSame = JSON.stringify(before) === JSON.stringify(after)
    return isSame || !isValue(after) ? [] : [[name, after] as const]
  })
  return Object.fromEntries(changed)
}

const isValue = (value: unknown): value is Value =>
  typeof value === 'number' ||
  typeof value === 'string' ||
  (Array.isArray(value) && value.every((one) => typeof one === 'string'))
