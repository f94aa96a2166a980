/** Facts about the numbers of training samples in the classes. */
import { type Dataset, taskOf } from '../data/dataset.ts'
import { formatPercent } from '../format/text.ts'
import { counted, grouped, listed } from '../format/words.ts'
import type { Found } from './fact.ts'
import type { Look } from './look.ts'

/** Ratio of the largest class to the smallest class from which on a network tends to miss the smallest class. */
const mostRatio = 10
/** Number of standard deviations by which the sizes of equally likely classes differ at most by chance. */
const chance = 8
/** Number of classes that a sentence names at most. */
const mostNamed = 5

/** Returns the number of training samples in each class. */
function sizesOf({ train, classes }: Dataset): number[] {
  const sizes = new Array<number>(classes).fill(0)
  for (const label of train.labels) sizes[label]++
  return sizes
}

const nameOf = ({ classNames }: Dataset, label: number): string => classNames?.[label] ?? String(label)

/** The fact that all training samples have the same class. */
export function oneClass({ data }: Look): Found | undefined {
  if (taskOf(data) !== 'classification') return undefined
  const sizes = sizesOf(data)
  const present = sizes.flatMap((size, label) => (size > 0 ? [label] : []))
  if (present.length !== 1) return undefined
  return {
    sentence: `All ${counted(data.train.count, 'training sample')} have the class ${nameOf(data, present[0])}. A network learns nothing from them but to name this class.`,
    remedy: 'Give samples of at least two classes, and check the column of the labels.',
  }
}

/** The fact that classes have no training samples. A training set with fewer samples than outputs has its own fact. */
export function emptyClasses({ data }: Look): Found | undefined {
  if (taskOf(data) !== 'classification' || data.train.count < data.classes) return undefined
  const sizes = sizesOf(data)
  const empty = sizes.flatMap((size, label) => (size === 0 ? [label] : []))
  if (empty.length === 0 || data.classes - empty.length < 2) return undefined
  const names = empty.slice(0, mostNamed).map((label) => nameOf(data, label))
  const shown =
    empty.length > mostNamed ? `${names.join(', ')} and ${grouped(empty.length - mostNamed)} more` : listed(names)
  const have = empty.length === 1 ? `The class ${shown} has` : `The classes ${shown} have`
  return {
    sentence: `${have} no training sample, so the network never learns to name ${empty.length === 1 ? 'this class' : 'these classes'}.`,
    remedy: 'Add samples of each class, or leave the class out of the data.',
  }
}

/** The fact that the classes have very different numbers of samples, and that the training makes no difference. */
export function unbalancedClasses({ data, settings }: Look): Found | undefined {
  if (taskOf(data) !== 'classification' || settings.classWeights !== undefined || settings.order === 'balanced')
    return undefined
  const sizes = sizesOf(data)
  const present = sizes.flatMap((size, label) => (size > 0 ? [label] : []))
  if (present.length < 2) return undefined
  const largest = present.reduce((best, label) => (sizes[label] > sizes[best] ? label : best))
  const smallest = present.reduce((best, label) => (sizes[label] < sizes[best] ? label : best))
  const [most, least] = [sizes[largest], sizes[smallest]]
  if (most < mostRatio * least || most - least <= chance * Math.sqrt(data.train.count / present.length))
    return undefined
  const part = (size: number): string => formatPercent(size / data.train.count, 1)
  return {
    sentence: `The class ${nameOf(data, largest)} has ${part(most)} of the training samples, and the class ${nameOf(data, smallest)} has ${part(least)}. A network that never names the class ${nameOf(data, smallest)} hardly has a higher loss.`,
    remedy: 'Weight the classes, so that small classes count as much as large ones.',
    change: { classWeights: 'balanced' },
  }
}
