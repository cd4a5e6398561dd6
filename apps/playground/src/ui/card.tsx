/**
 * A titled part of a panel.
 */
import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

interface CardProps {
  readonly title: string
  readonly hint?: string
  readonly aside?: ComponentChildren
  readonly wide?: boolean
  readonly children: ComponentChildren
  readonly testId?: string
}

export function Card({ title, hint, aside, wide = false, children, testId }: CardProps) {
  const id = useId()
  return (
    <section class={wide ? 'card wide' : 'card'} aria-labelledby={id} data-testid={testId}>
      <header>
        <h2 id={id}>{title}</h2>
        {aside}
      </header>
      {hint !== undefined && <p class="hint">{hint}</p>}
      {children}
    </section>
  )
}

/** The heading of a panel. */
export function Lead({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <div class="lead">
      <h1>{title}</h1>
      <p>{children}</p>
    </div>
  )
}
