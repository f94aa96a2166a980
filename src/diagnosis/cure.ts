/** The cure of a diagnosis: the change that mends the training, measured by the diagnosis itself. */
import { listed } from '../format/words.ts'
import type { Network } from '../network/network.ts'
import { summarize } from '../numerics/statistics.ts'
import type { TrainingSettings } from '../settings/options.ts'
import type { JudgedCause } from './causes/table.ts'
import { trainingOf } from './control-trainings.ts'
import { type ControlName, changeOf, controlOf, type Mending, nameAt, type Subject, type Training } from './controls.ts'
import { recordsOf } from './evidence.ts'
import type { TrialRecord } from './trial-record.ts'
import type { View } from './view.ts'
import { rateText } from './wording/words.ts'

/** The options of a training that a cure may change. */
const changedOptions = [
  'rate',
  'steps',
  'clipNorm',
  'weightDecay',
  'standardize',
  'standardizeTargets',
  'classWeights',
] as const

/** Options of a training to change, with their new values. Numbers and names only, as the command line writes them. */
export type CureChange = Readonly<Partial<Record<(typeof changedOptions)[number], number | string>>>

/** Mean scores over the seeds. A score is null if a seed diverged or has no such score. */
export interface MeanScores {
  readonly train: { readonly loss: number | null; readonly error: number | null }
  readonly test: { readonly loss: number | null; readonly error: number | null }
}

export interface Cure {
  /** Control whose trainings measured the cure. */
  readonly control: ControlName
  /** Options of the training that change. */
  readonly change: CureChange
  /** The changed network, or null if the network stays as it is. */
  readonly network: Network | null
  /** The change in words, such as `the rate 0.003 instead of 0.03`. */
  readonly words: string
  /** Scores of the diagnosed training. */
  readonly before: MeanScores
  /** Scores with the change. */
  readonly after: MeanScores
  /** Number of seeds of both. */
  readonly seeds: number
}

/** Returns the cure for the first finding, or null if the diagnosis has measured none. */
export function cureOf(view: View, findings: readonly JudgedCause[], subject: Subject): Cure | null {
  const control = findings.length > 0 ? controlFor(view, findings[0]) : undefined
  const training = control && trainingOf(subject, control)
  if (control === undefined || training === undefined) return null
  const [before, after] = [recordsOf(view.given, 'network'), recordsOf(view.given, control)]
  if (after.length < view.seeds.length || after.some(({ diverged }) => diverged !== null)) return null
  const change = changeBetween(subject, training)
  const network = training.network === subject.network ? null : training.network
  const words = wordsOf(subject.settings, change, network === null ? undefined : networkWords(control))
  return { control, change, network, words, before: meansOf(before), after: meansOf(after), seeds: after.length }
}

/** The control whose trainings remove the cause of a finding. */
function controlFor(view: View, found: JudgedCause): ControlName | undefined {
  switch (found.cause) {
    case 'unstable-step':
    case 'step-too-small':
      return nameAt('network', view.best.network)
    case 'too-few-steps':
      return found.facts.longer ? nameAt(found.facts.longer.control, view.best.network) : undefined
    case 'unscaled-data':
    case 'output-cannot-reach-targets':
    case 'no-nonlinearity':
    case 'over-regularized':
    case 'unbalanced-classes':
      return 'control' in found.facts ? found.facts.control : undefined
    default:
      return undefined
  }
}

function changeBetween({ settings: from }: Training, { settings: to }: Training): CureChange {
  const decayOf = ({ optimizer: { rule } }: TrainingSettings): number => ('weightDecay' in rule ? rule.weightDecay : 0)
  const pairs = {
    rate: [from.optimizer.rate, to.optimizer.rate],
    steps: [from.steps, to.steps],
    clipNorm: [from.clipNorm, to.clipNorm],
    weightDecay: [decayOf(from), decayOf(to)],
    standardize: [from.standardize, to.standardize],
    standardizeTargets: [from.standardizeTargets, to.standardizeTargets],
    classWeights: [from.classWeights, to.classWeights],
  } as const
  const changed = Object.entries(pairs).flatMap(([name, [before, after]]) =>
    before !== after && (typeof after === 'number' || typeof after === 'string') ? [[name, after] as const] : [],
  )
  return Object.fromEntries(changed)
}

const changeWords: { readonly [Name in keyof CureChange]-?: (to: number | string, from: TrainingSettings) => string } =
  {
    rate: (to, { optimizer }) => `the rate ${rateText(Number(to))} instead of ${rateText(optimizer.rate)}`,
    steps: (to, { steps }) => `${to} steps instead of ${steps}`,
    clipNorm: (to) => `gradients clipped to norm ${to}`,
    weightDecay: (to) => `a weight decay of ${to}`,
    standardize: () => 'standardized inputs',
    standardizeTargets: () => 'standardized targets',
    classWeights: () => 'balanced class weights',
  }

/** The change of the network by each mended training. */
const mendedNetworks: Readonly<Record<Mending, string>> = {
  scales: 'the same network',
  output: 'the network without its last activation',
  nonlinearity: 'a ReLU between the layers',
  regularization: 'the network without dropout',
  'class balance': 'the same network',
}

function networkWords(control: ControlName): string {
  const change = changeOf(controlOf(control).change)
  return change.kind === 'mending' ? mendedNetworks[change.of] : 'the changed network'
}

function wordsOf(settings: TrainingSettings, change: CureChange, network: string | undefined): string {
  const parts = changedOptions.flatMap((name) => {
    const to = change[name]
    return to === undefined ? [] : [changeWords[name](to, settings)]
  })
  return listed([...(network === undefined ? [] : [network]), ...parts])
}

function meansOf(records: readonly TrialRecord[]): MeanScores {
  const mean = (set: 'train' | 'test', score: 'loss' | 'error'): number | null => {
    const values = records.map((record) => record[set][score])
    return values.some((value) => value === null) ? null : (summarize(values)?.mean ?? null)
  }
  return {
    train: { loss: mean('train', 'loss'), error: mean('train', 'error') },
    test: { loss: mean('test', 'loss'), error: mean('test', 'error') },
  }
}
