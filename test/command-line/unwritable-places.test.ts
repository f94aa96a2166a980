/** Places that can't be written: each gives one message and an exit status before long work, and leaves no file. */
import { existsSync, writeFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { isobath } from '../support/command-line.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const home = process.cwd()

/** A training with few steps on few points. Each test adds the options that it tests. */
const quick = 'mlp:depth=2,width=8 --data moons --samples 64 --steps 12'

beforeAll(() => {
  process.chdir(root)
  return () => process.chdir(home)
})

describe('a place that can not be written', () => {
  it('gives exit status 1 before long work, and leaves no file behind', async () => {
    writeFileSync('file', '')
    const said: string[] = []
    for (const words of [
      `train ${quick} --run file`,
      `train ${quick} --run file/below`,
      'init mlp --out file/below/w.safetensors',
      'compare mlp --data moons --report file/below/report.html',
      'start --report file/report.html',
    ]) {
      const { status, stdout, stderr } = await isobath(words)
      expect(stdout).toBe('')
      said.push(`${words}\n${stderr}${status}`)
    }
    expect(`\n${said.join('\n\n')}\n`).toMatchInlineSnapshot(`
      "
      train mlp:depth=2,width=8 --data moons --samples 64 --steps 12 --run file
      training: 0 of 12 steps (0%)
      isobath: file: can't be written (it is a file, not a folder). Choose another place.
      1

      train mlp:depth=2,width=8 --data moons --samples 64 --steps 12 --run file/below
      training: 0 of 12 steps (0%)
      isobath: file/below: can't be written (it is a file, not a folder). Choose another place.
      1

      init mlp --out file/below/w.safetensors
      isobath: file/below: can't be written (it is a file, not a folder). Choose another place.
      1

      compare mlp --data moons --report file/below/report.html
      isobath: file/below: can't be written (it is a file, not a folder). Choose another place.
      1

      start --report file/report.html
      isobath: file: can't be written (it is a file, not a folder). Choose another place.
      1
      "
    `)
    expect(existsSync('file/below')).toBe(false)
  })
})
