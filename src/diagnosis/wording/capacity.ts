/** Words for the cause "too little capacity". */
import { listed, percent } from '../../format/words.ts'
import type { ErrorChange, UnderCapacityFacts } from '../causes/capacity.ts'
import type { ControlName, ControlOf } from '../controls.ts'
import { stepsText, widthText } from './controls.ts'
import { type ErrorText, type EvidenceRow, twoSentences, type Words } from './words.ts'

export function underCapacityWords(facts: UnderCapacityFacts, say: ErrorText = percent): Words {
  const { error, errorLimit } = facts
  const words = facts.hasDiverged
    ? 'the training of the network diverges'
    : `the training error of the network is ${say(error)}`
  const row: EvidenceRow = { name: 'training error', value: error, limit: errorLimit, words }
  const rows = [row, ...changeRows(facts, say)]
  return { statement: statementOf(facts, say), evidence: rows }
}

function statementOf(facts: UnderCapacityFacts, say: ErrorText): string {
  const { error } = facts
  switch (facts.outcome) {
    case 'twin fits':
      return 'a network of the same width with fewer layers trains better'
    case 'fits':
      return `the training error is ${say(error)}`
    case 'nothing to widen':
      return 'no hidden layer can be made wider'
    case 'longer run open':
    case 'wider runs open':
      return 'more trainings are needed to tell whether a wider network does better'
    case 'too few seeds':
      return 'a wider network does better, but three seeds are needed to rule out chance'
    case 'merely short': {
      const { control, before, after } = facts.longer
      const change = `from ${say(before)} to ${say(after)}`
      return `${stepsText(control)} reduce the training error ${change}, so the network is wide enough`
    }
    case 'too narrow': {
      const { wider, longer } = facts
      const change = `from ${say(error)} to ${say(wider.after)}`
      return twoSentences(
        `the network is too narrow: ${widthText(wider.control)} reduces the training error ${change}`,
        errorText(longer, stepsText(longer.control), say),
      )
    }
    case 'not too narrow': {
      const [broken, trained] = [true, false].map((has) =>
        facts.tried.filter((one) => (one.hasDiverged ?? false) === has),
      )
      const diverges = `the training diverges with ${listed(broken.map(({ control }) => widthText(control)))}`
      if (trained.length === 0) return diverges
      const tried = trained.map(({ control, after }) => `${say(after)} with ${widthText(control)}`)
      const why = facts.isUnsure ? ', a difference within the spread of the seeds' : ''
      const before = facts.hasDiverged ? 'diverging' : say(error)
      const also = broken.length === 0 ? '' : `, and ${diverges}`
      return `the training error is ${listed(tried)}, instead of ${before}${why}${also}`
    }
  }
}

const errorText = ({ after, hasDiverged }: ErrorChange<ControlName>, change: string, say: ErrorText): string =>
  hasDiverged ? `the training with ${change} diverges` : `the training error with ${change} is ${say(after)}`

function changeRows(facts: UnderCapacityFacts, say: ErrorText): EvidenceRow[] {
  if (!('longer' in facts)) return []
  const { longer } = facts
  const tried: readonly ErrorChange<ControlOf<'width'>>[] = 'tried' in facts ? facts.tried : []
  return [
    changeRow(longer, stepsText(longer.control), say),
    ...tried.map((wider) => changeRow(wider, widthText(wider.control), say)),
  ]
}

function changeRow(change: ErrorChange<ControlName>, text: string, say: ErrorText): EvidenceRow {
  const { control, share, limit } = change
  const name = `fraction of the training error that is removed by ${control}`
  return { name, value: share, limit, words: errorText(change, text, say) }
}
