/**
 * The report of a diagnosis for a terminal, at most 80 columns wide. The first screen says what is wrong, what to do, and
 * how sure the answer is. The picture, the causes that were ruled out, and everything else follow.
 */
import { tableText } from '../format/table.ts'
import { fillLines, formatDuration, formatFixed, indented, plainText, wrap } from '../format/text.ts'
import { answerParts, seenParagraphs, untriedCures, wrongSentence } from './diagnosis-answer.ts'
import { chart } from './diagnosis-chart.ts'
import { controlsOf, controlsTable, formatEvidence, seedWords, setupItems } from './diagnosis-controls.ts'
import type { DiagnosisData, DiagnosisFinding } from './diagnosis-data.ts'
import { showsLadderFirst } from './diagnosis-figures.ts'
import { ladderTable } from './diagnosis-ladders.ts'
import type { AnswerPart } from './page-markup.ts'

const WIDTH = 80

/** The report as text. */
export function diagnosisText(data: DiagnosisData): string {
  const seen = seenParagraphs(data).map((part) => wrap(part, WIDTH))
  const blocks = [
    wrap(wrongSentence(data), WIDTH),
    ...answerParts(data).map(answerPart),
    // Without a cause, the scores of the network are the answer.
    ...(data.findings.length === 0 ? seen : []),
    showsLadderFirst(data) ? ladder(data) : chart(data),
    exclusions(data),
    ...(data.findings.length === 0 ? [] : seen),
    fillLines(setupItems(data), ' · ', WIDTH),
    (data.notes ?? []).flatMap((note) => wrap(note, WIDTH)),
    section(
      'Before training',
      (data.facts ?? []).map(({ sentence, remedy }) => `${sentence} ${remedy}`),
    ),
    ...data.findings.map(finding),
    section('Open questions', data.open.map(openWords)),
    controls(data),
    showsLadderFirst(data) ? [] : ladder(data),
    section(
      'Other cures, not tried here',
      untriedCures(data).map(({ term, text }) => `${term}: ${text}`),
    ),
  ]
  const text = blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')
  return `${plainText(text)
    .split('\n')
    .flatMap((line) => (line.trim() === data.cureCommand ? [line] : folded(line)))
    .join('\n')}\n`
}

/**
 * Cuts a line that is wider than the terminal into several lines. After wrapping, only very long words are wider than
 * the terminal.
 */
function folded(line: string): string[] {
  const characters = [...line]
  const lines = Array.from({ length: Math.ceil(characters.length / WIDTH) }, (_, index) => {
    return characters.slice(index * WIDTH, (index + 1) * WIDTH).join('')
  })
  return lines.length === 0 ? [''] : lines
}

function answerPart({ heading, text, command, below = [] }: AnswerPart): string[] {
  // A command is not wrapped, so that readers can copy it as one line.
  const next = command === undefined ? [] : [`  ${command}`]
  return [...wrap(`${heading}: ${text}`, WIDTH), ...next, ...below.flatMap((paragraph) => wrap(paragraph, WIDTH))]
}

/** The causes that were ruled out, each with its reason in a few words. The page has the sentences. */
function exclusions({ ruledOut }: DiagnosisData): string[] {
  if (ruledOut.length === 0) return []
  const columns = [{ heading: 'What it is not' }, { heading: 'ruled out by' }]
  return [tableText({ columns, rows: ruledOut.map(({ title, by }) => [title, by]) }, WIDTH)]
}

function controls(data: DiagnosisData): string[] {
  const trained = controlsOf(data)
  if (trained.length === 0) return []
  return [`Controls: ${seedWords(data)}`, tableText(controlsTable(data, trained, WIDTH), WIDTH)]
}

function ladder(data: DiagnosisData): string[] {
  const table = ladderTable(data)
  return table === null ? [] : ['Rates', tableText(table, WIDTH)]
}

function finding({ title, score, sentence, evidence, papers }: DiagnosisFinding): string[] {
  return [
    `${title} (score ${formatFixed(score, 2)})`,
    ...indented(sentence, 2, WIDTH),
    ...evidence.flatMap(({ name, value, limit, unit, words }) => {
      const bound = limit === null ? '' : ` (limit ${formatEvidence(limit, unit)})`
      return item(`${name}: ${formatEvidence(value, unit)}${bound}, ${words}`)
    }),
    ...(papers.length === 0 ? [] : item(`papers: ${papers.join('; ')}`)),
  ]
}

function openWords({ title, wouldDecide, seconds }: DiagnosisData['open'][number]): string {
  const cost = seconds === null ? '' : `, about ${formatDuration(seconds)}`
  return `${title}: would be decided by ${wouldDecide}${cost}`
}

function section(heading: string, texts: readonly string[]): string[] {
  return texts.length === 0 ? [] : [heading, ...texts.flatMap(item)]
}

function item(text: string): string[] {
  return wrap(text, WIDTH - 4).map((line, index) => `${index === 0 ? '  - ' : '    '}${line}`)
}
