/** The measured cure of a diagnosis: the scores without and with the change, as a sentence and as a table. */
import type { Table } from '../format/table.ts'
import { capitalize } from '../format/text.ts'
import { counted } from '../format/words.ts'
import { type DiagnosisData, NETWORK } from './diagnosis-data.ts'
import { type ScoreColumn, scoreColumns } from './score-columns.ts'
import { meanOf, scoresOf } from './seed-scores.ts'

type Run = Parameters<ScoreColumn['value']>[0] & { readonly diverged: boolean }

/** The trainings without and with the change, or null if the scores of neither trainings nor means are known. */
function measuredRuns({ cure, trials }: DiagnosisData): { readonly before: Run[]; readonly after: Run[] } | null {
  if (cure == null) return null
  const of = (control: string): Run[] => trials.filter((trial) => trial.control === control)
  const [before, after] = [of(NETWORK), of(cure.control)]
  // Trainings with fresh seeds are not among the trainings of the diagnosis.
  if (!cure.isFresh && before.length > 0 && after.length > 0) return { before, after }
  if (cure.before === undefined || cure.after === undefined) return null
  const asRun = (means: typeof cure.before): Run => ({ ...means, diverged: means.train.error === null })
  return { before: [asRun(cure.before)], after: [asRun(cure.after)] }
}

/** The scores by which people compare two trainings: no losses, and no scores of a test set without samples. */
const columnsOf = ({ dataset }: DiagnosisData, runs: readonly Run[]): ScoreColumn[] =>
  scoreColumns(dataset.classes, runs).filter(
    ({ heading, set, isExtra }) => !isExtra && !heading.endsWith('loss') && (set === 'train' || dataset.test > 0),
  )

/**
 * The measured result in a sentence, such as `Training error 88.0% -> 2.4%, test error 89.2% -> 3.7%, 5 fresh seeds.` Null
 * if no cure was measured.
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
  const counts = [...scores, counted(seeds, isFresh ? 'fresh seed' : 'seed')].join(', ')
  return isLost ? `${lossWords(before)} With the change: ${counts}.` : `${capitalize(counts)}.`
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
  const row = (name: string, own: readonly Run[]): string[] => [
    name,
    ...columns.map(({ value, format }) => scoresOf(own, value, format)),
    String(seeds ?? own.length),
  ]
  return {
    columns: [
      { heading: 'training' },
      ...columns.map(({ heading }) => ({ heading, numeric: true })),
      { heading: 'seeds', numeric: true },
    ],
    rows: [row('as it is', before), row('with the change', after)],
  }
}
