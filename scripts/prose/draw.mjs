/**
 * Draws sentences at random for a reader who does not know the project: 20 of comments, 20 of messages and help texts, and
 * 20 of docs. The seed fixes the draw. With `--context`, each sentence stands at its place: a comment with the code below, a
 * message with the lines around it, and a sentence of docs with its heading and paragraph.
 *
 *     node scripts/prose/draw.mjs [seed] [--context]
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { codeTexts, markdownTexts, sentencesOf, wordCount } from './texts.mjs'

const [seed = '1'] = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const withContext = process.argv.includes('--context')
const folders = ['README.md', 'CONTRIBUTING.md', 'docs', 'src']
const files = execFileSync('git', ['ls-files', ...folders], { encoding: 'utf8' })
  .trim()
  .split('\n')
const pool = { comment: [], message: [], page: [] }

function addPage(path, page) {
  let heading = ''
  for (const { kind, text, line } of markdownTexts(page, { showCode: true })) {
    if (kind === 'heading') heading = text
    if (kind !== 'paragraph') continue
    const context = `# ${heading}\n${text.replace(/\s+/g, ' ')}`
    pool.page.push(...sentencesOf(text).map((sentence) => ({ sentence, path, line, context })))
  }
}

function addCode(path, code) {
  const lines = code.split('\n')
  for (const { kind, text, line } of codeTexts(code, { showCode: true })) {
    const at = line - 1
    const [from, to] = kind === 'comment' ? [at, at + text.split('\n').length + 5] : [Math.max(0, at - 3), at + 3]
    const context = lines.slice(from, to).join('\n')
    pool[kind].push(...sentencesOf(text).map((sentence) => ({ sentence, path, line, context })))
  }
}

for (const path of files) {
  if (path.endsWith('.md') && path !== 'docs/options.md') addPage(path, readFileSync(path, 'utf8'))
  if (path.endsWith('.ts') && !path.endsWith('.test.ts')) addCode(path, readFileSync(path, 'utf8'))
}

const orderOf = ({ path, line, sentence }) =>
  createHash('sha256').update(`${seed} ${path} ${line} ${sentence}`).digest('hex')

for (const [kind, entries] of Object.entries(pool)) {
  const drawn = entries
    .filter(({ sentence }) => wordCount(sentence) >= 4 && !/[{}]|;$/.test(sentence))
    .map((entry) => ({ ...entry, order: orderOf(entry) }))
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .slice(0, 20)
  console.log(`\n${kind}`)
  drawn.forEach(({ sentence, context }, index) => {
    console.log(`${index + 1}. ${sentence.replace(/\s+/g, ' ')}`)
    if (withContext) console.log(`${context}\n`)
  })
}
