/** Tests `isobath bench` as a user runs it, on its quickest rows. The tests check no figures. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { isobath, isobathJson } from '../support/command-line.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()

it('bench prints its rows as a table, below a line about the machine', async () => {
  const { status, stdout } = await isobath('bench --quick --only code --peer pytorch --python /no/such/python3')
  expect(status).toBe(0)
  expect(stdout).toMatch(
    /Node \d+\.\d+\.\d+, load [\d.]+ before, [\d.]+ after; \d+ threads?, quick mode: the figures are rough/,
  )
  expect(stdout).toMatch(
    /^PyTorch doesn't run here \(\/no\/such\/python3: .*\)\. .* The bench measured Isobath alone\.$/m,
  )
  expect(stdout).toMatch(/^code, depth 10,000 over 10 .* bytes .* bytes +1\.\d\d .* ≤ 1\.2 +≤ 1 +yes|beyond$/m)
})

it('bench --out writes the same JSON document to a file as --json prints', async () => {
  const file = join(root, 'results', 'bench.json')
  const document = await isobathJson(`bench --quick --only code --out ${file}`)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(document)
  const [row] = document.rows as unknown[]
  expect(row).toMatchObject({ name: 'code, depth 10,000 over 10', unit: 'bytes', peer: null, against: 'shallow' })
  for (const field of ['ours', 'ratio', 'spread', 'ratios', 'bar', 'reached']) expect(row).toHaveProperty(field)
})

it('bench --roofline prints the roofline of a network for the given input and batch', async () => {
  const { status, stdout } = await isobath('bench --quick --roofline mlp:depth=2,width=8 --data moons --batch 32')
  expect(status).toBe(0)
  expect(stdout).toContain('mlp:depth=2,width=8, input 2, batch 32: a training step')
  expect(stdout).toMatch(/^waiting at barriers/m)
  expect(stdout).toMatch(/^total .* 100%/m)
  const { roofline } = await isobathJson('bench --quick --roofline mlp:depth=2,width=8')
  expect(roofline).toMatchObject({ precision: 'float32', rows: expect.any(Array), peaks: expect.any(Object) })
})

it.each([
  ['bench --peer tensorflow', /argument 'tensorflow' is invalid. Allowed choices are pytorch, jax-js./],
  ['bench --quick --only lstm', /--only: expected a part of a row's name \(.*ResNet-20, batch 128.*\), got "lstm"/],
  ['bench --batch 3', /--batch: expected --roofline NETWORK as well/],
  ['bench --data moons', /--data: expected --roofline NETWORK as well/],
  ['bench --roofline mlp --only GEMM', /'--roofline <network>' cannot be used with option '--only <text>'/],
  ['bench --rounds 0', /Expected a whole number of at least 1/],
])('the command "%s" is refused', async (words, message) => {
  const { status, stdout, stderr } = await isobath(words)
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr).toMatch(message)
})

it('bench leaves no file behind if the network is wrong', async () => {
  const folder = join(root, 'none')
  const { status, stderr } = await isobath(`bench --roofline mlpp --out ${join(folder, 'bench.json')}`)
  expect({ status, isThere: existsSync(folder) }).toEqual({ status: 2, isThere: false })
  expect(stderr).toContain('mlpp')
})
