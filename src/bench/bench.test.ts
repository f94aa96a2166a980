/** Runs the bench from end to end on tiny networks. The tests check the form of the result, never the speed. */
import { describe, expect, it } from 'vitest'
import { parseNetwork } from '../network/presets.ts'
import { type PlannedRow, type RowsOptions, runBench, runRoofline } from './bench.ts'
import { roofOf } from './roofline.ts'
import { atLeast } from './rows.ts'
import { usualWorkload, type Workload } from './workload.ts'

const tiny: Workload = {
  mlps: [
    { depth: 3, width: 8, batch: 8, bar: atLeast(1, 2), seconds: [1, 2] },
    { depth: 2, width: 12, batch: 4, seconds: [1, 2] },
  ],
  resnets: [{ depth: 8, input: [3, 8, 8], batch: 2, seconds: [3, 9] }],
  productSize: 16,
  convs: [{ batch: 2, size: 8, channels: 4 }],
  compileDepths: [2, 20],
  stepDepths: [2, 8],
  sideBySide: { depth: 2, width: 8, batch: 4 },
}
const quick: RowsOptions = { workload: tiny, quick: true, threads: 2 }

describe('runBench', () => {
  it('measures all rows in the order of the table', async () => {
    const planned: PlannedRow[] = []
    const done = new Map<string, number>()
    const result = await runBench({
      ...quick,
      rounds: 2,
      onStart: (rows) => planned.push(...rows),
      onProgress: (row, rounds) => done.set(row, rounds),
    })
    const names = [
      'MLP 3 x 8, batch 8',
      'MLP 2 x 12, batch 4',
      'ResNet-8, batch 2',
      'GEMM 16^3 forward',
      'GEMM 16^3 input gradient',
      'GEMM 16^3 weight gradient',
      'conv 8x8x4 forward',
      'conv 8x8x4 input gradient',
      'conv 8x8x4 weight gradient',
      'compile, depth 20 over 2',
      'code, depth 20 over 2',
      'step, depth 8 over 2',
      'side by side, MLP 2 x 8',
    ]
    expect(result.rows.map(({ name }) => name)).toEqual(names)
    expect(planned.map(({ name }) => name)).toEqual(names.filter((name) => !name.startsWith('code')))
    expect([...done]).toEqual(planned.map(({ name }) => [name, 2]))
    // Without a peer, a row takes less time.
    expect(planned.slice(1, 3)).toMatchObject([
      { rounds: 2, seconds: 1 },
      { rounds: 2, seconds: 3 },
    ])
    expect(result).toMatchObject({
      threads: 2,
      rounds: 2,
      peer: null,
      missing: null,
      interrupted: false,
      exact: false,
      winograd: true,
    })
    expect(result.machine).toMatchObject({ node: process.versions.node, platform: process.platform })
    for (const row of result.rows) expect(row.ours, row.name).toBeGreaterThan(0)
    for (const { name, ratio, reached, bar } of result.rows.slice(3)) {
      expect(ratio, name).toBeGreaterThan(0)
      if (bar) expect(reached, name).toMatch(/^(no|yes|beyond)$/)
    }
    expect(JSON.parse(JSON.stringify(result))).toEqual(result)
  })

  it('the usual workload has the rows and bars of the project design', () => {
    const { mlps, resnets } = usualWorkload
    expect(mlps.map(({ depth, width, batch, bar }) => [depth, width, batch, bar?.reach, bar?.beyond])).toEqual([
      [1000, 64, 64, 4, 5],
      [100, 100, 128, 2, 2.5],
      [10, 1024, 128, 1.1, 1.4],
      [50, 256, 128, undefined, undefined],
    ])
    expect(resnets.map(({ depth, input, batch, bar }) => [depth, input, batch, bar?.reach, bar?.beyond])).toEqual([
      [20, [3, 32, 32], 128, 1, 1.3],
      [56, [3, 32, 32], 128, 1, 1.3],
    ])
    expect(usualWorkload).toMatchObject({ productSize: 1024, compileDepths: [10, 10_000], stepDepths: [200, 2000] })
  })

  it('measures only the rows whose name contains a text, and refuses a text that no name contains', async () => {
    const { rows } = await runBench({ ...quick, only: 'CODE' })
    expect(rows.map(({ name, unit }) => [name, unit])).toEqual([['code, depth 20 over 2', 'bytes']])
    await expect(runBench({ ...quick, only: 'lstm' })).rejects.toThrowError(
      /^--only: expected a part of a row's name \(MLP 3 x 8, batch 8; .*\), got "lstm"\.$/,
    )
  })

  it('measures rows without a peer if the peer is missing, and reports why', async () => {
    const absent = await runBench({ ...quick, only: '3 x 8', peer: 'pytorch', python: '/no/such/python3' })
    expect(absent.missing).toMatch(
      /^PyTorch doesn't run here \(\/no\/such\/python3: .*\)\. The Debian package is python3-torch\.$/,
    )
    expect(absent.rows).toMatchObject([{ peer: null, ratio: null, reached: null }])
    const withoutPackage = await runBench({ ...quick, only: '3 x 8', peer: 'jax-js' })
    expect(withoutPackage.missing).toMatch(/^@jax-js\/jax is not installed in .*npm install @jax-js\/jax/)
  })

  it('returns the finished rows if the bench is stopped', async () => {
    const controller = new AbortController()
    const onProgress = (row: string): void => {
      if (row.startsWith('MLP 2')) controller.abort()
    }
    const { rows, interrupted } = await runBench({ ...quick, abort: controller.signal, onProgress })
    expect(interrupted).toBe(true)
    expect(rows.map(({ name }) => name)).toEqual(['MLP 3 x 8, batch 8'])
  })

  it("measures rows on one thread, in exact mode and without Winograd's algorithm", async () => {
    const modes = { threads: 1, exact: true, winograd: false }
    const { rows, threads, exact, winograd } = await runBench({ ...quick, ...modes, only: 'MLP' })
    // With one thread, the bench leaves out the row of trainings side by side.
    expect({ threads, exact, winograd, rows: rows.length }).toEqual({ ...modes, rows: 2 })
  })
})

describe('runRoofline', () => {
  const problem = {
    network: parseNetwork('mlp:depth=4,width=8,activation=tanh', { classes: 3 }),
    input: [5],
    batch: 16,
    seed: 0,
  }

  it.each([1, 2])('lists every kernel of the step on %i threads, with times that add up', async (threads) => {
    const { roofline } = await runRoofline(problem, { quick: true, threads })
    if (!roofline) throw new Error('expected a roofline')
    const { rows, peaks, profiledMilliseconds, stepMilliseconds } = roofline
    for (const peak of Object.values(peaks)) expect(peak).toBeGreaterThan(0)
    expect(stepMilliseconds).toBeGreaterThan(0)
    const sum = rows.reduce((total, { milliseconds }) => total + milliseconds, 0)
    expect(sum / profiledMilliseconds).toBeCloseTo(1, 6)
    expect(rows.map(({ lostMilliseconds }) => lostMilliseconds)).toEqual(
      rows.map(({ lostMilliseconds }) => lostMilliseconds).sort((one, other) => other - one),
    )
    const row = (name: string, size: string) => {
      const found = rows.find((candidate) => candidate.name === name && candidate.size === size)
      if (!found) throw new Error(`no row ${name} ${size}`)
      expect(found.milliseconds).toBeGreaterThan(0)
      return found
    }
    // A dense layer has two operations for each of batch x inputs x outputs, and one for each bias and each tanh.
    expect(row('dense+addBias+tanh', '16 x 5 x 8')).toMatchObject({ calls: 1, operations: 2 * 16 * 5 * 8 + 2 * 16 * 8 })
    const inner = row('dense+addBias+tanh', '16 x 8 x 8')
    expect(inner).toMatchObject({ calls: 3, operations: 3 * (2 * 16 * 8 * 8 + 2 * 16 * 8) })
    // The bytes are those of x, w, bias and y, each counted once, in float32.
    expect(inner.bytes).toBe(3 * 4 * (16 * 8 + 8 * 8 + 8 + 16 * 8))
    // The kernel also updates the weights: velocity = m velocity + gradient; parameter -= rate velocity.
    const operations = 3 * (2 * 16 * 8 * 8 + 4 * 8 * 8)
    expect(row('denseWeightGradient+momentumUpdate', '16 x 8 x 8')).toMatchObject({ calls: 3, operations })
    // The gradient of the activation adds two operations for each element.
    expect(row('denseInputGradient+activationGradient', '16 x 8 x 3')).toMatchObject({
      calls: 1,
      operations: 2 * 16 * 8 * 3 + 2 * 16 * 8,
    })
    const others = rows.filter(({ bound }) => bound === null)
    expect(others.map(({ name }) => name).sort()).toEqual(['starting and ending the step', 'waiting at barriers'])
  })

  it('roofOf takes the longer of two times as the roof, and assumes the cache for kernels faster than memory', () => {
    const peaks = { gflops: 100, programBandwidth: 10, cacheBandwidth: 50 }
    // 1e8 operations take 1 ms at 100 GFLOP/s. 1e7 bytes take 1 ms at 10 GB/s and 0.2 ms at 50 GB/s.
    const roof = (operations: number, bytes: number, time: number) => roofOf({ operations, bytes }, time, peaks)
    expect(roof(1e8, 5e6, 2)).toEqual({ bound: 'compute', milliseconds: 1 })
    expect(roof(1e8, 2e7, 3)).toEqual({ bound: 'memory', milliseconds: 2 })
    expect(roof(1e7, 2e7, 1)).toEqual({ bound: 'cache', milliseconds: 0.4 })
    expect(roof(1e8, 2e7, 1.5)).toEqual({ bound: 'compute', milliseconds: 1 })
  })

  it('returns no roofline if the bench is stopped', async () => {
    const controller = new AbortController()
    const onProgress = (): void => controller.abort()
    expect((await runRoofline(problem, { quick: true, abort: controller.signal, onProgress })).roofline).toBeNull()
  })

  it('refuses a network whose loss is not finite', async () => {
    const network = parseNetwork('mlp:depth=40,width=8,activation=identity,sw2=1e9', { classes: 3 })
    await expect(runRoofline({ ...problem, network }, { quick: true })).rejects.toThrowError(/isn't finite/)
  })
})
