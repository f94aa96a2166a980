/** The cure of a diagnosis: the change that mends the training, measured with fresh seeds. */
import type { Network } from '../network/network.ts'
import { summarize } from '../numerics/statistics.ts'
import { trainingOf } from './control-trainings.ts'
import type { ControlName, Subject } from './controls.ts'
import { type CureChange, changeBetween } from './cure-change.ts'
import { searchCure } from './cure-search.ts'
import { recordsOf } from './evidence.ts'
import type { Judgment } from './judge.ts'
import type { TrialRecord } from './trial-record.ts'
import type { View } from './view.ts'
import { cureText } from './wording/cure.ts'

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
  /** The change as a request, such as `set the rate to 0.003 instead of 0.03`. */
  readonly words: string
  /** Scores of the diagnosed training, with the seeds of the diagnosis. */
  readonly before: MeanScores
  /** Scores with the change, with fresh seeds. */
  readonly after: MeanScores
  /** Number of fresh seeds. */
  readonly seeds: number
  /** Whether the seeds were fresh: the diagnosis had not used them to find the cure. */
  readonly isFresh: boolean
}

/** Returns the measured cure, or null if the diagnosis has measured none. */
export function cureOf(view: View, judgment: Judgment, subject: Subject): Cure | null {
  const open = searchCure(view, judgment)
  const search = open.control === null ? searchCure(view, judgment, false) : open
  const isFresh = search.control !== null
  const control = search.control ?? search.waiting
  const training = control === null ? undefined : trainingOf(subject, control)
  if (control === null || training === undefined) return null
  // If the budget ends before the trainings with fresh seeds, the trainings that proved the cause are all that is known.
  const after = isFresh ? view.fresh.filter((record) => record.control === control) : recordsOf(view.given, control)
  if (after.length < view.seeds.length || after.some(({ diverged }) => diverged !== null)) return null
  const change = changeBetween(subject, training)
  const network = training.network === subject.network ? null : training.network
  const words = cureText(subject, control, change, view.depths)
  const before = recordsOf(view.given, 'network')
  const measured = { before: meansOf(before), after: meansOf(after), seeds: after.length, isFresh }
  return { control, change, network, words, ...measured }
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
