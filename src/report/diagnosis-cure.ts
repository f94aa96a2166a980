/** The measured cure of a diagnosis as a table: the scores without and with the change that mends the training. */
import type { Table } from '../format/table.ts'
import { type DiagnosisData, NETWORK } from './diagnosis-data.ts'
import { scoreColumns } from './score-columns.ts'
import { scoresOf } from './seed-scores.ts'

/**
 * Returns the scores of the diagnosed training and of the mended one, with the change in the heading. Returns null if the
 * diagnosis measured no cure.
 */
export function cureTable({
  cure,
  dataset,
  trials,
}: DiagnosisData): { readonly heading: string; readonly table: Table } | null {
  if (cure == null) return null
  const of = (control: string) => trials.filter((trial) => trial.control === control)
  const [before, after] = [of(NETWORK), of(cure.control)]
  if (before.length === 0 || after.length === 0) return null
  const columns = scoreColumns(dataset.classes, trials).filter(
    ({ heading, set, isExtra }) => !isExtra && !heading.endsWith('loss') && (set === 'train' || dataset.test > 0),
  )
  const row = (name: string, runs: typeof before): string[] => [
    name,
    ...columns.map(({ value, format }) => scoresOf(runs, value, format)),
    String(runs.length),
  ]
  const table = {
    columns: [
      { heading: 'training' },
      ...columns.map(({ heading }) => ({ heading, numeric: true })),
      { heading: 'seeds', numeric: true },
    ],
    rows: [row('as diagnosed', before), row('with the change', after)],
  }
  return { heading: `What mends the training: ${cure.words}`, table }
}
