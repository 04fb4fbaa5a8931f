// What the columns of a table are for: text and answer are always filled, a context may be.

export interface ColumnRoles {
  readonly text: string
  readonly label: string
  /** The context column; '' = none. */
  readonly context: string
}

export type ColumnRole = keyof ColumnRoles | 'none'

export const roleOf = ({ text, label, context }: ColumnRoles, column: string): ColumnRole =>
  column === text ? 'text' : column === label ? 'label' : column === context ? 'context' : 'none'

/** Gives a column another role. The column that had it gets the old one, so that text and answer are always filled. */
export function withRole(roles: ColumnRoles, column: string, role: ColumnRole): ColumnRoles {
  const { text, label } = roles
  const was = roleOf(roles, column)
  if (role === was) return roles
  const context = was === 'context' ? '' : roles.context
  if (role === 'text') return { text: column, label: was === 'label' ? text : label, context }
  if (role === 'label') return { text: was === 'text' ? label : text, label: column, context }
  // Text and answer are required, so a column cannot simply give them up.
  if (was === 'text' || was === 'label') return roles
  return { text, label, context: role === 'context' ? column : '' }
}
