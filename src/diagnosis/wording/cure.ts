/** The words of a cure: the change as a request, such as `set the rate to 0.003 instead of 0.03`. */
import { listed } from '../../format/words.ts'
import { remedies } from '../../remedies/table.ts'
import type { OptionChange } from '../../settings/changed-options.ts'
import type { TrainingSettings } from '../../settings/options.ts'
import { largestDropRate } from '../../surgery/without-dropout.ts'
import { type ControlName, changeOf, controlOf, type Mending, type Subject } from '../controls.ts'
import type { Depths } from '../evidence.ts'
import { rateText } from './words.ts'

type ToText = (to: OptionChange[string], from: TrainingSettings) => string

/** The changes of options in words. A remedy has words of its own for the other options. */
const optionWords: Readonly<Partial<Record<string, ToText>>> = {
  rate: (to, { optimizer }) => `set the rate to ${rateText(Number(to))} instead of ${rateText(optimizer.rate)}`,
  steps: (to, { steps }) => `train for ${to} steps instead of ${steps}`,
  clipNorm: (to) => `clip the gradients to norm ${to}`,
  weightDecay: (to) => (to === 0 ? 'leave out the weight decay' : `set the weight decay to ${to}`),
  standardize: () => 'standardize the inputs',
  standardizeTargets: () => 'standardize the targets',
  classWeights: () => 'give the classes balanced weights',
}

/** The change of the network by each mended training. Empty for a training that leaves the network as it is. */
const mendedNetworks: Readonly<Record<Mending, string>> = {
  scales: '',
  output: 'leave out the last activation of the network',
  nonlinearity: 'put a ReLU between the layers',
  regularization: 'leave out the dropout',
  'class balance': '',
}

/** Returns the change of a control as a request, without a full stop. */
export function cureText(subject: Subject, control: ControlName, change: OptionChange, depths: Depths): string {
  const own = changeText(subject, control, depths)
  const isRemedy = changeOf(controlOf(control).change).kind === 'remedy'
  const names: readonly string[] = isRemedy
    ? ['rate']
    : ['standardize', 'standardizeTargets', 'classWeights', 'weightDecay', 'clipNorm', 'steps', 'rate']
  const parts = names.flatMap((name) => {
    const to = change[name]
    return to === undefined ? [] : (optionWords[name]?.(to, subject.settings) ?? [])
  })
  const options = listed(parts)
  // The words of a change can have commas and the word `and`, so a comma separates the options from them.
  return [own, options].filter((text) => text !== '').join(', and ')
}

/** The change of the network in words. Empty if the network stays as it is. */
function changeText(subject: Subject, control: ControlName, { what, network, ...twins }: Depths): string {
  const change = changeOf(controlOf(control).change)
  switch (change.kind) {
    case 'mending':
      return largestDropRate(subject.network) === 0 && change.of === 'regularization' ? '' : mendedNetworks[change.of]
    case 'remedy':
      return remedies[change.of].apply(subject)?.words ?? ''
    case 'drawn weights':
      return 'start with weights that the initializers of the network draw'
    case 'twin':
      return `use ${twins[change.twin] ?? 'fewer'} instead of ${network} ${what}s`
    case 'width':
      return `make the hidden layers ${change.factor} times as wide`
    default:
      return ''
  }
}
