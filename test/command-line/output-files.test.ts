/** Tests that no command overwrites a file that the user needs, and that no text from a file controls the terminal. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { isobath, saidOn } from '../support/command-line.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const place = (name: string): string => join(root, name)
const table = place('own.csv')
const run = place('run')

/** Name of a class that would set the title and the color of a terminal. */
const hostile = '\u001b]0;pwned\u0007\u001b[31mRED'

beforeAll(async () => {
  const rows = Array.from({ length: 40 }, (_, row) => `${row},${row % 2 === 0 ? hostile : 'plain'}`)
  writeFileSync(table, `length,kind\n${rows.join('\n')}\n`)
  copyFileSync(table, place('test.csv'))
  mkdirSync(place('other'))
  writeFileSync(place('package.json'), '{ "name": "mine" }\n')
  await isobath(`train mlp:depth=1,width=4 --data ${table} --steps 3 --run ${run}`)
  writeFileSync(place('net.json'), JSON.stringify({ kind: 'dense', width: 2 }))
})

const contents = (): string[] =>
  [table, place('test.csv'), place('package.json'), ...readdirSync(run).map((name) => join(run, name))]
    .sort()
    .map((file) => `${file} ${readFileSync(file, 'latin1')}`)

describe('a file to write', () => {
  it('is refused if the command reads it, if it belongs to a run, or if it is of another kind', async () => {
    const before = contents()
    const quick = `--data ${table} --steps 2 --seeds 1`
    const refused = [
      `predict ${run} --data ${table} --out ${table}`,
      `predict ${run} --test-file ${place('test.csv')} --out ${place('other/../test.csv')}`,
      `predict ${run} --out ${place('test.csv')}`,
      `predict ${run} --out ${run}/run.json`,
      `predict ${run} --out ${run}/checkpoint-100.safetensors`,
      `compare mlp:width=4 --depths 1 ${quick} --report ${table}`,
      `compare mlp:width=4 --depths 1 ${quick} --report ${place('package.json')}`,
      `diagnose mlp:depth=2,width=4 ${quick} --report ${place('test.csv')}`,
      `predict ${run} --data ${table} --out ${place('nosuch/../own.csv')}`,
      `compare mlp:width=4 --depths 1 ${quick} --run ${place('new')} --report ${place('new/comparison.json')}`,
      `diagnose mlp:depth=2,width=4 ${quick} --run ${place('new')} --report ${place('other/../new/trials.jsonl')}`,
      `compare mlp:width=4 --depths 1 ${quick} --report ${place('one.svg')} --figure ${place('other/../one.svg')}`,
      `train mlp:width=4 --data ${table} --steps 2 --figure ${place('one.svg')} --probe-figure ${place('one.svg')}`,
      `train mlp:width=4 --data ${table} --steps 2 --probes --probe-figure ${place('pf')} --figure ${place('pf/gradientNorm.svg')}`,
      `init ${place('net.json')} --data ${table} --out ${place('net.json')} --force`,
      `bench --quick --only code --out ${table}`,
      `start --report ${place('package.json')}`,
    ]
    const printed = []
    for (const words of refused) printed.push(await isobath(words))
    expect(printed.map(({ status }) => status)).toEqual(refused.map(() => 2))
    expect(saidOn(printed, root)).toMatchInlineSnapshot(`
      "isobath: --out: this command reads ROOT/own.csv and must not overwrite the file. Choose another file.
      isobath: --out: this command reads ROOT/test.csv and must not overwrite the file. Choose another file.
      isobath: --out: expected a new file, or a table of predictions to overwrite, got the existing file ROOT/test.csv with other contents. Choose another file.
      isobath: --out: ROOT/run/run.json belongs to a stored run. Choose another file.
      isobath: --out: ROOT/run/checkpoint-100.safetensors belongs to a stored run. Choose another file.
      isobath: --report: this command reads ROOT/own.csv and must not overwrite the file. Choose another file.
      isobath: --report: expected a new file, or HTML to overwrite, got the existing file ROOT/package.json with other contents. Choose another file.
      isobath: --report: expected a new file, or HTML to overwrite, got the existing file ROOT/test.csv with other contents. Choose another file.
      isobath: --out: this command reads ROOT/own.csv and must not overwrite the file. Choose another file.
      isobath: --report: ROOT/new/comparison.json belongs to a stored run. Choose another file.
      isobath: --report: ROOT/new/trials.jsonl belongs to a stored run. Choose another file.
      isobath: --figure: another option writes ROOT/one.svg as well. Choose another file.
      isobath: --probe-figure: another option writes ROOT/one.svg as well. Choose another file.
      isobath: --probe-figure: another option writes ROOT/pf/gradientNorm.svg as well. Choose another file.
      isobath: --out: this command reads ROOT/net.json and must not overwrite the file. Choose another file.
      isobath: --out: expected a new file, or JSON to overwrite, got the existing file ROOT/own.csv with other contents. Choose another file.
      isobath: --report: expected a new file, or HTML to overwrite, got the existing file ROOT/package.json with other contents. Choose another file.
      "
    `)
    expect(contents()).toEqual(before)
  })

  it('may replace an earlier file of the same kind', async () => {
    const out = place('predictions.csv')
    for (const _ of [1, 2]) expect(await isobath(`predict ${run} --out ${out}`)).toMatchObject({ status: 0 })
    expect(readFileSync(out, 'utf8')).toMatch(/^sample,expected,predicted,/)
    for (const _ of [1, 2]) {
      expect(await isobath(`predict ${run} --keep length --out ${out}`)).toMatchObject({ status: 0 })
    }
    expect(readFileSync(out, 'utf8')).toMatch(/^length,sample,expected,predicted,/)
  })

  it('has a margin if it is a picture', async () => {
    const file = place('errors.svg')
    await isobath(
      `train mlp:width=4 --data ${table} --steps 4 --evaluate-every 2 --figure ${file} --run ${place('drawn')}`,
    )
    expect(readFileSync(file, 'utf8')).toContain('viewBox="-16 -16 652 362" width="652" height="362"')
  })
})

describe('text from files', () => {
  it('is printed with control characters as codes', async () => {
    const printed = [
      await isobath(`train mlp:depth=1,width=4 --data ${table} --steps 3 --run ${place('again')}`),
      await isobath(`train --resume ${run}`),
      await isobath(`evaluate ${run}`),
    ]
    const all = printed.map(({ stdout, stderr }) => stdout + stderr).join('')
    expect(all).toContain('\\x1b]0;pwned\\x07\\x1b[31mRED')
    expect(all).not.toContain('\u001b]0;')
    expect(all).not.toContain('\u0007')
  })

  it('is unchanged in predictions for other programs, and has codes in predictions for a terminal', async () => {
    const { isTTY } = process.stdout
    try {
      process.stdout.isTTY = false
      expect((await isobath(`predict ${run}`)).stdout).toContain(hostile)
      process.stdout.isTTY = true
      expect((await isobath(`predict ${run}`)).stdout).not.toContain('\u001b')
    } finally {
      process.stdout.isTTY = isTTY
    }
  })
})
