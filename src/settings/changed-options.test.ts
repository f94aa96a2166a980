import { expect, it } from 'vitest'
import { adam, momentum } from '../index.ts'
import { changeBetween } from './changed-options.ts'
import { resolveOptions } from './options.ts'

const settings = (options: Parameters<typeof resolveOptions>[0] = {}) => resolveOptions(options, 1000)

it('The change lists only the options that differ, under the names of the options.', () => {
  const from = settings({ optimizer: momentum({ rate: 0.03 }), steps: 100 })
  const to = settings({ optimizer: momentum({ rate: 0.01, weightDecay: 0.1 }), steps: 80, clipNorm: 1, start: 'lsuv' })
  expect(changeBetween(from, to)).toEqual({
    options: { rate: 0.01, weightDecay: 0.1, steps: 80, clipNorm: 1, start: 'lsuv' },
    isComplete: true,
  })
  expect(changeBetween(from, from)).toEqual({ options: {}, isComplete: true })
})

it('A schedule with a warm-up and another optimizer are options too.', () => {
  const change = changeBetween(settings(), settings({ schedule: 'cosine', warmup: 5 }))
  expect(change).toEqual({ options: { schedule: 'cosine', warmup: 5 }, isComplete: true })
  const { options } = changeBetween(settings(), settings({ optimizer: adam({ rate: 0.001 }) }))
  expect(options).toMatchObject({ optimizer: 'adam', rate: 0.001 })
})

it('Rates by layer are an option that is written once for each layer.', () => {
  const change = changeBetween(settings(), settings({ layerRates: { first: 0.1, hidden: [1, 2] } }))
  expect(change).toEqual({ options: { layerRates: ['first=0.1', 'hidden=1,2'] }, isComplete: true })
})

it('A list of class weights has no form as an option.', () => {
  const change = changeBetween(settings(), settings({ classWeights: [1, 10] }))
  expect(change).toEqual({ options: {}, isComplete: false })
})
