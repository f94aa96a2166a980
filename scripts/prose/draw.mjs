/**
 * Draws sentences at random, to be read by someone who does not know the project: 20 of comments, 20 of messages and
 * help texts, 20 of docs. The seed fixes the draw.
 *
 *     node scripts/prose/draw.mjs [seed] [--sources]
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { codeTexts, markdownTexts, sentencesOf, wordCount } from './texts.mjs'

const [seed = '1'] = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const withSources = process.argv.includes('--sources')
const files = execFileSync('git', ['ls-files', 'README.md', 'docs', 'src'], { encoding: 'utf8' }).trim().split('\n')

const pool = { comment: [], message: [], page: [] }
for (const path of files) {
  if (path.endsWith('.test.ts')) continue
  if (path.endsWith('.md')) {
    for (const { kind, text, line } of markdownTexts(readFileSync(path, 'utf8'), { showCode: true })) {
      if (kind === 'paragraph') pool.page.push(...sentencesOf(text).map((sentence) => ({ sentence, path, line })))
    }
  }
  if (path.endsWith('.ts')) {
    for (const { kind, text, line } of codeTexts(readFileSync(path, 'utf8'), { showCode: true })) {
      pool[kind].push(...sentencesOf(text).map((sentence) => ({ sentence, path, line })))
    }
  }
}

for (const [kind, entries] of Object.entries(pool)) {
  const order = (entry) =>
    createHash('sha256').update(`${seed} ${entry.path} ${entry.line} ${entry.sentence}`).digest('hex')
  const drawn = entries
    .filter(({ sentence }) => wordCount(sentence) >= 4)
    .map((entry) => ({ ...entry, order: order(entry) }))
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .slice(0, 20)
  console.log(`\n${kind}`)
  drawn.forEach(({ sentence, path, line }, index) => {
    console.log(`${index + 1}. ${sentence.replace(/\s+/g, ' ')}${withSources ? `   (${path}:${line})` : ''}`)
  })
}
