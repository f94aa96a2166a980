import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { layoutOf, layoutSize, pack, panelWidth, unpack } from './layout.ts'

const panels = fc.record({
  outputs: fc.integer({ min: 1, max: 40 }),
  channels: fc.integer({ min: 1, max: 40 }),
  positions: fc.constantFrom(1, 4, 9),
})

/** Marks memory outside of a tensor, which must stay unchanged. */
const untouched = -7

describe('tensor layouts:', () => {
  it.each([
    ['float32', Float32Array],
    ['float64', Float64Array],
  ])('unpack returns the numbers that pack stored in %s, from lists and typed arrays', (_name, FloatArray) => {
    const shapes = fc.oneof(
      panels.map(({ outputs, channels, positions }) => layoutOf([outputs, channels * positions], positions)),
      fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 2 }).map((shape) => layoutOf(shape, 0)),
    )
    fc.assert(
      fc.property(shapes, fc.boolean(), fc.integer({ min: 0, max: 3 }), (layout, isList, offset) => {
        const count =
          layout.kind === 'panels'
            ? layout.outputs * layout.inputs
            : layout.kind === 'rows'
              ? layout.rows * layout.columns
              : layout.kind === 'vector'
                ? layout.length
                : 1
        const numbers = Array.from({ length: count + offset }, (_, index) => index + 0.5)
        const target = new FloatArray(layoutSize(layout) + 2 * offset).fill(untouched)
        pack(layout, isList ? numbers : FloatArray.from(numbers), offset, target, offset)
        const own = target.subarray(offset, offset + layoutSize(layout))
        expect(own.filter((value) => value !== untouched)).toHaveLength(count)
        expect([...target.subarray(0, offset), ...target.subarray(own.length + offset)]).toEqual(
          Array(2 * offset).fill(untouched),
        )
        const found = new FloatArray(count + offset).fill(untouched)
        unpack(layout, target, offset, found, offset)
        expect([...found.subarray(offset)]).toEqual(numbers.slice(offset))
        expect([...found.subarray(0, offset)]).toEqual(Array(offset).fill(untouched))
      }),
    )
  })

  it('a panel stores the weights of eight outputs side by side, by kernel position and then by channel', () => {
    fc.assert(
      fc.property(panels, ({ outputs, channels, positions }) => {
        const layout = layoutOf([outputs, channels * positions], positions)
        const target = new Float32Array(layoutSize(layout))
        const numbers = Float32Array.from({ length: outputs * channels * positions }, (_, index) => index + 1)
        pack(layout, numbers, 0, target, 0)
        const panelStride = layout.kind === 'panels' ? layout.panelStride : 0
        const misplaced: number[] = []
        for (let output = 0; output < outputs; output++) {
          for (let channel = 0; channel < channels; channel++) {
            for (let position = 0; position < positions; position++) {
              const place = (position * channels + channel) * panelWidth + (output % panelWidth)
              const value = (output * channels + channel) * positions + position + 1
              if (target[Math.floor(output / panelWidth) * panelStride + place] !== value) misplaced.push(value)
            }
          }
        }
        expect(misplaced).toEqual([])
      }),
    )
  })
})
