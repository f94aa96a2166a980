/** The cure of a diagnosis: the change that mends the training, measured with fresh seeds. */
import type { Network } from '../network/network.ts'
import { summarize } from '../numerics/statistics.ts'
import { changeBetween, type OptionChange } from '../settings/changed-options.ts'
import { trainingOf } from './control-trainings.ts'
import type { ControlName, Subject } from './controls.ts'
import { provenControl } from './cure-candidates.ts'
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
  readonly change: OptionChange
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
  // If the budget ends before the trainings with fresh seeds, the trainings that proved a cause are all that is known.
  const proven = judgment.findings.flatMap((one) => provenControl(view, one) ?? [])
  const measured = search.control ?? [search.waiting, ...proven].find((one) => one !== null && isMeasured(view, one))
  const training = measured == null ? undefined : trainingOf(subject, measured)
  if (measured == null || training === undefined) return null
  const control: ControlName = measured
  const after = isFresh ? view.fresh.filter((record) => record.control === control) : recordsOf(view.given, control)
  const change = changeBetween(subject.settings, training.settings).options
  const network = training.network === subject.network ? null : training.network
  const words = cureText(subject, control, change, view.depths)
  const before = recordsOf(view.given, 'network')
  const scores = { before: meansOf(before), after: meansOf(after), seeds: after.length, isFresh }
  return { control, change, network, words, ...scores }
}

/** Whether a control was trained with all seeds of the diagnosis, and no training diverged. */
function isMeasured({ given, seeds }: View, control: ControlName): boolean {
  const records = recordsOf(given, control)
  return records.length >= seeds.length && records.every(({ diverged }) => diverged === null)
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
