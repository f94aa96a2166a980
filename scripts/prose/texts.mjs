/** Collects the project's prose: paragraphs of Markdown, comments and messages of TypeScript, all split into sentences. */
import { lexer } from 'marked'
import ts from 'typescript'

/** Stands for a piece of code, a link's address or a value that is filled in. It counts as one word. */
const placeholder = 'X'

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' })

/**
 * Splits a text into sentences. Abbreviations and file names do not end a sentence. An empty line, an item of a list and a
 * command line do.
 */
export function sentencesOf(text) {
  return text
    .split(/\n\s*\n|\n(?=\s*- )|\n(?=\s*isobath )|\\n/)
    .filter((part) => !/^\s*isobath /.test(part))
    .flatMap(sentencesOfPart)
}

function sentencesOfPart(text) {
  const guarded = text
    .replace(/^\s*- /, '')
    .replace(/\b(e\.g|i\.e|et al|etc|vs|[Ee]qs?|[Ff]igs?|[Ss]ecs?|[Aa]pp|def|No)\./g, '$1\u2024')
    .replace(/\.(?=[A-Za-z0-9])/g, '\u2024')
    .replace(/\s+/g, ' ')
  return [...segmenter.segment(guarded)]
    .map(({ segment }) => segment.replaceAll('\u2024', '.').trim())
    .filter((sentence) => /[a-z]/i.test(sentence))
}

/** Counts the words and numbers of a sentence. Single letters, as formulas have them, do not count. */
export function wordCount(sentence) {
  const words = sentence.match(/[\p{L}\p{N}][\p{L}\p{N}'’.,_/%+-]*/gu) ?? []
  return words.filter((word) => word === 'X' || /^(a|[\p{L}\p{N}].+|\d)$/iu.test(word)).length
}

function inlineText(tokens, showCode) {
  return tokens
    .map((token) => {
      if (token.type === 'codespan') return showCode ? `\`${token.text}\`` : placeholder
      if (token.type === 'image' || token.type === 'html') return ''
      if (token.type === 'br') return ' '
      return token.tokens ? inlineText(token.tokens, showCode) : (token.text ?? '')
    })
    .join('')
}

const lineAt = (text, offset) => text.slice(0, offset).split('\n').length

/**
 * Lists the paragraphs, headings and list items of a Markdown page, each with its line. Code blocks are left out.
 * Cells of tables are a kind of their own. A placeholder stands for code inside a text, unless `showCode` is true.
 */
export function markdownTexts(page, { showCode = false } = {}) {
  const found = []
  const add = (kind, token, line) => {
    const text = inlineText(token.tokens ?? [], showCode)
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

function commentText(raw, showCode) {
  const text = raw
    .replace(/^\/\*\*?|\*\/$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*(\*|\/\/)\s?/, ''))
    .join('\n')
    .trim()
  return showCode ? text : text.replace(/`[^`\n]*`/g, placeholder)
}

function literalText(node) {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text
  return node.head.text + node.templateSpans.map((span) => placeholder + span.literal.text).join('')
}

/**
 * Lists the comments of a TypeScript file and its strings of at least four words, each with its line. A placeholder stands
 * for values in strings, and for code in comments unless `showCode` is true.
 */
export function codeTexts(code, { showCode = false } = {}) {
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
        run.text += `\n${commentText(raw, showCode)}`
        run.end = line
        continue
      }
      const entry = { kind: 'comment', text: commentText(raw, showCode), line, end: line }
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
      // Markup, and programs in another language, are no prose.
      const isMarkup = /<\/?[a-z][^>]*>|^--|^ *[{[]|\n(import |const |:root)/.test(text)
      if (!isMarkup && (text.match(/[a-z]{2,}/gi) ?? []).length >= 4 && text.includes(' ')) {
        found.push({ kind: 'message', text, line: lineAt(code, node.getStart()) })
      }
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  comments(source.endOfFileToken.getFullStart(), ts.getLeadingCommentRanges)
  return found.map(({ kind, text, line }) => ({ kind, text, line })).sort((a, b) => a.line - b.line)
}
