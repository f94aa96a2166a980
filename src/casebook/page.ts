/** The case book's results as Markdown: a row for each case, and the confusion matrix. */
import type { CaseResult } from './run.ts'

/** `cases by verdicts`: how often each answer was given first to each case. */
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
    'Networks with one known disease, with two, or with none, and what the diagnosis says of them: `npm run casebook`, which',
    'writes this page. The seeds were not used while its limits were chosen; what was learned from others is in [log.md](log.md).',
    'A disease is named right where it comes first. Seconds are means, on two cores.',
    '',
    `Seeds ${seeds.join(', ')}: ${right} of ${results.length} are right.`,
    '',
    table(['case', 'what is wrong', 'expected first', 'findings', 'right', 'seconds'], rows),
    '',
    '## Confusion matrix',
    '',
    'Rows: what is the matter. Columns: what was named first.',
    '',
    confusion(results),
    '',
  ].join('\n')
}

/** A case with several right names counts for the one that was given, where it is one of them. */
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
