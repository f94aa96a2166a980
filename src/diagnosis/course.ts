/** The course of a mechanism in the first steps of the training, which shows how the mechanism works. */
import { number } from '../format/words.ts'
import { isMechanism } from './causes/interventions.ts'
import { causeTable, type JudgedCause } from './causes/table.ts'
import type { View } from './view.ts'
import { wordsOf } from './wording/causes.ts'
import type { EvidenceRow } from './wording/words.ts'

/** Steps at which the readings of a mechanism are compared. */
const steps = [0, 1, 10, 100]

/**
 * The reading of a mechanism at steps 0, 1, 10 and 100 of the network's training as a row of evidence. The list is empty for
 * other causes, and if fewer than two of the steps were read.
 */
export function courseOf(view: View, { cause }: JudgedCause): EvidenceRow[] {
  if (!isMechanism(cause)) return []
  const known = steps.flatMap((step) => {
    const row = readingAt(view, cause, step)
    return row === undefined || row.value === null ? [] : [{ step, name: row.name, value: row.value }]
  })
  if (known.length < 2) return []
  const values = known.map(({ step, value }) => `${number(value)} at step ${step}`)
  const [{ name }] = known
  return [{ name: `${name}, during the training`, value: null, limit: null, words: values.join(', ') }]
}

/** The first row of evidence of a mechanism, from the readings at one step. */
function readingAt(view: View, cause: Parameters<typeof isMechanism>[0], step: number): EvidenceRow | undefined {
  const records = view.records.flatMap((record) => {
    if (record.control !== 'network') return [record]
    const snapshots = record.snapshots.filter((one) => one.step === step)
    return snapshots.length === 0 ? [] : [{ ...record, snapshots }]
  })
  if (!records.some(({ control }) => control === 'network')) return undefined
  const found = causeTable[cause].assess({ ...view, records }, [])
  return found.state === 'untested' ? undefined : wordsOf(found).evidence.at(0)
}
