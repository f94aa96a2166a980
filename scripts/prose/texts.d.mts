export interface Text {
  readonly kind: 'paragraph' | 'heading' | 'cell' | 'comment' | 'message'
  readonly text: string
  readonly line: number
}

export function sentencesOf(text: string): string[]
export function wordCount(sentence: string): number
export interface TextOptions {
  readonly showCode?: boolean
}

export function markdownTexts(page: string, options?: TextOptions): Text[]
export function codeTexts(code: string, options?: TextOptions): Text[]
