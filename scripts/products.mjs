/**
 * How fast the three matrix products of a dense layer are on one thread, at sizes given as BATCHxINPUTSxOUTPUTS, and what the
 * multiply-add units do at most with so many sums in registers: node scripts/products.mjs 64x64x64 1024x1024x1024, after
 * npm run build. The best of many turns, all kinds in turns: other work on the machine shows less.
 */
import { createWasmBackend } from '../dist/backends/wasm/backend.js'
import { enableRelaxedSimd } from '../dist/backends/wasm/platform.js'
import { createInlinePool } from '../dist/backends/wasm/pool.js'
import { createFmaPeak } from '../dist/bench/peak.js'
import { GraphBuilder } from '../dist/graph/builder.js'

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

const kinds = { dense: ['x', 'w'], denseInputGradient: ['dy', 'w'], denseWeightGradient: ['dy', 'x'] }

async function product(backend, op, [batch, inputs, outputs], bias) {
  const shapes = { x: [batch, inputs], w: [outputs, inputs], dy: [batch, outputs] }
  const builder = new GraphBuilder()
  const values = kinds[op].map((name) => builder.input(name, 'parameter', shapes[name]))
  const [made] = builder.op(op, values, {}, op)
  const [result] = bias ? builder.op('addBias', [made, builder.input('bias', 'parameter', [outputs])], {}, op) : [made]
  builder.output('outputs', result)
  const amount = 2 * batch * inputs * outputs
  const slots = Math.max(1, Math.min(32, Math.round(operations / amount)))
  const program = await backend.compile(builder.finish(op), { ringSlots: slots })
  for (const { name, value } of program.graph.inputs) {
    const size = value.shape.reduce((all, length) => all * length, 1)
    program.write(
      name,
      Float64Array.from({ length: size }, (_, index) => ((index * 7) % 13) / 13 - 0.5),
    )
  }
  const name = `${batch}x${inputs}x${outputs} ${op}${bias ? ' + bias' : ''}`
  return { name, amount: amount * slots, run: () => program.run(0, slots) }
}

const backend = await createWasmBackend({ threads: 'inline' })
const sizes = process.argv.slice(2).map((text) => text.split('x').map(Number))
const loads = await Promise.all(sumCounts.map(registers))
for (const size of sizes) {
  for (const op of Object.keys(kinds)) loads.push(await product(backend, op, size, false))
  loads.push(await product(backend, 'dense', size, true))
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
