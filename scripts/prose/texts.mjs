/** Collects the project's prose: paragraphs of Markdown, comments and messages of TypeScript, all split into sentences. */
import { lexer } from 'marked'
import ts from 'typescript'

/** Stands for a piece of code, a link's address or a value that is filled in. It counts as one word. */
const placeholder = 'X'

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' })

/** Splits a text into sentences. Abbreviations and file names do not end a sentence. */
export function sentencesOf(text) {
  const guarded = text
    .replace(/\b(e\.g|i\.e|et al|etc|vs|Eq|Fig|Sec|No)\./g, '$1\u2024')
    .replace(/\.(?=[A-Za-z0-9])/g, '\u2024')
    .replace(/\s+/g, ' ')
  return [...segmenter.segment(guarded)]
    .map(({ segment }) => segment.replaceAll('\u2024', '.').trim())
    .filter((sentence) => /[a-z]/i.test(sentence))
}

/** Counts the words of a sentence: runs of letters, digits and their inner punctuation. */
export function wordCount(sentence) {
  return (sentence.match(/[\p{L}\p{N}][\p{L}\p{N}'’.,_/%+-]*/gu) ?? []).length
}

function inlineText(tokens) {
  return tokens
    .map((token) => {
      if (token.type === 'codespan') return placeholder
      if (token.type === 'image' || token.type === 'html') return ''
      if (token.type === 'br') return ' '
      return token.tokens ? inlineText(token.tokens) : (token.text ?? '')
    })
    .join('')
}

const lineAt = (text, offset) => text.slice(0, offset).split('\n').length

/**
 * Lists the paragraphs, headings and list items of a Markdown page, each with its line. Code blocks are left out.
 * Cells of tables are a kind of their own.
 */
export function markdownTexts(page) {
  const found = []
  const add = (kind, token, line) => {
    const text = inlineText(token.tokens ?? [])
    if (text.trim() !== '') found.push({ kind, text, line })
  }
  let offset = 0
  const visit = (token, line) => {
    if (token.type === 'paragraph' || token.type === 'text') add('paragraph', token, line)
    if (token.type === 'heading') add('heading', token, line)
    if (token.type === 'blockquote') for (const inner of token.tokens) visit(inner, line)
    if (token.type === 'list') {
      let start = 0
      for (const item of token.items) {
        const at = line + token.raw.slice(0, start).split('\n').length - 1
        for (const inner of item.tokens) visit(inner, at)
        start += item.raw.length
      }
    }
    if (token.type === 'table') {
      for (const cell of [...token.header, ...token.rows.flat()]) add('cell', cell, line)
    }
  }
  for (const token of lexer(page)) {
    visit(token, lineAt(page, offset))
    offset += token.raw.length
  }
  return found
}

function commentText(raw) {
  return raw
    .replace(/^\/\*\*?|\*\/$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*(\*|\/\/)\s?/, ''))
    .join('\n')
    .replace(/`[^`\n]*`/g, placeholder)
    .trim()
}

function literalText(node) {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text
  return node.head.text + node.templateSpans.map((span) => placeholder + span.literal.text).join('')
}

/** Lists the comments of a TypeScript file and its strings of at least four words, each with its line. */
export function codeTexts(code) {
  const source = ts.createSourceFile('file.ts', code, ts.ScriptTarget.ES2022, true)
  const found = []
  const seen = new Set()
  const comments = (position, ranges) => {
    let run = null
    for (const range of ranges(code, position) ?? []) {
      if (seen.has(range.pos)) continue
      seen.add(range.pos)
      const raw = code.slice(range.pos, range.end)
      const line = lineAt(code, range.pos)
      // Lines of comments that follow each other are one text.
      if (raw.startsWith('//') && run && run.end === line - 1) {
        run.text += `\n${commentText(raw)}`
        run.end = line
        continue
      }
      const entry = { kind: 'comment', text: commentText(raw), line, end: line }
      found.push(entry)
      run = raw.startsWith('//') ? entry : null
    }
  }
  const visit = (node) => {
    comments(node.getFullStart(), ts.getLeadingCommentRanges)
    comments(node.getEnd(), ts.getTrailingCommentRanges)
    const isText = ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node) || ts.isTemplateExpression(node)
    if (isText && !ts.isImportDeclaration(node.parent)) {
      const text = literalText(node)
      if ((text.match(/[a-z]{2,}/gi) ?? []).length >= 4 && text.includes(' ')) {
        found.push({ kind: 'message', text, line: lineAt(code, node.getStart()) })
      }
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  comments(source.endOfFileToken.getFullStart(), ts.getLeadingCommentRanges)
  return found.map(({ kind, text, line }) => ({ kind, text, line })).sort((a, b) => a.line - b.line)
}
