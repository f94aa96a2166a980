import { expect, test } from 'vitest'
import { selectSamples } from './dataset.ts'

test('selectSamples leaves the given samples unchanged, also if a reader of files gave them as buffers', () => {
  const arrays = { inputs: [1, 2, 3, 4, 5, 6, 7, 8], labels: [0, 1, 2, 3] }
  for (const make of [Buffer.from, (values: number[]) => Uint8Array.from(values)]) {
    const [inputs, labels] = [make(arrays.inputs), make(arrays.labels)]
    const chosen = selectSamples({ count: 4, inputs, labels }, Uint32Array.of(3, 1))
    expect([[...chosen.inputs], [...chosen.labels]]).toEqual([
      [7, 8, 3, 4],
      [3, 1],
    ])
    expect([[...inputs], [...labels]]).toEqual([arrays.inputs, arrays.labels])
  }
})
