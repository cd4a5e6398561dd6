/**
 * Names and values, as code has them.
 */

export function Facts({ facts }: { readonly facts: Readonly<Record<string, string | number>> }) {
  return (
    <dl class="facts">
      {Object.entries(facts).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd data-testid={`fact-${name}`}>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
