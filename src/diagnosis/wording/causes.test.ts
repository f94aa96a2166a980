import { describe, expect, it } from 'vitest'
import { verdictTitle } from './causes.ts'
import { groundText } from './grounds.ts'
import { sentenceOf } from './words.ts'

describe('a title', () => {
  it('has a form for the start of a sentence and one for its inside', () => {
    const words = (['optimization-failure', 'under-capacity', 'healthy', 'undecided'] as const).map(verdictTitle)
    expect(words).toEqual([
      { start: 'Optimization failure (degradation)', inside: 'optimization failure (degradation)' },
      { start: 'Too little capacity', inside: 'too little capacity' },
      { start: 'Healthy', inside: 'healthy' },
      { start: 'Undecided', inside: 'undecided' },
    ])
  })
})

describe('a statement', () => {
  it('becomes a sentence with a capital and a full stop', () => {
    expect(sentenceOf('it trains')).toBe('It trains.')
    expect(sentenceOf('4 of 6 layers')).toBe('4 of 6 layers.')
  })
})

describe('what ruled a cause out', () => {
  it('is controls by their names, or what was looked at', () => {
    expect(groundText({ controls: ['rate / 3', 'rate / 10'] })).toBe('rate / 3, rate / 10')
    expect(groundText({ observation: 'units before training' })).toBe('the units before training')
  })
})
