/** Tests that the memory of disposed programs is released before the next program allocates memory. */
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { fillInput } from '../../src/backends/backend.ts'
import { createWasmBackend } from '../../src/backends/wasm/backend.ts'
import { collectGarbage } from '../../src/backends/wasm/platform.ts'
import { GraphBuilder } from '../../src/graph/builder.ts'
import type { Graph } from '../../src/graph/graph.ts'

const status = '/proc/self/status'
const residentBytes = (): number => 1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(status, 'utf8'))?.[1])

/** Makes a graph whose input and output take 32 MiB each. */
function largeGraph(): Graph {
  const builder = new GraphBuilder()
  const x = builder.input('x', 'input', [2048, 4096])
  builder.output('y', builder.op('addScalar', [x, builder.constant('one', [], [1])], {}, 'y')[0])
  return builder.finish('large')
}

test.skipIf(!existsSync(status)).each(['inline', 2] as const)(
  'six large programs, one after the other, take at most the memory of two programs (threads: %s)',
  async (threads) => {
    const backend = await createWasmBackend({ threads })
    const graph = largeGraph()
    const runOne = async (): Promise<number> => {
      const program = await backend.compile(graph)
      fillInput(program, 'x', 0, ({ array, offset }) => array.fill(2, offset, offset + 2048 * 4096))
      await program.run(0, 1)
      program.dispose()
      return program.memoryBytes
    }
    const bytes = await runOne()
    const first = residentBytes()
    for (let time = 1; time < 6; time++) await runOne()
    expect(bytes).toBeGreaterThan(2 ** 26)
    expect(residentBytes() - first).toBeLessThan(1.5 * bytes)
    backend.dispose()
  },
)

test('collectGarbage collects unreachable objects', async () => {
  const reference = new WeakRef({ large: new Float64Array(1000) })
  // A new object stays alive until the task that made the object ends.
  await new Promise((resolve) => setTimeout(resolve, 0))
  await collectGarbage()
  expect(reference.deref()).toBeUndefined()
})
