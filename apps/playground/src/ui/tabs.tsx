/**
 * Tabs: one of several is chosen, with the arrow keys too.
 */

interface TabsProps<Name extends string> {
  /** What the tabs are for. */
  readonly label: string
  readonly names: readonly Name[]
  readonly labels: Readonly<Record<Name, string>>
  readonly chosen: Name
  readonly choose: (name: Name) => void
  /** The id of what they show. */
  readonly controls: string
  readonly idPrefix: string
}

/** Where a key leads among `count` tabs. */
export function tabAfter(key: string, position: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowRight':
    case 'ArrowDown':
      return (position + 1) % count
    case 'ArrowLeft':
    case 'ArrowUp':
      return (position + count - 1) % count
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return undefined
  }
}

export function Tabs<Name extends string>(props: TabsProps<Name>) {
  const { label, names, labels, chosen, choose, controls, idPrefix } = props
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = tabAfter(event.key, names.indexOf(chosen), names.length)
    const name = next === undefined ? undefined : names[next]
    if (name === undefined) return
    event.preventDefault()
    choose(name)
    document.getElementById(`${idPrefix}-${name}`)?.focus()
  }
  return (
    <div class="tabs" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
      {names.map((name) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`${idPrefix}-${name}`}
          aria-selected={name === chosen}
          aria-controls={controls}
          tabIndex={name === chosen ? 0 : -1}
          onClick={() => choose(name)}
        >
          {labels[name]}
        </button>
      ))}
    </div>
  )
}
