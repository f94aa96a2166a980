/**
 * Tests of operations on images in reused memory that is filled with NaN. Each operation must write every element of
 * its result, and zeros in the padding, because norms of gradients read the padding.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Backend } from '../../src/backends/backend.ts'
import { createReferenceBackend } from '../../src/backends/reference/backend.ts'
import { GraphBuilder } from '../../src/graph/builder.ts'
import type { Graph, Value } from '../../src/graph/graph.ts'
import type { OpName } from '../../src/graph/ops.ts'
import { geometryOf } from '../../src/graph/windows.ts'
import { type Call, runCalls } from '../support/calls.ts'
import { largestDifference, largestSize } from '../support/compare.ts'
import { downloadAll } from '../support/downloads.ts'
import { callEveryOperation } from '../support/every-operation.ts'
import { unitOf, wasmVariants } from '../support/variants.ts'

const onImages: ReadonlySet<OpName> = new Set<OpName>([
  'toPositions',
  'fromPositions',
  'conv',
  'convInputGradient',
  'maxPool',
  'maxPoolGradient',
  'averagePool',
  'averagePoolGradient',
  'meanOverPositions',
  'meanOverPositionsGradient',
  'subsample',
  'subsampleGradient',
])

/** Pools whose windows lie side by side or apart. Some positions of each image lie in no window. */
const gaps = [2, 3].map((stride): Call => {
  const attributes = { kernel: 2, stride, before: 0, after: 0, height: 5, width: 7, circular: false }
  const { outputPositions } = geometryOf(attributes)
  const dy = { shape: [outputPositions, 3], values: Float64Array.from({ length: 3 * outputPositions }, (_, at) => at) }
  return { op: 'averagePoolGradient', inputs: [dy], attributes }
})

const everyCall = [
  { B: 3, F: 5, O: 7 },
  { B: 2, F: 9, O: 12 },
  { B: 5, F: 16, O: 3 },
].flatMap((sizes) => callEveryOperation(sizes).filter(({ op }) => onImages.has(op)))
const calls = [...everyCall, ...gaps]

/** Makes the norm of the sums of a value's columns, including the columns of the padding in memory. */
function normOfColumns(builder: GraphBuilder, value: Value, ones: Value): Value {
  const [sums] = builder.op('denseWeightGradient', [value, ones], {}, 'sums')
  return builder.op('norms', [sums], { axes: 0 }, 'norm')[0]
}

/** Makes a graph that computes each call in reused memory, copies the output, and takes the norm of its columns. */
function graphInUsedMemory(): Graph {
  const builder = new GraphBuilder()
  const input = (name: string, shape: readonly number[]): Value => builder.input(name, 'input', shape)
  const output = (name: string, value: Value): void => builder.output(name, builder.op('copy', [value], {}, name)[0])
  // The value of NaN is larger than all other values, so that all other values reuse its memory.
  output('NaN everywhere', builder.op('toPositions', [input('NaN', [200, 400])], { channels: 200 }, 'NaN')[0])
  calls.forEach(({ op, inputs, attributes = {} }, call) => {
    const values = inputs.map(({ shape }, position) => input(`${call} input ${position}`, shape))
    const [value] = builder.op(op, values, attributes, op)
    output(`${call}`, value)
    const ones = input(`${call} ones`, [value.shape[0], 1])
    const norm = normOfColumns(builder, value, ones)
    builder.output(`${call} norm`, norm)
  })
  return builder.finish('calls in used memory')
}

async function run(backend: Backend): Promise<Map<string, Float64Array>> {
  const graph = graphInUsedMemory()
  const program = await backend.compile(graph)
  program.upload('NaN', new Float64Array(200 * 400).fill(Number.NaN))
  calls.forEach(({ inputs }, call) => {
    inputs.forEach(({ values }, position) => {
      program.upload(`${call} input ${position}`, values)
    })
  })
  for (const { name, value } of graph.inputs) {
    if (name.endsWith('ones')) program.upload(name, new Float64Array(value.shape[0]).fill(1))
  }
  await program.run(0, 1)
  const results = await downloadAll(
    program,
    graph.outputs.map(({ name }) => name),
  )
  program.dispose()
  return results
}

const expected = run(createReferenceBackend())

describe.each(wasmVariants)('in reused memory on $name,', ({ precision, create }) => {
  let backend: Backend
  beforeAll(async () => {
    backend = await create()
  })
  afterAll(() => backend.dispose())

  test('operations on images write every element and zero padding', async () => {
    const wanted = await expected
    const found = await run(backend)
    expect(found.get('NaN everywhere')?.every(Number.isNaN)).toBe(true)
    found.delete('NaN everywhere')
    const wrong = [...found].flatMap(([name, values]) => {
      const judged = wanted.get(name) ?? new Float64Array()
      const units = largestDifference(values, judged) / Math.max(1, largestSize(judged)) / unitOf(precision)
      return units <= 64 ? [] : [`${calls[Number.parseInt(name, 10)]?.op} ${name}: ${units} units`]
    })
    expect(wrong).toEqual([])
  })

  test('every part of a weight gradient, including the padding, begins as zeros', async () => {
    const builder = new GraphBuilder()
    const input = (name: string, ...shape: number[]): Value => builder.input(name, 'input', shape)
    const output = (name: string, value: Value): void => builder.output(name, value)
    const [noise] = builder.op('toPositions', [input('NaN', 200, 400)], { channels: 200 }, 'NaN')
    output('NaN everywhere', builder.op('copy', [noise], {}, 'NaN')[0])
    // Each of 2 parts has 5 outputs and 3 channels, and both numbers are padded to 8.
    const attributes = { kernel: 2, stride: 1, before: 0, after: 1, height: 3, width: 4, circular: false }
    const inputs = [input('dy', 24, 5), input('x', 24, 3)]
    const gradient = builder.op('convWeightGradient', inputs, attributes, 'gradient')
    output('norm', builder.op('norms', gradient, { axes: 0 }, 'norm')[0])
    const program = await backend.compile(builder.finish("parts of a weight's gradient"))
    program.upload('NaN', new Float64Array(200 * 400).fill(Number.NaN))
    program.upload('dy', new Float64Array(24 * 5).fill(1))
    program.upload('x', new Float64Array(24 * 3).fill(1))
    await program.run(0, 1)
    expect((await program.download('NaN everywhere')).every(Number.isNaN)).toBe(true)
    // A weight of the kernel covers 3 x 4, 3 x 3, 2 x 4 or 2 x 3 positions of 2 images, for each of 15 channel pairs.
    const squares = [12, 9, 8, 6].reduce((all, seen) => all + 15 * (2 * seen) ** 2, 0)
    expect((await program.download('norm'))[0]).toBeCloseTo(Math.sqrt(squares), 4)
    program.dispose()
  })

  test('subsample fills added channels with zeros, even if the padding of the input is not zero', async () => {
    const builder = new GraphBuilder()
    const x = builder.input('x', 'input', [12, 5])
    const [moved] = builder.op('addScalar', [x, builder.constant('one', [], [1])], {}, 'moved')
    const attributes = { kernel: 1, stride: 2, before: 0, after: 0, height: 3, width: 4, circular: false, channels: 17 }
    builder.output('y', builder.op('subsample', [moved], attributes, 'y')[0])
    const program = await backend.compile(builder.finish('subsample'))
    await program.run(0, 1)
    const row = [...new Array(5).fill(1), ...new Array(12).fill(0)]
    expect([...(await program.download('y'))]).toEqual([row, row, row, row].flat())
    program.dispose()
  })

  test('maxPool returns NaN for each window that contains NaN', async () => {
    const channels = 9
    const attributes = { kernel: 2, stride: 1, before: 0, after: 1, height: 3, width: 4, circular: false }
    const values = Float64Array.from({ length: 12 * channels }, (_, index) => index % 7)
    // The position of the NaN lies in four windows: its own, the left one, the upper one and the upper left one.
    for (let channel = 0; channel < channels; channel++) values[5 * channels + channel] = Number.NaN
    const call: Call = { op: 'maxPool', inputs: [{ shape: [12, channels], values }], attributes }
    const [[y]] = await runCalls(backend, [call])
    const places = new Set(
      [...y].flatMap((value, index) => (Number.isNaN(value) ? [Math.floor(index / channels)] : [])),
    )
    expect([...places]).toEqual([0, 1, 4, 5])
    expect([...y].filter(Number.isNaN)).toHaveLength(4 * channels)
  })
})
