// The version of the studio that this code belongs to.
import description from '../../package.json' with { type: 'json' }

export const studioVersion: string = description.version
