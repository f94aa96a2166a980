import { describe, expect, it } from 'vitest'
import type { BenchResult, RooflineResult } from '../bench/bench.ts'
import type { RooflineRow } from '../bench/roofline.ts'
import { atLeast, atMost, rowOf } from '../bench/rows.ts'
import { benchText, rooflineText } from './bench-text.ts'

const machine = {
  processor: 'A processor',
  cores: 2,
  platform: 'linux',
  node: '20.19.0',
  loadBefore: 0.5,
  loadAfter: 1.25,
} as const

const result: BenchResult = {
  machine,
  threads: 2,
  exact: false,
  winograd: true,
  quick: false,
  rounds: 3,
  steps: 7,
  peer: { name: 'PyTorch', version: '2.0', facts: { blas: 'OpenBLAS' }, warning: null },
  missing: null,
  interrupted: false,
  rows: [
    rowOf({
      name: 'MLP 1000 x 64, batch 64',
      unit: 'ms',
      against: 'peer',
      ours: [50, 49, 51],
      others: [200, 230, 210],
      setting: { threads: 1, layout: null },
      tried: [
        { threads: 1, layout: null, milliseconds: 210, rounds: 3 },
        { threads: 2, layout: null, milliseconds: 220, rounds: 3 },
      ],
      bar: atLeast(4, 5),
    }),
    rowOf({ name: 'MLP 50 x 256, batch 128', unit: 'ms', against: 'peer', ours: [60], note: 'PyTorch: out of memory' }),
    rowOf({
      name: 'ResNet-20, batch 128',
      unit: 'ms',
      against: 'peer',
      ours: [300, 310, 320],
      others: [310, 300, 320],
      setting: { threads: 2, layout: 'channels_last' },
      tried: [
        { threads: 1, layout: 'NCHW', milliseconds: 480, rounds: 1 },
        { threads: 1, layout: 'channels_last', milliseconds: 470, rounds: 1 },
        { threads: 2, layout: 'NCHW', milliseconds: 390, rounds: 3 },
        { threads: 2, layout: 'channels_last', milliseconds: 310, rounds: 3 },
      ],
      bar: atLeast(1, 1.3),
    }),
    rowOf({
      name: 'GEMM 1024^3 forward',
      unit: 'GFLOP/s',
      against: 'peak',
      ours: [40],
      others: [50],
      bar: atLeast(0.85, 0.95),
    }),
    rowOf({ name: 'conv 32x32x16 forward', unit: 'GFLOP/s', against: 'peak', ours: [75], others: [50] }),
    rowOf({
      name: 'code, depth 10,000 over 10',
      unit: 'bytes',
      against: 'shallow',
      ours: [13498],
      others: [13498],
      bar: atMost(1.2, 1),
    }),
    rowOf({ name: 'side by side, MLP 20 x 64', unit: 'ms', against: 'turns', ours: [2], others: [2.5] }),
  ],
}

describe("the bench's table", () => {
  it('has the ratios, their spread and the bars', () => {
    expect(benchText(result)).toMatchInlineSnapshot(`
      "A processor, 2 cores, Node 20.19.0, load 0.5 before, 1.3 after; 2 threads
      PyTorch 2.0, OpenBLAS

      work                                ours                              other  ratio      spread  to reach  beyond  reached
      ──────────────────────────  ────────────  ─────────────────────────────────  ─────  ──────────  ────────  ──────  ───────
      MLP 1000 x 64, batch 64          50.0 ms                  210 ms (1 thread)   4.12  4.00..4.69         4       5  yes
      MLP 50 x 256, batch 128          60.0 ms
      ResNet-20, batch 128              310 ms  310 ms (2 threads, channels_last)   1.00  0.97..1.03         1     1.3  yes
      GEMM 1024^3 forward         40.0 GFLOP/s                       50.0 GFLOP/s   0.80  0.80..0.80      0.85    0.95  no
      conv 32x32x16 forward       75.0 GFLOP/s                       50.0 GFLOP/s   1.50  1.50..1.50
      code, depth 10,000 over 10  13,498 bytes                       13,498 bytes   1.00  1.00..1.00     ≤ 1.2     ≤ 1  beyond
      side by side, MLP 20 x 64        2.00 ms                            2.50 ms   1.25  1.25..1.25

      MLP 50 x 256, batch 128: PyTorch: out of memory
      ResNet-20, batch 128: tried with PyTorch in the first round, and clearly slower: 1 thread, NCHW (480 ms); 1 thread, channels_last (470 ms)
      MLP, ResNet: other is PyTorch at its best of threads and of NCHW or channels_last, ratio other / ours.
      ResNet: images of 3 x 32 x 32, batch norm, shortcuts without parameters, momentum with weight decay.
      GEMM, conv: on one thread; other is the FMA peak, ratio ours / peak.
      conv HxWxC: 3 x 3, from C channels to C, batch 128. Operations are those of the direct sum: by an algorithm with fewer,
        such as Winograd's, it may be above the peak.
      depth: other is the shallower network, ratio deep / shallow; compile and code of residual-mlp:width=32,
        step of mlp:width=64, with batches of 64.
      side by side: as many trainings as threads, each on one; other is one after the other on all threads, ratio other / ours;
        the time in which each of them does a step, batch 128.
      Medians of 3 rounds of 7 steps (steps of over 0.5 s: seven in all rounds together);
        spread: least and greatest of the rounds' ratios."
    `)
  })

  it('says that there is no peer, that figures are rough, and that it was stopped', () => {
    const text = benchText({
      ...result,
      peer: null,
      missing: 'There is none.',
      quick: true,
      interrupted: true,
      rows: [],
    })
    expect(text).toMatchInlineSnapshot(`
      "A processor, 2 cores, Node 20.19.0, load 0.5 before, 1.3 after; 2 threads, quick: the figures are rough
      There is none. The bench ran alone.

      No row was finished.
      Stopped: the other rows are missing."
    `)
  })

  it('says that the machine was busy before it began', () => {
    const busy = benchText({ ...result, machine: { ...machine, loadBefore: 1 } })
    expect(busy).toContain('\nOther work keeps this machine busy: the figures are rough.\n')
    expect(benchText(result)).not.toContain('busy')
  })

  it('warns of a peer that is slower than it should be', () => {
    const peer = { name: 'PyTorch', version: '2.0', facts: {}, warning: 'The BLAS is slow.' }
    expect(benchText({ ...result, peer })).toContain('\nPyTorch 2.0\nWARNING: The BLAS is slow.\n')
  })
})

const row = (name: string, milliseconds: number, roof: number, others: Partial<RooflineRow> = {}): RooflineRow => ({
  name,
  size: '128 x 100 x 100',
  calls: 99,
  milliseconds,
  share: milliseconds / 20,
  operations: 8e8,
  leastOperations: 8e8,
  bytes: 4e6,
  gflops: 8e8 / milliseconds / 1e6,
  gigabytes: 4e6 / milliseconds / 1e6,
  bound: 'compute',
  roofMilliseconds: roof,
  ofRoof: roof / milliseconds,
  lostMilliseconds: Math.max(0, milliseconds - roof),
  ...others,
})

describe("the roofline's table", () => {
  const idle = { size: '', operations: 0, leastOperations: 0, bytes: 0, bound: null, ofRoof: null }
  const roofline: RooflineResult = {
    machine,
    threads: 2,
    exact: false,
    winograd: true,
    quick: false,
    rounds: 5,
    roofline: {
      peaks: { gflops: 100, programBandwidth: 30, cacheBandwidth: 150 },
      memoryBytes: 20 * 2 ** 20,
      threads: 2,
      precision: 'float32',
      rows: [
        row('dense+addBias+tanh', 12, 8),
        row('waiting at barriers', 4, 0, idle),
        row('denseWeightGradient', 3.9, 3),
        row('momentumUpdate', 0.06, 0.02, { bound: 'memory', calls: 1 }),
        row('sumOverBatch', 0.04, 0.04, { bound: 'cache', calls: 100 }),
      ],
      profiledMilliseconds: 20,
      stepMilliseconds: 19.5,
      stepMedian: 19.8,
      stepSlowest: 24,
      rounds: 20,
    },
  }

  it('has a bar for each kernel, small ones together, and the sum beside the untimed step', () => {
    expect(rooflineText(roofline, 'mlp, batch 128')).toMatchInlineSnapshot(`
      "mlp, batch 128: a training step
      A processor, 2 cores, Node 20.19.0, load 0.5 before, 1.3 after; 2 threads
      Peak of all threads, measured in this run: 100 GFLOP/s; 30.0 GB/s over the program's 20.0 MiB, 150 GB/s in the cache

      kernel               size             calls     ms  share  GFLOP/s   GB/s  bound by  of roof  lost ms  █ at the roof ░ lost
      ───────────────────  ───────────────  ─────  ─────  ─────  ───────  ─────  ────────  ───────  ───────  ────────────────────────
      dense+addBias+tanh   128 x 100 x 100     99   12.0    60%     66.7  0.333  compute       67%     4.00  ████████████████░░░░░░░░
      waiting at barriers                      99   4.00    20%                                        4.00  ░░░░░░░░
      denseWeightGradient  128 x 100 x 100     99   3.90    20%      205   1.03  compute       77%    0.900  ██████░░
      2 other kernels                         101  0.100   0.5%                                60%    0.040  ░
      all of it                                     20.0   100%      160  0.800                55%     8.94

      A step without the profile: 19.5 ms in the fastest of 20 rounds (median 19.8, slowest 24.0); with it 20.0 ms, +2.6%.
      Times are of the fastest round, means of the threads. Operations of products are exact, others
      approximate (1 for an elementary function); bytes are what the operands occupy, each once. A kernel faster than memory
      finds its operands in the cache."
    `)
  })

  it('says what the operations and the roof of a convolution with fewer products are', () => {
    if (!roofline.roofline) throw new Error('expected a roofline')
    const rows = [row('conv', 5, 3, { operations: 9e8, leastOperations: 2.25e8 })]
    const text = rooflineText({ ...roofline, roofline: { ...roofline.roofline, rows } }, 'resnet')
    expect(text).toContain(
      "by the direct sum's operations; the roof of those by Winograd's algorithm is that of its own",
    )
    expect(rooflineText(roofline, 'mlp')).not.toContain('Winograd')
  })

  it('says that it was stopped', () => {
    expect(rooflineText({ ...roofline, roofline: null }, 'mlp')).toBe('Stopped: there is no roofline.')
  })
})
