// The names of the pages, as they stand in addresses; '' = home.
export type PageName = '' | 'data' | 'tune' | 'compare' | 'try' | 'share' | 'models' | 'privacy' | 'settings' | 'help'
