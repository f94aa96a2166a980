/** Words for too little capacity. */
import { percent } from '../../format/words.ts'
import type { ErrorChange, UnderCapacityFacts } from '../causes/capacity.ts'
import { type ControlName, type ControlOf, controls } from '../controls.ts'
import { stepsText, widthText } from './controls.ts'
import type { EvidenceRow, Words } from './words.ts'

export function underCapacityWords(facts: UnderCapacityFacts): Words {
  const { error, errorLimit } = facts
  const words = `${percent(error)} of the training samples are wrong`
  const row: EvidenceRow = { name: 'training error', value: error, limit: errorLimit, words }
  const rows = [row, ...changeRows(facts)]
  return { statement: statementOf(facts), evidence: rows }
}

function statementOf(facts: UnderCapacityFacts): string {
  const { error } = facts
  switch (facts.outcome) {
    case 'twin fits':
      return 'a network of the same width with fewer layers trains better'
    case 'fits':
      return `its training error is ${percent(error)}`
    case 'nothing to widen':
      return 'no hidden layer can be wider and fit its inputs and outputs'
    case 'longer run open':
    case 'wider runs open':
      return 'whether a wider network does better is not settled'
    case 'too few seeds':
      return 'a wider network does better; three seeds would tell whether that is chance'
    case 'merely short': {
      const { control, before, after } = facts.longer
      return `${stepsText(control)} bring its training error from ${percent(before)} to ${percent(after)}, so it isn't trained to its end`
    }
    case 'too narrow': {
      const { wider, longer } = facts
      return `It is too narrow: its training error is ${percent(error)}, with ${widthText(wider.control)} ${percent(wider.after)}, and with ${stepsText(longer.control)} ${percent(longer.after)}`
    }
    case 'not too narrow': {
      const why = facts.isUnsure ? ', which is within the spread of the seeds' : ''
      return `${facts.tried.map(widerText).join(', ')}, after ${percent(error)}${why}`
    }
  }
}

const widerText = ({ control, after }: ErrorChange<ControlOf<'width'>>): string =>
  `training error ${percent(after)} with ${controls[control].factor} times the width`

function changeRows(facts: UnderCapacityFacts): EvidenceRow[] {
  if (!('longer' in facts)) return []
  const { longer } = facts
  const tried = 'tried' in facts ? facts.tried : []
  return [
    changeRow(longer, `training error ${percent(longer.after)} with ${stepsText(longer.control)}`),
    ...tried.map((wider) => changeRow(wider, widerText(wider))),
  ]
}

function changeRow({ control, share, limit }: ErrorChange<ControlName>, words: string): EvidenceRow {
  return { name: `share of the training error that ${control} takes away`, value: share, limit, words }
}
