/** `predict`, as a user runs it: on a run with words for labels, on new rows of the table, and on a weights file. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { isobath, isobathJson } from './support/command-line.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const root = temporaryFolder()
const run = join(root, 'run')
const table = join(root, 'flowers.csv')

beforeAll(async () => {
  const rows = Array.from(
    { length: 60 },
    (_, row) => `${row % 20},${(row * 7) % 11},${row % 20 < 10 ? 'rose' : 'lily, tall'}`,
  )
  const quoted = rows.map((row) => row.replace('lily, tall', '"lily, tall"'))
  writeFileSync(table, `length,width,flower\n${quoted.join('\n')}\n`)
  await isobathJson(`train mlp:depth=1,width=8 --data ${table} --steps 150 --run ${run}`)
})

describe('predict', () => {
  it('prints a table with the names of the classes', async () => {
    const { status, stdout } = await isobath(['predict', run])
    const [head, ...lines] = stdout.trimEnd().split('\n')
    expect(status).toBe(0)
    expect(head).toBe('sample,expected,predicted,"probability of lily, tall",probability of rose')
    expect(lines).toHaveLength(12)
    expect(lines.every((line) => /^\d+,(rose|"lily, tall"),(rose|"lily, tall"),[\d.e-]+,[\d.e-]+$/.test(line))).toBe(
      true,
    )
  })

  it('takes new rows, which are standardised as the training was', async () => {
    const rows = join(root, 'new.csv')
    writeFileSync(rows, 'length,width,flower\n2,5,rose\n17,5,rose\n')
    const { predictions, task } = await isobathJson(`predict ${run} --test-file ${rows}`)
    expect(task).toBe('classification')
    expect(predictions).toMatchObject([
      { sample: 0, expected: 'rose', predicted: 'rose' },
      { sample: 1, expected: 'rose', predicted: 'lily, tall' },
    ])
    const evaluated = await isobathJson(`evaluate ${run} --test-file ${rows}`)
    expect(evaluated).toMatchObject({ test: { error: 0.5 }, sameData: false })
  })

  it('writes a file, and takes a weights file with its network', async () => {
    const printed = await isobath(['predict', run, '--set', 'train'])
    const words = ['--network', 'mlp:depth=1,width=8', '--data', table, '--set', 'train']
    const out = join(root, 'made', 'predictions.csv')
    const written = await isobath(['predict', join(run, 'checkpoint-150.safetensors'), ...words, '--out', out])
    expect(written.stdout.replace(root, 'ROOT')).toBe('ROOT/made/predictions.csv: 48 predictions, train set of csv\n')
    expect(readFileSync(out, 'utf8')).toBe(printed.stdout)
  })

  it('says what it can not do', async () => {
    mkdirSync(join(root, 'empty'))
    const other = join(root, 'other.csv')
    writeFileSync(other, readFileSync(table, 'utf8').replaceAll('rose', 'aster'))
    const said = [
      await isobath(['predict', join(root, 'empty')]),
      await isobath(['predict', run, '--set', 'validation']),
      await isobath(['predict', run, '--data', 'glyphs']),
      await isobath(['evaluate', run, '--data', other]),
      await isobath(['predict', run, '--out', '/proc/predictions/p.csv']),
    ]
    expect(said.map(({ status }) => status)).toEqual([2, 2, 2, 2, 1])
    expect(
      said
        .map(({ stderr }) => stderr)
        .join('')
        .replaceAll(root, 'ROOT'),
    ).toMatchInlineSnapshot(`
      "isobath: ROOT/empty: expected a run's folder with run.json in it. Give the folder that train named.
      isobath: set: csv has no samples for validation. Hold some out, or choose train or test.
      isobath: output: expected 10 values, one for each class of glyphs, got 2. Set the last dense layer's width to 10.
      isobath: csv: expected the classes of ROOT/run (lily, tall, rose), got aster, lily, tall. Give rows for a run's network by --test-file, to have them encoded as its own were.
      isobath: /proc/predictions: can't be written (no such file or directory). Free some space or choose another place.
      "
    `)
  })
})
