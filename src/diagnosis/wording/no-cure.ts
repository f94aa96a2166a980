/** The reason why a diagnosis with a finding has no measured cure, and what it would take. */
import { counted, listed } from '../../format/words.ts'
import { isRemedyName } from '../../remedies/table.ts'
import { measureOf } from '../causes/measures.ts'
import type { JudgedCause } from '../causes/table.ts'
import { controlOf } from '../controls.ts'
import type { OpenQuestion } from '../diagnosis-loop.ts'
import { meanOf } from '../evidence.ts'
import type { View } from '../view.ts'
import { needText } from './controls.ts'
import type { ErrorText } from './words.ts'

/** Returns one or two sentences, or null without a finding. `questions`: the trainings that the search still needs. */
export function noCureText(
  view: View,
  findings: readonly JudgedCause[],
  questions: readonly OpenQuestion[],
  say: ErrorText,
): string | null {
  const [first] = findings
  if (first === undefined) return null
  const [next] = questions
  if (next !== undefined) {
    const cost = next.seconds === null ? '' : `, about ${counted(Math.max(1, Math.ceil(next.seconds)), 'second')}`
    return `The diagnosis ended before a change was measured with fresh seeds. The next training would be: ${needText(next.need)}${cost}.`
  }
  const rejected = [...new Set(view.fresh.map(({ control }) => control))]
  if (rejected.length > 0) {
    const names = listed(rejected.map((control) => `"${control}"`))
    return `No change keeps its result: with fresh seeds, ${names} diverges or is hardly better than the network as it is.`
  }
  const tried = [...new Set(view.given.records.map(({ control }) => control))].filter((control) =>
    isRemedyName(controlOf(control).change),
  )
  const names = new Set(tried.map((control) => controlOf(control).change))
  if (names.size === 0) return 'Isobath knows no change of the training that removes this cause.'
  const { error } = measureOf(first.cause)
  const errors = tried.flatMap((control) => meanOf(view.given, control, error) ?? [])
  const before = meanOf(view.given, 'network', error) ?? Number.NaN
  return `No change was clearly better: the lowest error of ${counted(names.size, 'tried change')} is ${say(Math.min(...errors))}, and that of the network is ${say(before)}.`
}
