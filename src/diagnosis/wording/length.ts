/** Words for the cause "too few steps". */
import { percent } from '../../format/words.ts'
import type { TooFewStepsFacts } from '../causes/length.ts'
import { stepsText } from './controls.ts'
import type { ErrorText, EvidenceRow, Words } from './words.ts'

export function tooFewStepsWords(facts: TooFewStepsFacts, say: ErrorText = percent): Words {
  return { statement: statementOf(facts, say), evidence: rowsOf(facts, say) }
}

function statementOf({ outcome, error, longer }: TooFewStepsFacts, say: ErrorText): string {
  const change =
    longer === null
      ? ''
      : say(longer.before) === say(longer.after)
        ? `${stepsText(longer.control)} leave the training error at ${say(longer.after)}`
        : `${stepsText(longer.control)} change the training error from ${say(longer.before)} to ${say(longer.after)}`
  switch (outcome) {
    case 'fits':
      return `the training error is ${say(error)}`
    case 'not falling':
      return 'the training loss hardly fell in the last third of the steps'
    case 'untried':
      return 'the network has not been trained for more steps with all seeds'
    case 'too few seeds':
      return `${change}, but three seeds are needed to rule out chance`
    case 'too short':
      return `the training is too short: ${change}`
    case 'not too short':
      return change
    case 'within the spread':
      return `${change}, a difference within the spread of the seeds`
    case 'memorizes':
      return `${change}, but do not lower the test error`
    case 'length of the diagnosis':
      return `${change}, but the diagnosis chose the length of its trainings itself`
  }
}

function rowsOf({ longer }: TooFewStepsFacts, say: ErrorText): EvidenceRow[] {
  if (longer === null) return []
  const { control, share, limit, after } = longer
  const name = `fraction of the training error that is removed by ${control}`
  return [{ name, value: share, limit, words: `the training error with ${stepsText(control)} is ${say(after)}` }]
}
