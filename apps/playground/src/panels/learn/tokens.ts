/**
 * Code cut into what is coloured alike.
 */

type Kind = 'comment' | 'string' | 'keyword' | 'number' | 'call' | 'plain'

const TOKENS =
  /(\/\*[\s\S]*?\*\/|\/\/[^\n]*)|('[^'\n]*'|`[^`]*`)|\b(import|export|from|const|let|for|of|async|await|function|return|new|type|interface|readonly|if|else|try|catch|throw|satisfies|instanceof)\b|\b(\d[\d_.]*)\b|\b([a-zA-Z]\w*)(?=\()/g

const KINDS: readonly Kind[] = ['comment', 'string', 'keyword', 'number', 'call']

interface Token {
  readonly kind: Kind
  readonly text: string
}

export function tokensOf(code: string): Token[] {
  const tokens: Token[] = []
  let end = 0
  for (const match of code.matchAll(TOKENS)) {
    if (match.index > end) tokens.push({ kind: 'plain', text: code.slice(end, match.index) })
    const kind = KINDS[match.slice(1).findIndex((group) => group !== undefined)] ?? 'plain'
    tokens.push({ kind, text: match[0] })
    end = match.index + match[0].length
  }
  tokens.push({ kind: 'plain', text: code.slice(end) })
  return tokens
}
