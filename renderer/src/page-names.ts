// The names of the pages as addresses have them; '' = home.
export type PageName =
  '' | 'data' | 'tune' | 'compare' | 'try' | 'label' | 'share' | 'models' | 'privacy' | 'settings' | 'help'
