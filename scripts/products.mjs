/**
 * How fast the three products of a dense layer (BATCHxINPUTSxOUTPUTS) or of a convolution
 * (BATCHxHEIGHTxWIDTHxCHANNELS:OUTPUTS[:KERNEL[:STRIDE]]) are on one thread, and what the multiply-add units do at most with
 * so many sums in registers: node scripts/products.mjs 1024x1024x1024 128x32x32x16:16 128x32x32x16:32:3:2, after npm run
 * build. The best of many turns, all kinds in turns: other work on the machine shows less.
 */
import { createWasmBackend } from '../dist/backends/wasm/backend.js'
import { enableRelaxedSimd } from '../dist/backends/wasm/platform.js'
import { createInlinePool } from '../dist/backends/wasm/pool.js'
import { createFmaPeak } from '../dist/bench/peak.js'
import { createWindow } from '../dist/blueprint/window.js'
import { GraphBuilder } from '../dist/graph/builder.js'
import { geometryOf, windowAttributes } from '../dist/graph/windows.js'

const turns = 12
const sumCounts = [8, 9, 10, 12]
/** Of a turn, about. */
const operations = 2e8

const relaxed = await enableRelaxedSimd()
const pool = createInlinePool()

/** A loop of nothing but multiply-adds, `sums` of them independent of each other. */
async function registers(sums) {
  const options = { program: sums, shared: false, relaxed, sums }
  const load = await createFmaPeak(pool, options, Math.round(operations / (8 * sums)))
  return { name: `${sums} sums`, ...load }
}

/** One product as a program, with so many slots that a turn takes about as long as another's. */
async function product(backend, name, { op, shapes, attributes, amount, bias }) {
  const builder = new GraphBuilder()
  const values = shapes.map((shape, index) => builder.input(`factor${index}`, 'parameter', shape))
  const [made] = builder.op(op, values, attributes, op)
  const [result] = bias ? builder.op('addBias', [made, builder.input('bias', 'parameter', [bias])], {}, op) : [made]
  builder.output('outputs', result)
  const slots = Math.max(1, Math.min(32, Math.round(operations / amount)))
  const program = await backend.compile(builder.finish(op), { ringSlots: slots })
  for (const { name: input, value } of program.graph.inputs) {
    const size = value.shape.reduce((all, length) => all * length, 1)
    program.write(
      input,
      Float64Array.from({ length: size }, (_, index) => ((index * 7) % 13) / 13 - 0.5),
    )
  }
  const text = `${name} ${op}${bias ? ' + bias' : ''}`
  return { name: text, amount: amount * slots, run: () => program.run(0, slots) }
}

function denseProducts([batch, inputs, outputs]) {
  const [x, w, dy] = [
    [batch, inputs],
    [outputs, inputs],
    [batch, outputs],
  ]
  const amount = 2 * batch * inputs * outputs
  return [
    { op: 'dense', shapes: [x, w], amount },
    { op: 'denseInputGradient', shapes: [dy, w], amount },
    { op: 'denseWeightGradient', shapes: [dy, x], amount },
    { op: 'dense', shapes: [x, w], amount, bias: outputs },
  ]
}

function convProducts([batch, height, width, channels], [outputs, kernel = 3, stride = 1]) {
  const attributes = windowAttributes(createWindow(kernel, stride, true), { height, width })
  const { outputPositions } = geometryOf(attributes)
  const [x, dy] = [
    [batch * height * width, channels],
    [batch * outputPositions, outputs],
  ]
  const [w, flipped] = [
    [outputs, channels * kernel ** 2],
    [channels, outputs * kernel ** 2],
  ]
  const amount = 2 * batch * outputPositions * outputs * channels * kernel ** 2
  return [
    { op: 'conv', shapes: [x, w], attributes, amount },
    { op: 'convInputGradient', shapes: [dy, flipped], attributes, amount },
    { op: 'convWeightGradient', shapes: [dy, x], attributes, amount },
  ]
}

const backend = await createWasmBackend({ threads: 'inline' })
const loads = await Promise.all(sumCounts.map(registers))
for (const text of process.argv.slice(2)) {
  const [sizes, ...rest] = text.split(':')
  const extents = sizes.split('x').map(Number)
  const products = rest.length === 0 ? denseProducts(extents) : convProducts(extents, rest.map(Number))
  for (const one of products) loads.push(await product(backend, text, { attributes: {}, ...one }))
}
const best = loads.map(() => Number.POSITIVE_INFINITY)
for (let turn = 0; turn < turns; turn++) {
  for (const [index, { run }] of loads.entries()) {
    const start = performance.now()
    await run()
    best[index] = Math.min(best[index], performance.now() - start)
  }
}
const speeds = loads.map(({ amount }, index) => amount / best[index] / 1e6)
const peak = Math.max(...speeds.slice(0, sumCounts.length))
loads.forEach(({ name }, index) => {
  console.log(`${name.padEnd(44)} ${speeds[index].toFixed(1)} GFLOP/s  ${((100 * speeds[index]) / peak).toFixed(0)}%`)
})
backend.dispose()
