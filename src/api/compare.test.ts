import { describe, expect, it } from 'vitest'
import { laterRefusal } from '../../test/support/refusal.ts'
import { fewPoints, preset } from '../../test/support/tiny-training.ts'
import { spirals } from '../data/planar.ts'
import { compare, type NetworkFamily } from './compare.ts'
import { train } from './train.ts'

const family = (name: string): NetworkFamily => ({
  name,
  label: name,
  ofDepth: (depth) => preset(`${name}:width=8,depth=${depth}`),
})
const options = { data: fewPoints, depths: [1, 3], seeds: [0, 1], steps: 15, batch: 16 }

describe('compare', () => {
  it('gives a row for each network, depth and seed, with the same results as train', async () => {
    const { rows, sentence, interrupted } = await compare([family('mlp'), family('residual-mlp')], options)
    expect(rows.map(({ network, depth, seed }) => `${network} ${depth} ${seed}`)).toEqual([
      'mlp 1 0',
      'mlp 1 1',
      'mlp 3 0',
      'mlp 3 1',
      'residual-mlp 1 0',
      'residual-mlp 1 1',
      'residual-mlp 3 0',
      'residual-mlp 3 1',
    ])
    const alone = await train(preset('residual-mlp:width=8,depth=3'), {
      data: fewPoints,
      steps: 15,
      batch: 16,
      seed: 1,
    })
    expect(rows[7]).toMatchObject({ train: alone.train, test: alone.test, weightsSha256: alone.weightsSha256 })
    expect(rows[7].losses).toEqual(alone.losses)
    expect(interrupted).toBe(false)
    expect(sentence).toContain("One or two seeds can't tell")
  })

  it('reports all trainings first, and then the start, the steps and the end of each training', async () => {
    const reported: string[] = []
    await compare([family('mlp')], {
      ...options,
      onEvent: (event) => {
        if (event.kind === 'planned') {
          reported.push(`${event.trials.length} trials of ${event.trials[0].settings.steps} steps`)
          return
        }
        if (event.kind === 'note' || event.kind === 'fact') return
        const { depth, seed } = event.trial
        reported.push(`${depth} ${seed}: ${event.kind === 'progress' ? event.done : event.kind}`)
      },
    })
    expect(reported[0]).toBe('4 trials of 15 steps')
    for (const trial of ['1 0', '1 1', '3 0', '3 1']) {
      const own = reported.filter((line) => line.startsWith(trial))
      const said = ['started', '0', '15', 'finished'].map((what) => `${trial}: ${what}`)
      expect([...own.slice(0, 2), ...own.slice(-2)]).toEqual(said)
    }
  })

  it('trains the remaining networks after a training that diverges', async () => {
    const wild: NetworkFamily = {
      name: 'wild',
      label: 'wild',
      ofDepth: (depth) => preset(`residual-mlp:width=8,multiplier=1e4,depth=${20 * depth}`),
    }
    const { rows, sentence } = await compare([wild, family('mlp')], { ...options, depths: [1, 2], seeds: [0] })
    expect(rows.map(({ diverged }) => diverged?.step ?? null)).toEqual([0, 0, null, null])
    expect(rows[0].signal).toMatch(/^the signal explodes by layer/)
    expect(rows[0].train).toMatchObject({ loss: null, error: null, accuracy: null })
    expect(sentence).toMatch(
      /^The wild network of 1 layer diverged with 1 of 1 seeds\. The shallower network itself diverged/,
    )
  })

  it('stops in the middle of a training, and returns the rows of the finished trainings', async () => {
    const stop = new AbortController()
    const { rows, interrupted } = await compare([family('mlp')], {
      ...options,
      steps: 2000,
      threads: 1,
      abort: stop.signal,
      onEvent: (event) => {
        // The deeper networks are trained first. The comparison is aborted in the middle of a shallow network's
        // training.
        if (event.kind === 'progress' && event.trial.depth === 1 && event.done > 0) stop.abort()
      },
    })
    expect(rows.map(({ depth }) => depth)).toEqual([3, 3])
    expect(interrupted).toBe(true)
  })

  it('refuses a family that is no object with name, label and ofDepth', async () => {
    const attempt = compare(JSON.parse('["mlp"]'), options)
    await expect(attempt).rejects.toThrow(/^compare: expected families such as .*, got "mlp"\.$/)
  })

  it('refuses a rate to try that float32 rounds to 0', async () => {
    expect(await laterRefusal(() => compare([family('mlp')], { ...options, rates: [0.1, 1e-50] }))).toBe(
      "IsobathError: rates: expected numbers above 0, got 1e-50, which float32 can't hold. Give a number of at least 1.2e-38.",
    )
  })

  it('ends all trainings when a callback throws an error', async () => {
    const failing = compare([family('mlp')], {
      ...options,
      steps: 100_000,
      threads: 2,
      onEvent: (event) => {
        if (event.kind === 'progress' && event.trial.seed === 1 && event.done > 0) throw new Error('the disk is full')
      },
    })
    await expect(failing).rejects.toThrow('the disk is full')
  })

  it('refuses invalid families, depths, seeds, steps and data before anything is trained', async () => {
    let events = 0
    const onEvent = (): void => void events++
    const said = [
      await laterRefusal(() => compare([], { ...options, onEvent })),
      await laterRefusal(() => compare([family('mlp')], { ...options, depths: [], onEvent })),
      await laterRefusal(() => compare([family('mlp')], { ...options, seeds: [], onEvent })),
      await laterRefusal(() => compare([family('mlp')], { ...options, steps: 0, onEvent })),
      await laterRefusal(() => compare([family('mlp')], { ...options, seeds: [0, -1], onEvent })),
      await laterRefusal(() => compare([family('mlp')], { ...options, seeds: [0, 0, 0], onEvent })),
      await laterRefusal(() => compare([family('mlp')], { ...options, depths: [1, 1.5], onEvent })),
      await laterRefusal(() => compare([family('mlp')], { ...options, depths: [2, 2], onEvent })),
      await laterRefusal(() => compare([{ ...family('mlp'), name: '' }], { ...options, onEvent })),
      await laterRefusal(() =>
        compare([family('mlp')], { ...options, data: spirals({ classes: 3, train: 9, test: 9 }), onEvent }),
      ),
    ]
    expect(said.join('\n')).toMatchInlineSnapshot(`
      "IsobathError: compare: expected families such as { name: 'mlp', label: 'plain', ofDepth: (depth) => chain(repeat(depth, dense(64)), dense(10)) }, got an empty list.
      IsobathError: depths: expected different whole numbers of at least 0, such as [4, 16], got an empty list.
      IsobathError: seeds: expected different whole numbers of at least 0, such as [0, 1, 2], got an empty list.
      IsobathError: steps: expected a whole number of at least 1, got 0.
      IsobathError: seeds: expected different whole numbers of at least 0, such as [0, 1, 2], got [0, -1].
      IsobathError: seeds: expected different whole numbers of at least 0, such as [0, 1, 2], got [0, 0, 0].
      IsobathError: depths: expected different whole numbers of at least 0, such as [4, 16], got [1, 1.5].
      IsobathError: depths: expected different whole numbers of at least 0, such as [4, 16], got [2, 2].
      IsobathError: compare: expected families such as { name: 'mlp', label: 'plain', ofDepth: (depth) => chain(repeat(depth, dense(64)), dense(10)) }, got an object.
      IsobathError: output: expected 3 values, one for each class of spirals, got 2. Set the last dense layer's width to 3. If the network should reproduce its inputs, use target: "autoencode"."
    `)
    expect(events).toBe(0)
  })
})
