import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dataset } from '../data/own-arrays.ts'
import { balanceNotes, fillSampleWeights, weightsOfClasses } from './class-weights.ts'

const samples = { inputs: [[0], [1], [2], [3]], labels: [0, 0, 0, 2] }
const data = dataset({ ...samples, classes: 3, test: samples })

test('balanced weights are the weights of scikit-learn, and 0 for a class without samples', () => {
  // compute_class_weight('balanced', classes=[0, 2], y=[0, 0, 0, 2]) gives 2/3 and 2.
  expect(weightsOfClasses(data, 'balanced')).toEqual([4 / 6, 0, 2])
  expect(weightsOfClasses(data, [1, 2, 3])).toEqual([1, 2, 3])
})

test('a note says how much more the smallest class counts if its size is corrected twice', () => {
  const both = { classWeights: 'balanced', order: 'balanced' } as const
  expect(balanceNotes(data, both)).toMatchInlineSnapshot(`
    [
      "The training corrects for the sizes of the classes twice: balanced class weights, and an order that draws every class equally often. So the smallest class counts 3 times as much as the largest class. Leave the class weights or the balanced order out.",
    ]
  `)
  expect(balanceNotes(data, { ...both, order: 'shuffled' })).toEqual([])
  expect(balanceNotes(data, { order: 'balanced' })).toEqual([])
  // Own weights may say how much an error of a class costs.
  expect(balanceNotes(data, { classWeights: [1, 1, 10], order: 'balanced' })).toEqual([])
  // Classes of the same size need no correction.
  const even = { inputs: [[0], [1], [2], [3]], labels: [0, 0, 1, 1] }
  expect(balanceNotes(dataset({ ...even, test: even }), both)).toEqual([])
})

function written(indices: readonly number[], labels: readonly number[], weights: readonly number[]): Float64Array {
  const array = new Float64Array(indices.length)
  const rows = { array, offset: 0, stride: indices.length, width: indices.length }
  fillSampleWeights(rows, Uint32Array.from(indices), labels, weights)
  return array
}

test('the mean of losses times the written weights is the weighted mean of the losses', () => {
  const weight = fc.double({ min: 0, max: 10, noNaN: true })
  const batch = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.double({ min: 0, max: 5, noNaN: true })), {
    minLength: 1,
    maxLength: 20,
  })
  fc.assert(
    fc.property(fc.tuple(weight, weight, weight), batch, (weights, drawn) => {
      const own = drawn.map(([label]) => weights[label])
      const total = own.reduce((sum, value) => sum + value, 0)
      fc.pre(total > 1e-6)
      const labels = drawn.map(([label]) => label)
      const used = written([...labels.keys()], labels, weights)
      const mean = drawn.reduce((sum, [, loss], index) => sum + (loss * used[index]) / drawn.length, 0)
      const expected = drawn.reduce((sum, [, loss], index) => sum + (loss * own[index]) / total, 0)
      expect(mean).toBeCloseTo(expected, 9)
    }),
  )
})

test('a batch whose samples all have the weight 0 has the weights 0', () => {
  expect([...written([0, 1], [0, 0], [0, 1])]).toEqual([0, 0])
})
