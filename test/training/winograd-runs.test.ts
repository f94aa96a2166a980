/**
 * Tests of runs with and without Winograd's algorithm: their differences, their stored mode, and refused changes of
 * mode.
 */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  batchNorm,
  chain,
  compare,
  conv,
  dense,
  evaluate,
  globalAveragePool,
  predict,
  type Run,
  readRun,
  relu,
  repeat,
  residual,
  resume,
  sgd,
  tiles,
  train,
} from '../../src/index.ts'
import { isobath, isobathJson, saidOn } from '../support/command-line.ts'
import { laterRefusal } from '../support/refusal.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const place = (name: string): string => join(root, name)
const data = tiles({ seed: 1, train: 32, test: 16 })
const network = chain(
  conv(16, { stride: 4 }),
  repeat(2, residual(chain(conv(16), batchNorm(), relu()))),
  globalAveragePool(),
  dense(10),
)
const recipe = { data, steps: 6, batch: 16, seed: 5, threads: 1, optimizer: sgd({ rate: 0.05 }) } as const
const lossesOf = ({ losses }: Pick<Run, 'losses'>): number[] => losses.map(({ loss }) => loss)

const descriptionSchema = z.looseObject({ mode: z.looseObject({}) })
const descriptionOf = (name: string) =>
  descriptionSchema.parse(JSON.parse(readFileSync(join(place(name), 'run.json'), 'utf8')))

/** Starts a run and stops it after two steps. */
async function begin(name: string, winograd?: boolean): Promise<void> {
  const stop = new AbortController()
  const observe = (): void => stop.abort()
  await train(network, {
    ...recipe,
    winograd,
    run: place(name),
    abort: stop.signal,
    observers: [{ every: 2, observe }],
  })
}

let usual: Run
let direct: Run
beforeAll(async () => {
  usual = await train(network, { ...recipe, run: place('usual') })
  direct = await train(network, { ...recipe, winograd: false, run: place('direct') })
})

describe('training:', () => {
  it("convolutions have other bits without Winograd's algorithm, and nearly the same losses", async () => {
    expect(direct.weightsSha256).not.toBe(usual.weightsSha256)
    expect(lossesOf(direct)).toHaveLength(lossesOf(usual).length)
    lossesOf(direct).forEach((loss, step) => {
      expect(Math.abs(loss - lossesOf(usual)[step])).toBeLessThan(1e-4)
    })
    const chosen = await train(network, { ...recipe, winograd: true })
    expect(chosen.weightsSha256).toBe(usual.weightsSha256)
  })

  it("dense layers have the same bits with and without Winograd's algorithm", async () => {
    const dense64 = chain(dense(64), relu(), dense(10))
    const [one, other] = await Promise.all(
      [true, false].map((winograd) => train(dense64, { ...recipe, steps: 2, winograd })),
    )
    expect(one.weightsSha256).toBe(other.weightsSha256)
  })

  it('compare trains in the requested mode', async () => {
    const families = [{ name: 'small', label: 'small', ofDepth: () => network }]
    const { threads, seed, ...options } = recipe
    const { rows } = await compare(families, { ...options, winograd: false, depths: [2], seeds: [seed] })
    expect(rows[0].weightsSha256).toBe(direct.weightsSha256)
  })
})

describe('run folders:', () => {
  it("a run stores whether its convolutions use Winograd's algorithm", async () => {
    expect(descriptionOf('usual').mode).toEqual({ precision: 'float32', exact: false, winograd: true })
    expect(descriptionOf('direct').mode).toEqual({ precision: 'float32', exact: false, winograd: false })
    expect([await readRun(place('usual')), await readRun(place('direct'))]).toMatchObject([
      { winograd: true },
      { winograd: false },
    ])
  })

  it("a run resumes in its own mode, with or without Winograd's algorithm", async () => {
    await begin('usual-begun')
    await begin('direct-begun', false)
    expect((await resume(place('usual-begun'), { data })).weightsSha256).toBe(usual.weightsSha256)
    expect((await resume(place('direct-begun'), { data, winograd: false })).weightsSha256).toBe(direct.weightsSha256)
  })

  it("a run from a version without Winograd's algorithm resumes without the algorithm", async () => {
    await begin('old', false)
    const { checksum: _, mode, ...rest } = descriptionOf('old')
    const { winograd, ...before } = mode
    expect(winograd).toBe(false)
    // The checksum covers the text, so the keys must be in the order of an older file.
    const content = Object.fromEntries(
      Object.keys(descriptionOf('old')).flatMap((key) =>
        key === 'checksum' ? [] : [[key, key === 'mode' ? before : rest[key]]],
      ),
    )
    const checksum = createHash('sha256').update(JSON.stringify(content)).digest('hex')
    writeFileSync(join(place('old'), 'run.json'), JSON.stringify({ ...content, checksum }))
    expect(await readRun(place('old'))).toMatchObject({ winograd: false })
    expect((await resume(place('old'), { data })).weightsSha256).toBe(direct.weightsSha256)
  })

  it('a run cannot be resumed in the other mode, before or after its last step', async () => {
    await begin('kept')
    const said = [
      await laterRefusal(() => resume(place('kept'), { data, winograd: false })),
      await laterRefusal(() => resume(place('usual'), { data, winograd: false })),
      await laterRefusal(() => resume(place('direct'), { data, winograd: true })),
    ]
    expect(said.join('\n').replaceAll(root, 'ROOT')).toMatchInlineSnapshot(`
      "IsobathError: ROOT/kept: expected convolutions with Winograd's algorithm, as in the run, got convolutions without Winograd's algorithm. A run keeps its mode: leave the option out.
      IsobathError: ROOT/usual: expected convolutions with Winograd's algorithm, as in the run, got convolutions without Winograd's algorithm. A run keeps its mode: leave the option out.
      IsobathError: ROOT/direct: expected convolutions without Winograd's algorithm, as in the run, got convolutions with Winograd's algorithm. A run keeps its mode: leave the option out."
    `)
  })
})

describe('scores and predictions:', () => {
  it('evaluate and predict use the requested mode, and the mode of a run reproduces its scores', async () => {
    const { weights, statistics } = await readRun(place('direct'))
    const options = { data, threads: 1, weights, statistics }
    const scoresOf = (winograd: boolean) => evaluate(network, { ...options, winograd })
    expect(await scoresOf(false)).toEqual({ train: direct.train, test: direct.test })
    expect(await scoresOf(true)).not.toEqual(await scoresOf(false))
    const valuesOf = async (winograd: boolean) => (await predict(network, { ...options, winograd })).values
    expect(await valuesOf(true)).not.toEqual(await valuesOf(false))
  })
})

describe('the command line', () => {
  const words = 'cifar-resnet-8 --data tiles --samples 32 --steps 2 --batch 16 --threads 1'

  it("accepts --no-winograd, except for a run that began with Winograd's algorithm", async () => {
    const [withIt, without] = [
      await isobathJson(`train ${words} --run ${place('cli')}`),
      await isobathJson(`train ${words} --no-winograd --run ${place('cli-direct')}`),
    ]
    expect(without.weightsSha256).not.toBe(withIt.weightsSha256)
    expect(descriptionOf('cli-direct').mode).toMatchObject({ winograd: false })
    const again = await isobathJson(`train --resume ${place('cli-direct')} --no-winograd`)
    expect(again.weightsSha256).toBe(without.weightsSha256)
    const refused = await isobath(['train', '--resume', place('cli'), '--no-winograd'])
    // The scores of a run are computed in the run's mode, unless the command requests another mode.
    const scores = await isobathJson(`evaluate ${place('cli-direct')}`)
    expect(scores).toMatchObject({ train: without.train, test: without.test })
    expect((await isobathJson(`evaluate ${place('cli')}`)).test).toEqual(withIt.test)
    expect((await isobathJson(`evaluate ${place('cli')} --no-winograd`)).test).not.toEqual(withIt.test)
    expect({ ...refused, stderr: saidOn([refused], root) }).toMatchInlineSnapshot(`
      {
        "status": 2,
        "stderr": "isobath: ROOT/cli: expected convolutions with Winograd's algorithm, as in the run, got convolutions without Winograd's algorithm. A run keeps its mode: leave the option out.
      ",
        "stdout": "",
      }
    `)
  })

  it('names precision and mode in the report of a comparison', async () => {
    const report = place('report.html')
    const small = 'compare mlp:width=4 --depths 1 --seeds 1 --data moons --samples 32 --steps 1'
    const said = []
    for (const choice of ['', ' --no-winograd', ' --exact --no-winograd']) {
      expect((await isobath(`${small}${choice} --report ${report}`)).status).toBe(0)
      said.push(/float32[^<]*/.exec(readFileSync(report, 'utf8'))?.[0])
    }
    const without = 'without Winograd&#39;s algorithm'
    expect(said).toEqual(['float32', `float32, ${without}`, `float32, exact, ${without}`])
  })

  it("shows kernels with and without Winograd's algorithm", async () => {
    const [shown, without] = [
      await isobath('show kernels cifar-resnet-8'),
      await isobath('show kernels cifar-resnet-8 --no-winograd'),
    ]
    expect(shown.stdout).toContain('conv (winograd 4x4)')
    expect(without.stdout).toContain('conv+partialStatistics ')
    expect(without.stdout).not.toContain('winograd')
    expect((await isobath('show plan cifar-resnet-8')).stdout).toMatch(/^ +conv \(winograd 4x4\).*: #/m)
  })
})
