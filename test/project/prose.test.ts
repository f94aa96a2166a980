/** The rules of plain English that a program can check, for docs, comments, messages and identifiers. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { codeTexts, markdownTexts, sentencesOf, wordCount } from '../../scripts/prose/texts.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The longest sentence, in words, and the largest mean of a page. */
const mostWords = 30
const mostMeanWords = 20

/** Files that may have any spelling or word, since they are about old names, or hold texts of other people. */
const exempt: ReadonlySet<string> = new Set([
  'CHANGELOG.md',
  'LICENSE',
  'package-lock.json',
  'scripts/prose/texts.mjs',
  'test/project/prose.test.ts',
  'src/support/renamed.ts',
  'src/support/renamed.test.ts',
  'src/cli/renamed-flags.ts',
  'src/cli/renamed-flags.test.ts',
  // A program as text.
  'src/backends/wasm/thread.ts',

  'test/golden/make_older_folders.mjs',
  'test/runs/older-folders.test.ts',
])

/** Single words that stay as they are, by file, with the reason. */
const exceptions: Readonly<Record<string, readonly string[]>> = {
  // The key of a random stream: another spelling would move the points.
  'src/data/blobs.ts': ['centre'],
  // Here "forwards" is a verb.
  'src/cli/interrupt.ts': ['forwards'],
  'src/cli/interrupt.test.ts': ['forwards'],
  'test/command-line/process.test.ts': ['forwards'],
  // The name of the control in folders of version 0.1.
  'src/runs/trial-line.ts': ['patient'],
  'src/runs/diagnosis-folder.ts': ['patient'],
}

const british = new RegExp(
  [
    '(standard|initial|normal|optim|summar|random|memor|regular|minim|maxim|capital|serial|final|recogn|general|organ|penal|vector|parallel|quant|special|util|synchron|visual|real|stabil|local|emphas|token|parametr|factor|diagonal|orthogonal|central|character|symbol)is(e|es|ed|ing|er|ers|ation|ations|able)\\b',
    'analys(e|ed|es|ing|er)\\b',
    'neighbour|colour|behaviour|favour|flavour|honour|labour|rigour|vapour',
    '\\b(centre|centres|centred|centring|metre|metres|litre|fibre|theatre)\\b',
    'catalogue|judgement|\\bgrey\\b|licence|artefact|manoeuvre|programme\\b|aluminium|cheque\\b|\\bwhilst\\b|\\bspelt\\b|\\blearnt\\b|\\bburnt\\b',
    '(un|mis)?label(led|ling)\\b|modell(ed|ing)\\b|cancell(ed|ing)\\b|travell(ed|ing)\\b|signall(ed|ing)\\b|fuell(ed|ing)\\b',
    '\\b(towards|afterwards|forwards|backwards|inwards|outwards|upwards|downwards)\\b',
    '\\b(defence|offence|practise[ds]?|fulfil|enrol|skilful|ageing|mould|plough|tyre|tyres)\\b',
  ].join('|'),
  'gi',
)

/**
 * Words that the texts once used in place of the field's terms, or that no reader knows. Of medical words, the texts have
 * only diagnosis, cause, control and cure.
 */
const forbidden =
  /\bmanieth\b|\bpatients?\b|\bdiseases?\b|\bill\b|\bsick\b|\b(ill|sick)ness(es)?\b|\bgets? well\b|\bgot well\b|\bfound out\b|\blookers?\b|\bsittings?\b|\bone after the other is one\b|\bgives? back what\b/gi

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter(
    (file) =>
      /\.(ts|mts|mjs|js|md|py|json|jsonl)$/.test(file) &&
      !exempt.has(file) &&
      !/^(test\/golden\/version-|docs\/images\/)/.test(file),
  )

const read = (file: string): string => {
  try {
    return readFileSync(`${root}${file}`, 'utf8')
  } catch {
    // The file was deleted and not yet committed.
    return ''
  }
}

/** Words split at the humps of camelCase, so that identifiers are read too. */
const humps = (text: string): string => text.replace(/([a-z])(?=[A-Z])/g, '$1 ')

function findWords(pattern: RegExp): string[] {
  return files.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, index) =>
        [...humps(line).matchAll(pattern)]
          .map(([word]) => word)
          .filter((word) => !exceptions[file]?.includes(word.toLowerCase()))
          .map((word) => `${file}:${index + 1}: ${word}`),
      ),
  )
}

const isProse = ({ kind }: { kind: string }): boolean => kind === 'paragraph' || kind === 'cell'

/** The sentences of a file whose length is checked, each with its place. */
function sentencesIn(file: string): { readonly sentence: string; readonly place: string }[] {
  const text = read(file)
  const texts = file.endsWith('.md') ? markdownTexts(text).filter(isProse) : codeTexts(text)
  return texts.flatMap((one) =>
    sentencesOf(one.text).map((sentence) => ({
      sentence: sentence.replace(/\s+/g, ' '),
      place: `${file}:${one.line}`,
    })),
  )
}

const tooLong = (file: string): string[] =>
  sentencesIn(file)
    .filter(({ sentence }) => wordCount(sentence) > mostWords)
    .map(({ sentence, place }) => `${place}: ${wordCount(sentence)} words: ${sentence}`)

describe('texts of the project', () => {
  it('have American spelling, in identifiers too', () => {
    expect(findWords(british)).toEqual([])
  })

  it("use the field's words", () => {
    expect(findWords(forbidden)).toEqual([])
  })

  it(`have sentences of at most ${mostWords} words in docs`, () => {
    expect(files.filter((file) => file.endsWith('.md')).flatMap(tooLong)).toEqual([])
  })

  it(`have sentences of at most ${mostWords} words in comments, messages and help texts`, () => {
    const sources = files.filter((file) => /^src\/.*\.ts$/.test(file) && !file.endsWith('.test.ts'))
    expect(sources.flatMap(tooLong)).toEqual([])
  })

  it.each(files.filter((file) => file.endsWith('.md')))(
    `have at most ${mostMeanWords} words a sentence in %s`,
    (file) => {
      const counts = markdownTexts(read(file))
        .filter(({ kind }) => kind === 'paragraph')
        .flatMap(({ text }) => sentencesOf(text).map(wordCount))
      const mean = counts.reduce((sum, count) => sum + count, 0) / Math.max(1, counts.length)
      expect(mean).toBeLessThanOrEqual(mostMeanWords)
    },
  )
})

describe('the check of prose', () => {
  it('finds British spelling inside identifiers, and no word that only looks like it', () => {
    const wordsIn = (text: string): string[] => [...humps(text).matchAll(british)].map(([word]) => word)
    expect(wordsIn('createStandardiser, nearestNeighbour, a centre, towards it')).toEqual([
      'Standardiser',
      'Neighbour',
      'centre',
      'towards',
    ])
    expect(wordsIn('noise, otherwise, precise, promise, elementwise, rise, centered, labeled')).toEqual([])
  })

  it('finds medical words, also inside identifiers', () => {
    const wordsIn = (text: string): string[] => [...humps(text).matchAll(forbidden)].map(([word]) => word)
    expect(wordsIn('patientName, two patients, an ill network, sick, a disease that gets well')).toEqual([
      'patient',
      'patients',
      'ill',
      'sick',
      'disease',
      'gets well',
    ])
    expect(wordsIn('the diagnosis names a cause, a control and a cure; it will fill a pill')).toEqual([])
  })

  it('counts words and ends sentences at full stops that end them', () => {
    expect(sentencesOf('He et al. (2015), eq. 5, say so. See `a.ts`. It is 0.5.')).toEqual([
      'He et al. (2015), eq. 5, say so.',
      'See `a.ts`.',
      'It is 0.5.',
    ])
    expect(wordCount('From 0.12 to 0.34, at a third of the rate.')).toBe(10)
  })

  it('reads comments, messages and paragraphs, and no code', () => {
    const code =
      "// One two.\n// Three.\n/** Four `x`. */\nexport const a = 'five words are in here'\nconst b = 'short'\n"
    expect(codeTexts(code).map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
      'comment: One two.\nThree.',
      'comment: Four X.',
      'message: five words are in here',
    ])
    const page =
      '# Head\n\nText with `code` and [a link](x.md).\n\n    indented code\n\n| a | b |\n|---|---|\n| one cell | two |\n'
    expect(markdownTexts(page).map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
      'heading: Head',
      'paragraph: Text with X and a link.',
      'cell: a',
      'cell: b',
      'cell: one cell',
      'cell: two',
    ])
  })
})
