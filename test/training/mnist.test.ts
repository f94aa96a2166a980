/** Tests of training on MNIST, which are skipped if the files of MNIST are missing. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { isobathJson } from '../support/command-line.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const folder = fileURLToPath(new URL('../../../shared/data/mnist', import.meta.url))
const reason = existsSync(folder) ? '' : ` (skipped: ${folder} does not exist)`

describe.skipIf(reason !== '')(`MNIST${reason}:`, () => {
  const root = temporaryFolder()

  it('a small network learns MNIST in 300 steps to less than 8% errors', async () => {
    const words = `--data mnist --data-dir ${folder}`
    const run = await isobathJson(`train mlp:depth=2,width=128 ${words} --steps 300 --rate 0.05 --run ${root}/run`)
    const { train, test, diverged } = run
    expect(diverged).toBeNull()
    for (const scores of [train, test]) expect(Number(Object(scores).error)).toBeLessThan(0.08)
    expect(await isobathJson(`evaluate ${root}/run`)).toMatchObject({ train, test, sameData: true })
  })
})
