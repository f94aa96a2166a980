/** Tests the command `prescribe`: its answer, its JSON, the command that it prints, and its errors. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { isobath, isobathJson, saidOn } from '../support/command-line.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const home = process.cwd()

beforeAll(() => {
  process.chdir(root)
  return () => process.chdir(home)
})

const scores = z.object({ loss: z.number().nullable(), error: z.number().nullable() })
const means = z.object({ train: scores, test: scores })
const answer = z.object({
  network: z.string(),
  before: means,
  cures: z.array(
    z.object({
      name: z.string(),
      rate: z.number(),
      command: z.string().array(),
      network: z.string(),
      words: z.string(),
      after: means,
      seeds: z.number(),
      seconds: z.number(),
    }),
  ),
  finalists: z.array(
    z.object({
      name: z.string(),
      rate: z.number(),
      runs: z.array(z.object({ seed: z.number(), train: scores })),
    }),
  ),
  candidates: z.array(z.object({ name: z.string(), state: z.string(), reason: z.string() })),
})

const training = '--data glyphs --samples 300 --steps 60 --batch 50 --rate 0.03'
const search = '--seeds 3 --budget 1h'

describe('A prescription for a network of 20 layers that does not train', () => {
  it('names a change, and the printed command trains as the answer promised', async () => {
    const words = `prescribe mlp:width=12,activation=sigmoid --depth 20 ${training} ${search} --run deep`
    const { network, before, cures, candidates, finalists } = answer.parse(await isobathJson(words))
    expect(network).toBe('mlp:width=12,activation=sigmoid,depth=20')
    expect(before.train.error).toBeGreaterThan(0.8)
    const [best] = cures
    expect(best.after.train.error).toBeLessThan(0.8)
    expect(best.seeds).toBe(3)
    expect(candidates[0]).toMatchObject({ name: 'network' })
    expect(candidates.find(({ name }) => name === best.name)?.state).toBe('better')
    expect(best.command.slice(0, 2)).toEqual(['train', best.network])
    expect(best.command.join(' ')).toContain('--data glyphs --samples 300')
    expect(best.command.join(' ')).not.toMatch(/--depth|--budget|--seeds|--run|--json/)
    const trained = z.object({ train: scores }).parse(await isobathJson(best.command.join(' ')))
    // The command without a seed repeats the training of the final with the seed 0, to the last bit.
    const own = finalists.find(({ name, rate }) => name === best.name && rate === best.rate)
    expect(trained.train).toMatchObject(own?.runs.find(({ seed }) => seed === 0)?.train ?? {})
    expect(own?.runs.map(({ seed }) => seed)).toEqual([0, 1, 2])

    const again = await isobath('prescribe --resume deep --report page.html --figure picture.svg')
    expect(again.status).toBe(0)
    const text = again.stdout.replaceAll(/\s+/g, ' ')
    expect(text).toMatch(
      /\. With this change, the training error falls from .* to .*, and the test error from .* to .* \(3 seeds\)\./,
    )
    expect(text).toContain('Train the network with this change:')
    expect(text).toContain('as given')
    expect(readFileSync('page.html', 'utf8')).toContain('Error of the finalists')
    expect(readFileSync('picture.svg', 'utf8')).toMatch(/^<svg/)
    expect(existsSync('deep/report.html')).toBe(true)
  })

  it('shows a line for each candidate on stderr, and says why a candidate was dropped', async () => {
    const { stderr } = await isobath(
      `prescribe mlp:depth=6,width=4,activation=sigmoid --data moons --samples 60 --steps 12 ${search}`,
    )
    expect(stderr).toMatch(/changes and the network race, in trainings of up to 12 steps: about /)
    expect(stderr).toMatch(/^network, short trainings: .* \(\d+ of \d+ done\)$/m)
    expect(stderr).toMatch(/^Dropped: .*, training loss .* at its best rate .*, against .*\.$/m)
    expect(stderr).toMatch(/^network at .*, final: /m)
  })
})

describe('Wrong input of prescribe', () => {
  it('gives one clear error with exit status 2', async () => {
    writeFileSync('flat.json', JSON.stringify({ kind: 'chain', layers: [{ kind: 'dense', width: 10 }] }))
    const said = [
      await isobath('prescribe'),
      await isobath('prescribe mlp:depth=4'),
      await isobath('prescribe mlp:depth=4 --data glyphs --seeds 2'),
      await isobath('prescribe mlp:depth=4 --data glyphs --budget soon'),
      await isobath('prescribe mlp:depth=4 --data glyphs --rate 0'),
      await isobath('prescribe mlp:widths=4-4 --data glyphs --depth 9'),
      await isobath('prescribe flat.json --data glyphs --depth 9'),
      await isobath('prescribe mlp:depth=4 --data glyphs --evaluate-every 5'),
    ]
    expect(said.map(({ status }) => status)).toEqual(said.map(() => 2))
    expect(saidOn(said, root)).toMatchInlineSnapshot(`
      "isobath: missing required argument 'network'
      (isobath prescribe --help lists the options)
      isobath: --data: expected the name of a data set (blobs, cifar-10, csv, glyphs, mnist, moons, sawtooth, spirals, teacher, tiles), got none. Give a name, such as --data glyphs.
      isobath: option '--seeds <n>' argument '2' is invalid. Expected a whole number of at least 3.
      (isobath prescribe --help lists the options)
      isobath: option '--budget <time>' argument 'soon' is invalid. Expected a time such as 90s, 2m or 1h.
      (isobath prescribe --help lists the options)
      isobath: --rate: expected a rate above 0 to search around, got the rate 0. Choose another rate, or leave the option out.
      isobath: mlp:widths=4-4: expected depth and width, got widths. Replace the option widths by width, so that the depth can be changed.
      isobath: --depth: expected a network with repeated layers, got a network of 1 layer without any. Leave the depth out, or write the network at this depth.
      isobath: unknown option '--evaluate-every'
      (isobath prescribe --help lists the options)
      "
    `)
  })
})
