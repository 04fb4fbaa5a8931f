// What the columns of a table are for: text and answer are always filled, a context may be.

export interface ColumnRoles {
  readonly text: string
  readonly label: string
  /** '' where there is none. */
  readonly context: string
}

export type ColumnRole = keyof ColumnRoles | 'none'

export const roleOf = ({ text, label, context }: ColumnRoles, column: string): ColumnRole =>
  column === text ? 'text' : column === label ? 'label' : column === context ? 'context' : 'none'

/** The roles once a column has another one: who had that one takes the column's place, so that both are always filled. */
export function withRole(roles: ColumnRoles, column: string, role: ColumnRole): ColumnRoles {
  const { text, label } = roles
  const was = roleOf(roles, column)
  if (role === was) return roles
  const context = was === 'context' ? '' : roles.context
  if (role === 'text') return { text: column, label: was === 'label' ? text : label, context }
  if (role === 'label') return { text: was === 'text' ? label : text, label: column, context }
  // Text and answer are given to another column, never taken away.
  if (was === 'text' || was === 'label') return roles
  return { text, label, context: role === 'context' ? column : '' }
}
