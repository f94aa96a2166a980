/** Tests Winograd's transforms as matrices, which are the results of the transforms for unit vectors. */
import { describe, expect, it } from 'vitest'
import { type FunctionBuilder, i32, ModuleBuilder } from '../../assembler.ts'
import { createLanes, v128 } from '../../lanes.ts'
import { createTransform, extentOf, type TileSize, type Transform, taps } from './transform.ts'

type Name = 'input' | 'kernel' | 'output' | 'outputGradient' | 'kernelGradient'
type Matrix = readonly (readonly number[])[]

const vectorBytes = 16
const resultsAt = 1024

/**
 * Returns the matrix of each transform, computed in float64. A matrix has one column for each value that the transform
 * takes.
 */
function matricesOf(tile: TileSize): Record<Name, Matrix> {
  const extent = extentOf(tile)
  const sizes = { input: extent, kernel: taps, output: extent, outputGradient: tile, kernelGradient: extent }
  const lanes = createLanes('float64', false)
  const module = new ModuleBuilder({ pages: 1, shared: false })
  const counts = new Map<Name, number>()
  const names: readonly Name[] = ['input', 'kernel', 'output', 'outputGradient', 'kernelGradient']
  for (const name of names) {
    const emit = (builder: FunctionBuilder): void => {
      const transform: Pick<Transform, Name> = createTransform(builder, lanes, tile)
      const values = Array.from({ length: sizes[name] }, (_, position) =>
        builder.local('v128', v128.load(i32.const(0), position * vectorBytes)),
      )
      const results = transform[name](values)
      counts.set(name, results.length)
      results.forEach((result, position) => {
        v128.store(builder, i32.const(resultsAt), result, position * vectorBytes)
      })
    }
    module.function(name, [], [], emit, true)
  }
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 })
  const compiled = new WebAssembly.Module(module.toBytes())
  const { exports } = new WebAssembly.Instance(compiled, { environment: { memory } })
  const numbers = new Float64Array(memory.buffer)
  const lanesOfVector = vectorBytes / 8
  const matrixOf = (name: Name): Matrix => {
    const run = exports[name]
    if (typeof run !== 'function') throw new Error(`the module has no ${name}`)
    const columns = Array.from({ length: sizes[name] }, (_, chosen) => {
      numbers.fill(0)
      numbers[chosen * lanesOfVector] = 1
      run()
      const results = numbers.subarray(resultsAt / 8)
      // Adding 0 turns a result of -0 into 0.
      return Array.from({ length: counts.get(name) ?? 0 }, (_, position) => results[position * lanesOfVector] + 0)
    })
    return columns[0].map((_, row) => columns.map((column) => column[row]))
  }
  const [input, kernel, output, outputGradient, kernelGradient] = names.map(matrixOf)
  return { input, kernel, output, outputGradient, kernelGradient }
}

const transposed = (matrix: Matrix): Matrix => matrix[0].map((_, column) => matrix.map((row) => row[column]))
const entriesOf = (matrix: Matrix): number[] => matrix.flat()

describe.each([2, 4] as const)('the Winograd transforms for tiles of %i results in each direction', (tile) => {
  const { input, kernel, output, outputGradient, kernelGradient } = matricesOf(tile)
  const extent = extentOf(tile)

  it('compute a correlation with three taps: A^T [(G g) o (B^T d)] is the sum of g[j] d[i + j]', () => {
    expect([input, kernel, output].map((matrix) => [matrix.length, matrix[0].length])).toEqual([
      [extent, extent],
      [extent, taps],
      [tile, extent],
    ])
    for (let result = 0; result < tile; result++) {
      for (let tap = 0; tap < taps; tap++) {
        for (let position = 0; position < extent; position++) {
          const share = output[result].reduce((sum, a, k) => sum + a * kernel[k][tap] * input[k][position], 0)
          expect(share).toBeCloseTo(position === result + tap ? 1 : 0, 14)
        }
      }
    }
  })

  it('transform the gradients back by the transposes of the forward matrices', () => {
    expect(outputGradient).toEqual(transposed(output))
    expect(kernelGradient).toEqual(transposed(kernel))
  })

  it('have matrices A and B that are exact in float32, so that only sums and G are rounded', () => {
    const entries = [input, output].flatMap(entriesOf)
    expect(entries.map(Math.fround)).toEqual(entries)
  })
})
