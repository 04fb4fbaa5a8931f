// The names of the pages as addresses have them; '' = home.
export type PageName = '' | 'data' | 'tune' | 'compare' | 'try' | 'share' | 'models' | 'privacy' | 'settings' | 'help'
