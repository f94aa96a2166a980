/** Formats the results of the case book as a Markdown page with a table of the cases and a confusion matrix. */
import type { CaseResult } from './run.ts'

/** Returns the page of the case book as Markdown. The confusion matrix counts the first verdict of every diagnosis. */
export function casebookPage(results: readonly CaseResult[]): string {
  const names = [...new Set(results.map(({ name }) => name))]
  const seeds = [...new Set(results.map(({ seed }) => seed))]
  const rows = names.map((name) => {
    const own = results.filter((result) => result.name === name)
    const [{ about, expected }] = own
    const verdicts = [
      ...new Set(own.map(({ findings, verdict }) => (findings.length > 0 ? findings.join(', ') : verdict))),
    ]
    const right = own.filter(({ isRight }) => isRight).length
    const seconds = own.reduce((sum, result) => sum + result.seconds / own.length, 0)
    return [name, about, expected.join(' or '), verdicts.join('; '), `${right} of ${own.length}`, seconds.toFixed(0)]
  })
  const right = results.filter(({ isRight }) => isRight).length
  return [
    '# The case book',
    '',
    'This page lists networks with one known fault, with two faults, or with none, and what the diagnosis finds in each.',
    '`npm run casebook` writes this page. The seeds of this page were new when the book ran with them.',
    'The file [log.md](log.md) says which verdicts then changed a rule or a label, and what other seeds showed.',
    'A verdict is right if an expected cause comes first. The column seconds holds the mean duration of a diagnosis on two cores, which can have had other work.',
    '',
    `Seeds ${seeds.join(', ')}: ${right} of ${results.length} verdicts are right.`,
    '',
    table(['case', 'what is wrong', 'expected first', 'findings', 'right', 'seconds'], rows),
    '',
    '## Confusion matrix',
    '',
    'Each row is an expected verdict. Each column is a verdict that the diagnosis gave first. Cells count diagnoses.',
    '',
    confusion(results),
    '',
  ].join('\n')
}

/**
 * Returns the confusion matrix, which counts diagnoses by expected and by given verdict. If a case has several expected
 * verdicts and the given verdict is one of them, the diagnosis counts under the given verdict.
 */
function confusion(results: readonly CaseResult[]): string {
  const truthOf = ({ expected, verdict }: CaseResult): string =>
    expected.find((cause) => cause === verdict) ?? expected[0]
  const truths = [...new Set(results.map(truthOf))].sort()
  const named = [...new Set([...truths, ...results.map(({ verdict }) => verdict)])].sort()
  const rows = truths.map((truth) => {
    const own = results.filter((result) => truthOf(result) === truth)
    const counts = named.map((verdict) => own.filter((result) => result.verdict === verdict).length)
    return [truth, ...counts.map((count) => (count === 0 ? '' : String(count)))]
  })
  return table(['', ...named], rows)
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
