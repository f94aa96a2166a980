/** The answer of a diagnosis in the order in which people ask: what is wrong, what to do, how sure, and what else. */
import { capitalize, formatDuration, formatFixed } from '../format/text.ts'
import { listed } from '../format/words.ts'
import { cureResult, cureTable } from './diagnosis-cure.ts'
import type { DiagnosisData } from './diagnosis-data.ts'
import type { AnswerPart } from './page-markup.ts'

/** What is wrong, in one sentence. */
export function wrongSentence(data: Pick<DiagnosisData, 'answer'>): string {
  const [first = ''] = sentencesOf(causePart(data))
  return first
}

/** What was seen, and what else was found, in paragraphs. The causes that were ruled out stand in a list of their own. */
export function seenParagraphs(data: DiagnosisData): string[] {
  const [symptom, cause = '', ...others] = data.answer.length > 1 ? data.answer : ['', ...data.answer]
  const [, ...rest] = sentencesOf(cause)
  const isListed = (part: string): boolean =>
    data.ruledOut.some(({ title }) => part.startsWith(`${title} is ruled out`))
  return [symptom, rest.join(' '), ...others.filter((part) => !isListed(part))].filter((text) => text !== '')
}

/** The answer begins with the symptom, unless the symptom is all that is known. */
const causePart = ({ answer }: Pick<DiagnosisData, 'answer'>): string => answer[1] ?? answer[0] ?? ''

/** Sentences end with a full stop before a capital letter. */
const sentencesOf = (text: string): string[] => text.split(/(?<=[.!?])\s+(?=[A-Z])/)

/** What to do, and how sure the answer is. */
export function answerParts(data: DiagnosisData): AnswerPart[] {
  return [whatToDo(data), howSure(data)].filter((part) => part !== null)
}

function whatToDo(data: DiagnosisData): AnswerPart | null {
  const heading = 'What to do'
  const { cure, cureCommand, cureFiles = [], cureCode, noCure, findings, open } = data
  if (cure != null) {
    const files = cureFiles.length === 0 ? [] : [`The changed network is in ${listed(cureFiles)}.`]
    const code =
      cureCode === undefined ? {} : { code: { caption: 'The changed network in TypeScript', text: cureCode } }
    const result = [cureResult(data), cure.promise].filter((text) => text != null).join(' ')
    const below = [...(result === '' ? [] : [result]), ...files]
    const table = cureTable(data) ?? undefined
    return { heading, text: `${cure.words}. Everything else stays.`, command: cureCommand, below, table, ...code }
  }
  if (findings.length > 0) {
    const others = untriedCures(data).length === 0 ? '' : ' Cures to try stand at the end.'
    return { heading, text: `${noCure ?? 'no change was measured that mends the training.'}${others}` }
  }
  return open.length > 0 && data.verdict !== 'healthy' ? { heading, text: missingTrainings(open) } : null
}

/** Most missing trainings that are named on the first screen. */
const mostNeeds = 3

/** The trainings that would decide the open causes, for a diagnosis without a cause. */
function missingTrainings(open: DiagnosisData['open']): string {
  const needs = [...new Set(open.map(({ wouldDecide }) => wouldDecide))]
  const others = needs.length > mostNeeds ? [`and ${needs.length - mostNeeds} more`] : []
  const known = open.flatMap(({ seconds }) => seconds ?? [])
  const seconds = known.reduce((sum, one) => sum + one, 0)
  const time = known.length < open.length ? '' : ` They take about ${formatDuration(seconds)}.`
  return `give the diagnosis a larger budget. These trainings are missing: ${[...needs.slice(0, mostNeeds), ...others].join('; ')}.${time}`
}

function howSure(data: DiagnosisData): AnswerPart | null {
  const { confidence, basis, findings, interrupted } = data
  const score =
    findings.length === 0
      ? undefined
      : `the evidence has the score ${formatFixed(findings[0].score, 2)} of 1, and 0.5 is at the limit.`
  // A basis such as `95% sure: the training was measured` has the confidence in itself.
  const isInBasis = / sure: /.test(` ${basis}`)
  const sure = confidence === undefined ? score : isInBasis ? undefined : `${formatFixed(100 * confidence, 0)}%.`
  const stopped = `the diagnosis was stopped after ${formatDuration(data.seconds)} and is incomplete.`
  const texts = [interrupted ? stopped : undefined, sure, basis].filter((text) => text !== undefined)
  if (texts.length === 0) return null
  const [first, ...others] = texts
  return { heading: 'How sure', text: [first, ...others.map(capitalize)].join(' ') }
}

/** Cures of the findings that the diagnosis has not tried, or nothing if it has measured a cure. */
export function untriedCures({ cure, findings }: DiagnosisData): { readonly term: string; readonly text: string }[] {
  if (cure != null) return []
  return findings
    .filter(({ cures }) => cures.length > 0)
    .map(({ title, cures }) => ({ term: title, text: `${cures.join('; ')}` }))
}
