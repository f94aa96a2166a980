/** The option `classWeights` of a training. */
import { describeValue } from '../support/describe-value.ts'
import { type Kind, readNumbers } from '../support/kinds.ts'

/** Weights of the classes: balanced, or a number for each class. */
export type ClassWeights = 'balanced' | readonly number[]

const isWeight = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value >= 0

export const classWeights: Kind<ClassWeights> = {
  expected: 'balanced, or a number of at least 0 for each class with at least one number above 0',
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
