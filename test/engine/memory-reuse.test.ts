/**
 * Operations on images in memory that held something else before, NaN all over: each writes every element of its result, and
 * zeros in the padding, on which norms of gradients rely.
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

/** Windows side by side, and apart; both leave positions out. */
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

/** The norm of the sums of a value's columns: of all that there are in memory, padding included. */
function normOfColumns(builder: GraphBuilder, value: Value, ones: Value): Value {
  const [sums] = builder.op('denseWeightGradient', [value, ones], {}, 'sums')
  return builder.op('norms', [sums], { axes: 0 }, 'norm')[0]
}

/** Each call's output in memory that isn't its own: it is copied from there, and its columns' norm is taken. */
function graphInUsedMemory(): Graph {
  const builder = new GraphBuilder()
  const input = (name: string, shape: readonly number[]): Value => builder.input(name, 'input', shape)
  const output = (name: string, value: Value): void => builder.output(name, builder.op('copy', [value], {}, name)[0])
  // Larger than all else, so that all else lies where it was.
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

describe.each(wasmVariants)('$name', ({ precision, create }) => {
  let backend: Backend
  beforeAll(async () => {
    backend = await create()
  })
  afterAll(() => backend.dispose())

  test('every element is written, and the padding is zero', async () => {
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

  test("a weight's gradient: every part of it begins as zeros, and so does the padding", async () => {
    const builder = new GraphBuilder()
    const input = (name: string, ...shape: number[]): Value => builder.input(name, 'input', shape)
    const output = (name: string, value: Value): void => builder.output(name, value)
    const [noise] = builder.op('toPositions', [input('NaN', 200, 400)], { channels: 200 }, 'NaN')
    output('NaN everywhere', builder.op('copy', [noise], {}, 'NaN')[0])
    // 5 outputs and 3 channels: both are padded to 8, in each of 2 parts.
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
    // A tap sees 3 x 4, 3 x 3, 2 x 4 or 2 x 3 positions of 2 images, for each of 15 pairs of channels.
    const squares = [12, 9, 8, 6].reduce((all, seen) => all + 15 * (2 * seen) ** 2, 0)
    expect((await program.download('norm'))[0]).toBeCloseTo(Math.sqrt(squares), 4)
    program.dispose()
  })

  test("new channels are zeros where the old ones' padding isn't", async () => {
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

  test('a NaN is the largest of each window that sees it', async () => {
    const channels = 9
    const attributes = { kernel: 2, stride: 1, before: 0, after: 1, height: 3, width: 4, circular: false }
    const values = Float64Array.from({ length: 12 * channels }, (_, index) => index % 7)
    // The place in the middle is seen from itself, from the left, from above and from both.
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
