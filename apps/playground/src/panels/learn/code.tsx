/**
 * Code, with the colours that make it readable. It is the very file that computes what is seen.
 */
import { text } from '../../i18n/index.js'
import { tokensOf } from './tokens.js'

/** Without the comment that opens the file: the lesson says that in its own words. */
const body = (code: string): string => code.replace(/^\/\*\*[\s\S]*?\*\/\n/, '').trim()

export function Code({ source }: { readonly source: string }) {
  return (
    <details class="card code" open>
      <summary>{text.value.learn.code}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard must reach it */}
      <pre tabIndex={0}>
        <code>
          {tokensOf(body(source)).map(({ kind, text: part }, position) => (
            <span key={position} class={kind}>
              {part}
            </span>
          ))}
        </code>
      </pre>
    </details>
  )
}
