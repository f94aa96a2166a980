/**
 * Measures the speed of the three products of a dense layer (BATCHxINPUTSxOUTPUTS) or of a convolution
 * (BATCHxHEIGHTxWIDTHxCHANNELS:OUTPUTS[:KERNEL[:STRIDE]]) on one thread, and the peak speed of the multiply-add units
 * with 8 to 12 sums in registers. Run `npm run build:modules`, then
 * `node scripts/products.mjs 1024x1024x1024 128x32x32x16:16 128x32x32x16:32:3:2`. Each figure is the best of 12 turns,
 * in which all loads take turns, so other work on the machine matters less. A convolution counts the operations of the
 * direct sum, so a product by Winograd's algorithm may exceed the peak.
 */
import { createWasmBackend } from '../build/backends/wasm/backend.js'
import { enableRelaxedSimd } from '../build/backends/wasm/platform.js'
import { createInlinePool } from '../build/backends/wasm/pool.js'
import { createFmaPeak } from '../build/bench/peak.js'
import { convProducts, denseProducts, loadProduct } from '../build/bench/products.js'

const turns = 12
const sumCounts = [8, 9, 10, 12]
/** Approximate number of operations in one turn. */
const operations = 2e8

const relaxed = await enableRelaxedSimd()
const pool = createInlinePool()

/** A load that only computes multiply-adds, with `sums` independent sums. */
async function registers(sums) {
  const options = { program: sums, shared: false, relaxed, sums }
  const load = await createFmaPeak(pool, options, Math.round(operations / (8 * sums)))
  return { name: `${sums} sums`, ...load }
}

/** The products of a layer of the given size. For a dense layer, the forward product is measured also with a bias. */
function productsOf(text) {
  const [sizes, ...rest] = text.split(':')
  const extents = sizes.split('x').map(Number)
  if (rest.length === 0) {
    const { forward, ...gradients } = denseProducts(...extents)
    return [forward, ...Object.values(gradients), { ...forward, bias: true }]
  }
  const [batch, height, width, channels] = extents
  const [outputs, kernel, stride] = rest.map(Number)
  return Object.values(convProducts({ batch, height, width, channels, outputs, kernel, stride }))
}

const backend = await createWasmBackend({ threads: 'inline' })
const loads = await Promise.all(sumCounts.map(registers))
for (const text of process.argv.slice(2)) {
  for (const { bias = false, ...product } of productsOf(text)) {
    const load = await loadProduct(backend, product, { operations, seed: 0, bias })
    loads.push({ name: `${text} ${product.op}${bias ? ' + bias' : ''}`, ...load })
  }
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
