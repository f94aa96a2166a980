import { describe, expect, it } from 'vitest'
import { verdictTitle } from './causes.ts'
import { groundText } from './grounds.ts'
import { sentenceOf, twoSentences } from './words.ts'

describe('The title of a verdict', () => {
  it('has one form for the start of a sentence and one form for the inside of a sentence', () => {
    const words = (['optimization-failure', 'under-capacity', 'healthy', 'undecided'] as const).map(verdictTitle)
    expect(words).toEqual([
      { start: 'Optimization failure (degradation)', inside: 'optimization failure (degradation)' },
      { start: 'Too little capacity', inside: 'too little capacity' },
      { start: 'Healthy', inside: 'healthy' },
      { start: 'Undecided', inside: 'undecided' },
    ])
  })
})

describe('The statement about a cause', () => {
  it('becomes a sentence with a capital and a full stop', () => {
    expect(sentenceOf('the network trains')).toBe('The network trains.')
    expect(sentenceOf('4 of 6 layers')).toBe('4 of 6 layers.')
  })

  it('can hold two sentences', () => {
    const statement = twoSentences('the step is too large', 'a smaller rate helps')
    expect(statement).toBe('the step is too large. A smaller rate helps')
    expect(sentenceOf(statement)).toBe('The step is too large. A smaller rate helps.')
  })
})

describe('The ground that ruled a cause out', () => {
  it('names the controls or the observation', () => {
    expect(groundText({ controls: ['rate / 3', 'rate / 10'] })).toBe('rate / 3, rate / 10')
    expect(groundText({ observation: 'units before training' })).toBe('the units before training')
  })
})
