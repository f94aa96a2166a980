/** The measured cure of a diagnosis: the scores without and with the change, as a sentence and as a table. */
import type { Table } from '../format/table.ts'
import { capitalize } from '../format/text.ts'
import { counted } from '../format/words.ts'
import { type DiagnosisData, NETWORK, type ReportedMeans, type ReportedTrial } from './diagnosis-data.ts'
import { type ScoreColumn, scoreColumns } from './score-columns.ts'
import { meanOf, scoresOf } from './seed-scores.ts'

type Run = Parameters<ScoreColumn['value']>[0] & { readonly diverged: boolean }

/** The trainings without and with the change, or null if their scores are not known. */
function measuredRuns({ cure, trials, freshTrials = [] }: DiagnosisData): { before: Run[]; after: Run[] } | null {
  if (cure == null) return null
  const before = runsOf(trials, NETWORK, cure.before)
  const after = runsOf(cure.isFresh ? freshTrials : trials, cure.control, cure.after)
  return before.length === 0 || after.length === 0 ? null : { before, after }
}

/** The trainings of a control, or their means as one training if only the means are known. */
function runsOf(trials: readonly ReportedTrial[], control: string, means: ReportedMeans | undefined): Run[] {
  const runs = trials.filter((trial) => trial.control === control)
  if (runs.length > 0 || means === undefined) return runs
  return [{ ...means, diverged: means.train.error === null }]
}

/** The scores by which people compare two trainings: no losses, and no scores of a test set without samples. */
const columnsOf = ({ dataset }: DiagnosisData, runs: readonly Run[]): ScoreColumn[] =>
  scoreColumns(dataset.classes, runs).filter(
    ({ heading, set, isExtra }) => !isExtra && !heading.endsWith('loss') && (set === 'train' || dataset.test > 0),
  )

/**
 * The measured result in a sentence, such as `Training error 88.0% -> 2.4%, test error 89.2% -> 3.7% (with the change:
 * 5 fresh seeds).` Null if no cure was measured.
 */
export function cureResult(data: DiagnosisData): string | null {
  const runs = measuredRuns(data)
  if (data.cure == null || runs === null) return null
  const { before, after } = runs
  const { seeds = after.length, isFresh = false } = data.cure
  const isLost = before.some(({ diverged }) => diverged)
  const scores = columnsOf(data, [...before, ...after]).flatMap(({ heading, value, format }) => {
    const [from, to] = [meanOf(before, value), meanOf(after, value)]
    if (to === null) return []
    const mean = (score: typeof to): string => format({ ...score, halfWidth: null })
    return [`${heading.replace(/^train /, 'training ')} ${from === null ? '' : `${mean(from)} -> `}${mean(to)}`]
  })
  const count = counted(seeds, isFresh ? 'fresh seed' : 'seed')
  if (isLost) return `${lossWords(before)} With the change: ${scores.join(', ')} (${count}).`
  // The training without the change has the seeds of the diagnosis.
  return `${capitalize(scores.join(', '))} (${isFresh ? `with the change: ${count}` : count}).`
}

/** Says how many trainings without the change diverged. A mean of several seeds does not tell their number. */
function lossWords(runs: readonly Run[]): string {
  const lost = runs.filter(({ diverged }) => diverged).length
  if (runs.length === 1) return 'Without the change, at least one training diverges.'
  const which = lost === runs.length ? `all ${lost}` : `${lost} of ${runs.length}`
  return `Without the change, ${which} trainings diverge.`
}

/**
 * The scores of the diagnosed training and of the mended one, with their intervals. Null if no cure was measured, or if only
 * the means are known.
 */
export function cureTable(data: DiagnosisData): Table | null {
  const runs = measuredRuns(data)
  if (data.cure == null || runs === null || runs.after.length < 2) return null
  const { before, after } = runs
  const columns = columnsOf(data, [...before, ...after])
  const { seeds } = data.cure
  const row = (name: string, own: readonly Run[], count: number): string[] => [
    name,
    ...columns.map(({ value, format }) => scoresOf(own, value, format)),
    String(count),
  ]
  return {
    columns: [
      { heading: 'training' },
      ...columns.map(({ heading }) => ({ heading, numeric: true })),
      { heading: 'seeds', numeric: true },
    ],
    rows: [row('as it is', before, before.length), row('with the change', after, seeds ?? after.length)],
  }
}
