/** What reports say of a data set. */
import { type Dataset, outputsOf, taskOf } from '../index.ts'
import type { MachineFlags } from './options.ts'

/** What outputs are, and what they are worth that know nothing of the inputs. */
export function describeSet(data: Dataset) {
  const facts = { name: data.name, train: data.train.count, test: data.test.count }
  const task = taskOf(data)
  const outputs = outputsOf(data)
  if (task === 'classification') return { ...facts, classes: outputs, asks: `${outputs} classes` }
  if (task === 'autoencoding') return { ...facts, classes: null, asks: 'inputs given back' }
  return { ...facts, classes: null, asks: outputs === 1 ? '1 value to predict' : `${outputs} values to predict` }
}

export const modeText = ({ exact, winograd }: Pick<MachineFlags, 'exact' | 'winograd'>): string =>
  ['float32', ...(exact ? ['exact'] : []), ...(winograd === false ? ["without Winograd's algorithm"] : [])].join(', ')
