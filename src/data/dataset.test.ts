import { describe, expect, it } from 'vitest'
import { selectSamples } from './dataset.ts'
import { vary } from './vary.ts'

describe('selectSamples', () => {
  it('leaves the given samples unchanged if they are Buffers, whose slices share memory', () => {
    const bytes = Buffer.from([10, 11, 20, 21, 30, 31, 40, 41])
    const all = { count: 4, inputs: bytes, labels: Buffer.from([1, 2, 3, 4]) }
    const part = selectSamples(all, Uint32Array.of(3, 1, 2))
    expect([...part.inputs]).toEqual([40, 41, 20, 21, 30, 31])
    expect([...part.labels]).toEqual([4, 2, 3])
    expect([...all.inputs]).toEqual([10, 11, 20, 21, 30, 31, 40, 41])
    expect([...all.labels]).toEqual([1, 2, 3, 4])
  })

  it('holds out samples of Buffers that are in no other set', () => {
    const numbers = Array.from({ length: 20 }, (_, index) => index)
    const train = { count: 20, inputs: Buffer.from(numbers), labels: Buffer.from(numbers) }
    const test = { count: 0, inputs: Buffer.alloc(0), labels: Buffer.alloc(0) }
    const data = { name: 'bytes', shape: [1], classes: 20, train, test }
    const varied = vary(data, { validation: 0.25 })
    const values = [varied.train, varied.validation].flatMap((set) => [...(set?.inputs ?? [])])
    expect(values.toSorted((a, b) => a - b)).toEqual(numbers)
  })
})
