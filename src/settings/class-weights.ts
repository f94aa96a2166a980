/** The option `classWeights` of a training. */
import { describeValue } from '../support/describe-value.ts'
import { type Kind, readNumbers } from '../support/kinds.ts'

/** Weights of the classes: balanced, or a number for each class. */
export type ClassWeights = 'balanced' | readonly number[]

/** Weights beyond these limits would overflow or vanish in the mean weight of a batch. */
const [leastWeight, mostWeight] = [1e-30, 1e30]

const isWeight = (value: unknown): boolean =>
  typeof value === 'number' && (value === 0 || (value >= leastWeight && value <= mostWeight))

export const classWeights: Kind<ClassWeights> = {
  expected: 'balanced, or a number for each class (0, or from 1e-30 to 1e30) with at least one number above 0',
  accepts: (value): value is ClassWeights =>
    value === 'balanced' || (Array.isArray(value) && value.every(isWeight) && value.some((weight) => weight > 0)),
  found: (value) => {
    if (typeof value === 'string') return value
    return Array.isArray(value) ? `[${value.map(String).join(', ')}]` : describeValue(value)
  },
  remedy: () => 'Give weights such as [1, 10], or balanced.',
  text: {
    read: (given) => (given.trim() === 'balanced' ? 'balanced' : readNumbers(given)),
    expected: 'balanced, or numbers such as 1,10',
  },
}
