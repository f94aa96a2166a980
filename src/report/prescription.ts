/** The report of a prescription, as an HTML page and as text for a terminal. */
import { tableText } from '../format/table.ts'
import { capitalize, fillLines, formatDuration, formatFixed, indented, plainText, wrap } from '../format/text.ts'
import { counted, listed } from '../format/words.ts'
import { type Fact, type PageGroup, renderPage } from './page.ts'
import {
  finalTable,
  otherCandidates,
  type PrescriptionData,
  prescriptionItems,
  type ReportedCandidate,
} from './prescription-data.ts'
import { errorFigure, errorPicture, lossFigures } from './prescription-figures.ts'
import { testSamples } from './reported-scores.ts'
import { element, figure, label } from './svg.ts'

export type { PrescriptionData } from './prescription-data.ts'

const WIDTH = 80

const NEXT = 'Train the network with this change:'

/**
 * The report for a terminal: the answer, the command that trains the changed network, the table of the finalists, and the
 * other candidates with the reasons.
 */
export function prescriptionText(data: PrescriptionData): string {
  const { answer, notes, facts, cureCommand, finalists } = data
  const blocks = [
    answer.flatMap((sentence) => wrap(sentence, WIDTH)),
    // A command is not wrapped, so that readers can copy it as one line.
    cureCommand === undefined ? [] : [NEXT, `  ${cureCommand}`],
    notes.flatMap((note) => wrap(note, WIDTH)),
    facts.flatMap(({ sentence, remedy }) => wrap(`${sentence} ${remedy}`, WIDTH)),
    fillLines(prescriptionItems(data), ' · ', WIDTH),
    finalists.length === 0 ? [] : [tableText(finalTable(data, false), WIDTH)],
    othersList(otherCandidates(data)),
  ]
  const text = blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')
  return `${plainText(text)}\n`
}

function othersList(others: readonly ReportedCandidate[]): string[] {
  if (others.length === 0) return []
  const lines = tried(others).flatMap((one) => {
    const [first, ...rest] = wrap(`${one.name}: ${fateWords(one)}`, WIDTH - 4)
    return [`  - ${first}`, ...rest.map((line) => `    ${line}`)]
  })
  return ['Other changes', ...lines, ...untriedWords(others).flatMap((sentence) => indented(sentence, 2, WIDTH))]
}

const tried = (others: readonly ReportedCandidate[]): readonly ReportedCandidate[] =>
  others.filter(({ state }) => state !== 'not tried')

/** The candidates that were not tried, in one sentence for each reason. */
function untriedWords(others: readonly ReportedCandidate[]): string[] {
  const untried = others.filter(({ state }) => state === 'not tried')
  return [...new Set(untried.map(({ reason }) => reason))].map((reason) => {
    const names = untried.filter((one) => one.reason === reason).map(({ name }) => name)
    return `Not tried (${reason}): ${names.join('; ')}.`
  })
}

const fateWords = ({ words, state, reason, cost }: ReportedCandidate): string => {
  const slower = cost > 1 ? `, whose steps need ${formatFixed(cost, 1)} times the work` : ''
  return `${words}${slower}. ${capitalize(state)}: ${reason}.`
}

/** The report of a prescription as one self-contained HTML page. */
export function prescriptionReport(data: PrescriptionData): string {
  const { answer, notes, network, cureCommand } = data
  return renderPage({
    title: `A prescription for ${network}`,
    lead: answer,
    next: cureCommand === undefined ? [] : [{ text: NEXT, command: cureCommand }],
    summary: prescriptionItems(data).join(' · '),
    figures: [...errorFigure(data), ...lossFigures(data)],
    groups: [...finalGroup(data), ...othersGroup(data), ...factsGroup(data)],
    tables: [],
    sections: [{ heading: 'How to read this report', paragraphs: [...READING, ...notes] }],
    facts: pageFacts(data),
  })
}

/** The main picture of a prescription, as an SVG file. */
export function prescriptionPicture(data: PrescriptionData): string {
  return errorPicture(data) ?? nothing()
}

function nothing(): string {
  const size = { width: 440, height: 120 }
  const words = {
    title: 'No training of the final was finished',
    description: 'The prescription ended before its final.',
  }
  const frame = element('rect', { class: 'iso-axis', x: 0.5, y: 0.5, width: 439, height: 119, fill: 'none' })
  return figure(size, words, frame, label(words.title, { class: 'iso-note', x: 220, y: 64, 'text-anchor': 'middle' }))
}

const READING = [
  'Every change ran at several rates in short trainings with a rate that falls to 0. The best third went on. ' +
    'The finalists, the network as it was given, and the network at its own best rate were then trained with fresh seeds. ' +
    'Fresh seeds are needed because the winner of a race is lucky too.',
  'A change counts as better if, paired by seed, the 95% interval of the difference in training loss excludes 0 and the ' +
    'difference is at least 5%. A seed that diverged counts as guessing. Of equally good changes, the smallest one comes first.',
]

function finalGroup(data: PrescriptionData): PageGroup[] {
  const heading = `The finalists, with ${counted(data.seeds.length, 'fresh seed')}`
  return data.finalists.length === 0 ? [] : [{ heading, tables: [finalTable(data, true)] }]
}

function othersGroup(data: PrescriptionData): PageGroup[] {
  const others = otherCandidates(data)
  const items = tried(others).map((one) => ({ term: capitalize(one.name), text: capitalize(fateWords(one)) }))
  const untried = untriedWords(others).map((text) => ({ text }))
  return others.length === 0 ? [] : [{ heading: 'Other changes', items: [...items, ...untried] }]
}

function factsGroup({ facts }: PrescriptionData): PageGroup[] {
  const items = facts.map(({ sentence, remedy }) => ({ text: sentence, remark: remedy }))
  return facts.length === 0 ? [] : [{ heading: 'Before training', items }]
}

function pageFacts(data: PrescriptionData): Fact[] {
  const { dataset, steps, batch, optimizer, seeds, command, network, mode, seconds, budgetSeconds, trainings } = data
  const samples = `${counted(dataset.train, 'training sample')}, ${testSamples(dataset.test)}, ${dataset.asks}`
  return [
    ...(command === undefined ? [] : [{ term: 'Command', detail: command, code: true }]),
    { term: 'Network', detail: network, code: true },
    { term: 'Data', detail: `${dataset.name}: ${samples}` },
    { term: 'Training', detail: `${counted(steps, 'step')} of ${batch} samples, ${optimizer}` },
    { term: 'Seeds', detail: listed(seeds.map(String)) },
    { term: 'Mode', detail: mode },
    {
      term: 'Time',
      detail: `${formatDuration(seconds)} for ${counted(trainings, 'training')}, with a budget of ${formatDuration(budgetSeconds)}`,
    },
    { term: 'Version', detail: `Isobath ${data.version}` },
  ]
}
