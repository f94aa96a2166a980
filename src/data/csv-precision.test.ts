import { describe, expect, it } from 'vitest'
import { createRandom } from '../support/random.ts'
import { readCsv } from './csv.ts'
import { createStandardizer } from './standardize.ts'

const random = createRandom(0, 'times')
const seconds = Array.from({ length: 50 }, () => Math.round(1e5 * random.uniform()) / 1000)
const table = (start: number): Uint8Array => {
  const rows = seconds.map((value) => `${start + value},${value},${start + 2 * value}`)
  return new TextEncoder().encode(`time,since,end\n${rows.join('\n')}\n`)
}

describe('readCsv', () => {
  it('keeps numbers in float64 if float32 would lose their differences', async () => {
    const { train, shape } = await readCsv(table(1_700_000_000))
    expect(train.inputs).toBeInstanceOf(Float64Array)
    expect(train.targets).toBeInstanceOf(Float64Array)
    const standardizer = createStandardizer(train, shape, 'per-channel')
    const array = new Float32Array(2 * train.count)
    const all = Uint32Array.from({ length: train.count }, (_, row) => row)
    standardizer.fill(train, all, { array, offset: 0, stride: 2 })
    const targets = new Float32Array(train.count)
    standardizer.fillTargets(train, all, { array: targets, offset: 0, stride: 1 })
    for (const row of all) {
      expect(array[2 * row]).toBeCloseTo(array[2 * row + 1], 5)
      expect(targets[row]).toBeCloseTo(array[2 * row + 1], 5)
    }
  })

  it('keeps all other numbers in float32', async () => {
    for (const start of [0, 1000]) {
      const { train } = await readCsv(table(start))
      expect(train.inputs).toBeInstanceOf(Float32Array)
      expect(train.targets).toBeInstanceOf(Float32Array)
    }
  })
})
