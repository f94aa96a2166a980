/** Tests losses and small classes on the command line, with a table in which 5% of the rows have the class `yes`. */
import { writeFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../src/support/random.ts'
import { isobath, isobathJson } from '../support/command-line.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const home = process.cwd()

/** Makes a table with five numbers and a label, which is `yes` in the 5% of the rows with the largest hidden score. */
function rare(rows: number): string {
  const random = createRandom(1, 'rare')
  const all = Array.from({ length: rows }, () => {
    const x = Array.from({ length: 5 }, () => random.normal())
    return { x, score: x[0] + 0.7 * x[1] * x[2] + 0.5 * random.normal() }
  })
  const limit = all.map(({ score }) => score).sort((one, other) => other - one)[rows / 20]
  const lines = all.map(
    ({ x, score }) => `${x.map((value) => value.toFixed(4)).join(',')},${score > limit ? 'yes' : 'no'}`,
  )
  return `a,b,c,d,e,label\n${lines.join('\n')}\n`
}

beforeAll(() => {
  process.chdir(root)
  writeFileSync('rare.csv', rare(3000))
  return () => process.chdir(home)
})

/** Trains on the table, and counts how many rows of each class are predicted right in the test set. */
async function rightByClass(run: string, options: string) {
  const { status, stderr } = await isobath(
    `train mlp:depth=2,width=16 --data rare.csv --epochs 5 --run ${run} ${options}`,
  )
  expect(status, stderr).toBe(0)
  const { predictions } = await isobathJson(`predict ${run}`)
  const rows = (predictions as { expected: string; predicted: string; probabilities: number[] }[]).slice()
  const of = (label: string) => rows.filter(({ expected }) => expected === label)
  const right = (label: string) => of(label).filter(({ predicted }) => predicted === label).length / of(label).length
  return { yes: right('yes'), no: right('no'), sums: rows.map(({ probabilities: [no, yes] }) => no + yes) }
}

describe('a table with 5% positives', () => {
  it.each(['--loss binary-cross-entropy', '--loss cross-entropy'])(
    '%s finds more positives with class weights and with balanced sampling, at the price of false alarms',
    async (loss) => {
      const name = loss.slice(7)
      const plain = await rightByClass(`plain-${name}`, loss)
      const weighted = await rightByClass(`weighted-${name}`, `${loss} --class-weights balanced`)
      const balanced = await rightByClass(`balanced-${name}`, `${loss} --order balanced`)
      for (const sum of plain.sums) expect(sum).toBeCloseTo(1, 12)
      for (const other of [weighted, balanced]) {
        expect(other.yes).toBeGreaterThan(plain.yes + 0.2)
        expect(other.no).toBeLessThan(plain.no)
        expect(other.no).toBeGreaterThan(0.8)
      }
    },
  )

  it('a preset has one output, and the table of predictions has a column for each class', async () => {
    const { stdout } = await isobath('predict plain-binary-cross-entropy')
    expect(stdout.split('\n')[0]).toBe('sample,expected,predicted,probability of no,probability of yes')
    const { test, settings } = await isobathJson('evaluate plain-binary-cross-entropy')
    expect({ test, settings }).toMatchObject({
      test: { error: expect.any(Number) },
      settings: { loss: 'binary-cross-entropy' },
    })
    const written = await isobath('predict plain-binary-cross-entropy --data rare.csv --out all.csv')
    expect(written.status, written.stderr).toBe(0)
  })

  it('a learning curve has the same single output', async () => {
    const words = 'train mlp:depth=1,width=4 --data rare.csv --steps 5 --curve samples --loss binary-cross-entropy'
    const { curve } = await isobathJson(words)
    expect(curve).toMatchObject({ points: [{ samples: 300 }, { samples: 600 }, { samples: 1200 }, { samples: 2400 }] })
  })

  it('the text and the JSON of a training say that the loss absorbs a sigmoid', async () => {
    const layers = [
      { kind: 'dense', width: 1, bias: true, init: { kind: 'zeros' } },
      { kind: 'activation', function: 'sigmoid' },
    ]
    writeFileSync('sigmoid.json', JSON.stringify({ kind: 'chain', layers }))
    const command = 'train sigmoid.json --data rare.csv --steps 3 --loss binary-cross-entropy'
    expect((await isobath(command)).stdout).toContain('computes the sigmoid at the end of the network itself')
    expect((await isobathJson(command)).notes).toHaveLength(1)
  })

  it('training, comparison and diagnosis say that the sizes of the classes are corrected twice', async () => {
    const twice = /corrects for the sizes of the classes twice.* counts \d+ times as much .*Leave the class weights/
    const one = '--data rare.csv --class-weights balanced --steps 3 --threads 1'
    const both = `${one} --order balanced`
    const { stdout } = await isobath(`train mlp:depth=1,width=4 ${both} --run twice`)
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(twice)
    expect((await isobathJson(`train mlp:depth=1,width=4 ${one}`)).notes).toEqual([])
    const compared = await isobath(`compare mlp:width=4 --depths 1 --seeds 1 ${both}`)
    expect(compared.stderr).toMatch(twice)
    for (const words of [`mlp:depth=1,width=4 --seeds 1 ${both}`, 'twice --seeds 1 --threads 1']) {
      const { notes } = await isobathJson(`diagnose ${words}`)
      expect(notes).toContainEqual(expect.stringMatching(twice))
    }
  })
})
