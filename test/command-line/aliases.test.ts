/** Tests flags and losses under the names of other programs: they mean the same as Isobath's names, without a word. */
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { isobath, isobathJson } from '../support/command-line.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const home = process.cwd()
const quick = 'mlp:depth=1,width=4 --data moons --samples 64 --threads 1'

beforeAll(() => {
  process.chdir(root)
  return () => process.chdir(home)
})

/** A JSON document without its times and folders. */
function lasting(document: Record<string, unknown>): unknown {
  const text = JSON.stringify(document, (key, value) => (/seconds|^run$|memory/i.test(key) ? undefined : value))
  return JSON.parse(text.replaceAll(/runs\/[\w-]+/g, 'RUN'))
}

describe('names of other programs', () => {
  it.each([
    ['--lr 0.1 --batch-size 8', '--rate 0.1 --batch 8'],
    ['--learning-rate=0.2 --loss mse', '--rate=0.2 --loss squared-error'],
    ['--loss=bce', '--loss=binary-cross-entropy'],
    ['--loss ce', '--loss cross-entropy'],
    ['--loss l2', '--loss squared-error'],
    ['--loss mae', '--loss absolute-error'],
    ['--loss l1', '--loss absolute-error'],
    [
      '--optimizer adam --beta1 0.8 --beta2 0.99 --eps 1e-6',
      '--optimizer adam --first-decay 0.8 --second-decay 0.99 --epsilon 1e-6',
    ],
    ['--patience 1 --validation 0.2', '--early-stopping 1 --validation 0.2'],
  ])('train %s gives the JSON of %s', async (given, meant) => {
    const [one, other] = [
      await isobathJson(`train ${quick} --steps 9 ${given}`),
      await isobathJson(`train ${quick} --steps 9 ${meant}`),
    ]
    expect(lasting(one)).toEqual(lasting(other))
    expect(one.weightsSha256).toBe(other.weightsSha256)
  })

  it('the folder, the report and the next command have the names of Isobath', async () => {
    const words = `train ${quick} --steps 4 --lr 3e4 --loss mse --run named --report named.html`
    const { status, stdout } = await isobath(words)
    expect(status).toBe(0)
    expect(stdout).toMatch(/isobath train .*--loss squared-error .*--rate \S+/)
    const page = readFileSync('named.html', 'utf8').replaceAll(/<\/?span>/g, '')
    expect(page).toContain('--rate 3e4 --loss squared-error')
    for (const text of [stdout, page, readFileSync('named/run.json', 'utf8')]) expect(text).not.toMatch(/--lr|\bmse\b/)
  })

  it('compare and diagnose have the same names', async () => {
    const compared = await isobathJson(
      `compare mlp:width=4 --depths 1,2 --seeds 1 --data moons --samples 64 --steps 3 --lr 0.01 --loss bce --run compared`,
    )
    expect(compared.settings).toMatchObject({ loss: 'binary-cross-entropy', optimizer: { rate: 0.01 } })
    expect(JSON.parse(readFileSync('compared/comparison.json', 'utf8')).command.join(' ')).toContain(
      '--rate 0.01 --loss binary-cross-entropy',
    )
    const diagnosed = await isobathJson(`diagnose ${quick} --steps 3 --seeds 1 --lr 0.01 --loss mse --run diagnosed`)
    expect(diagnosed).toHaveProperty('verdict')
    const { settings } = JSON.parse(readFileSync('diagnosed/diagnosis.json', 'utf8'))
    expect(settings).toMatchObject({ loss: 'squared-error', optimizer: { rate: 0.01 } })
  })

  it('evaluate scores with a loss under its short name', async () => {
    await isobath(`train ${quick} --steps 3 --run scored`)
    const { settings, test } = await isobathJson('evaluate scored --loss mse')
    expect(settings).toMatchObject({ loss: 'squared-error' })
    expect(test).toEqual((await isobathJson('evaluate scored --loss squared-error')).test)
  })

  it('a bad value is refused as under the name of Isobath', async () => {
    const lines = [
      '--lr x',
      '--lr -1',
      '--lr',
      '--lr=',
      '--batch-size 0',
      '--patience 0.5',
      '--loss MSE',
      '--loss mean',
      '--loss constructor',
      '--loss=',
      '--loss l2 --huber-delta 1',
      '--optimizer sgd --beta1 0.9',
    ]
    const said: string[] = []
    for (const line of lines) {
      const { status, stderr } = await isobath(`train ${quick} --steps 1 ${line}`)
      said.push(`${line}: ${status} ${stderr.split('\n')[0]}`)
    }
    expect(said.join('\n')).toMatchInlineSnapshot(`
      "--lr x: 2 isobath: option '--rate <number>' argument 'x' is invalid. Expected a number.
      --lr -1: 2 isobath: --rate: expected a number of at least 0, got -1.
      --lr: 2 isobath: --rate: expected a number, got none. Give a value.
      --lr=: 2 isobath: option '--rate <number>' argument '' is invalid. Expected a number.
      --batch-size 0: 2 isobath: option '--batch <n>' argument '0' is invalid. Expected a whole number of at least 1.
      --patience 0.5: 2 isobath: option '--early-stopping <n>' argument '0.5' is invalid. Expected a whole number of at least 1.
      --loss MSE: 2 isobath: option '--loss <name>' argument 'MSE' is invalid. Allowed choices are cross-entropy, binary-cross-entropy, squared-error, absolute-error, huber. Choose a name from the list, or one of the short names ce, bce, mse or l2, mae or l1.
      --loss mean: 2 isobath: option '--loss <name>' argument 'mean' is invalid. Allowed choices are cross-entropy, binary-cross-entropy, squared-error, absolute-error, huber. Choose a name from the list, or one of the short names ce, bce, mse or l2, mae or l1.
      --loss constructor: 2 isobath: option '--loss <name>' argument 'constructor' is invalid. Allowed choices are cross-entropy, binary-cross-entropy, squared-error, absolute-error, huber. Choose a name from the list, or one of the short names ce, bce, mse or l2, mae or l1.
      --loss=: 2 isobath: option '--loss <name>' argument '' is invalid. Allowed choices are cross-entropy, binary-cross-entropy, squared-error, absolute-error, huber. Choose a name from the list, or one of the short names ce, bce, mse or l2, mae or l1.
      --loss l2 --huber-delta 1: 2 isobath: --huber-delta: only the loss huber has this option, got the loss squared-error. Use --loss huber, or leave the option out.
      --optimizer sgd --beta1 0.9: 2 isobath: --first-decay: the optimizer sgd has no such option, got 0.9. Use --optimizer adam, adamw or lion."
    `)
  })

  it('a command without the option refuses the flag as the user typed it', async () => {
    const said: string[] = []
    for (const line of ['count mlp --lr 0.1', 'predict named --learning-rate=0.1', 'diagnose mlp --patience 3']) {
      const { status, stderr } = await isobath(line)
      said.push(`${status} ${stderr.split('\n')[0]}`)
    }
    expect(said.join('\n')).toMatchInlineSnapshot(`
      "2 isobath: unknown option '--lr'
      2 isobath: unknown option '--learning-rate=0.1'
      2 isobath: unknown option '--patience'"
    `)
  })

  it('the help of each flag lists its other names', async () => {
    for (const command of ['train', 'compare', 'diagnose']) {
      const help = (await isobath(`${command} --help`)).stdout.replaceAll(/\s+/g, ' ')
      expect(help).toMatch(/learning rate \(default: [^)]*\); also --lr and --learning-rate/)
      expect(help).toContain('short names: ce, bce, mse or l2, mae or l1')
    }
  })
})
