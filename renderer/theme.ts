/** One accent colour (a deep teal), calm type, quiet surfaces. */
import {
  createTheme,
  Drawer,
  Modal,
  Notification,
  type CSSVariablesResolver,
  type MantineColorsTuple,
} from '@mantine/core'

const teal: MantineColorsTuple = [
  '#e6f7f8',
  '#d2ebee',
  '#a6d6dc',
  '#76c0c9',
  '#50adb9',
  '#37a1af',
  '#0e7c8a',
  '#0b6c79',
  '#085c68',
  '#034a54',
]

export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: 7,
  colors: { accent: teal },
  fontFamily:
    "'Inter Variable', system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', Menlo, Consolas, monospace",
  defaultRadius: 'md',
  headings: {
    fontWeight: '650',
    sizes: {
      h1: { fontSize: '1.75rem', lineHeight: '1.25' },
      h2: { fontSize: '1.2rem', lineHeight: '1.35' },
      h3: { fontSize: '1rem', lineHeight: '1.4' },
    },
  },
  cursorType: 'pointer',
  components: {
    // What went wrong is to be read, so it isn't grey.
    Notification: Notification.extend({ styles: { description: { color: 'inherit' } } }),
    // A dialog's title stands above the titles within it.
    Modal: Modal.extend({ styles: { title: { fontSize: '1.1rem', fontWeight: 650 } } }),
    Drawer: Drawer.extend({ styles: { title: { fontSize: '1.1rem', fontWeight: 650 } } }),
  },
})

/** Lines of one chart, told apart in both colour schemes and by people who don't see red and green. */
export const seriesColours = ['#0e7c8a', '#d9730d', '#7048e8', '#c2255c', '#2b8a3e', '#1971c2']

/** Quiet text stays readable (4.5 : 1 and more), and dark surfaces keep a hint of the accent's blue. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#55636f',
    '--mantine-color-error': '#c92a2a',
    // Titles and buttons on the tint of a warning: 6 : 1.
    '--mantine-color-orange-light-color': '#9a3412',
    '--surface': '#f7f9fa',
  },
  dark: {
    '--mantine-color-dimmed': '#a9b6c1',
    '--mantine-color-error': '#ff8787',
    '--mantine-color-body': '#15191e',
    '--mantine-color-dark-6': '#1c2228',
    // A tint, as in the light: the full orange would shout louder than the page's main button.
    '--mantine-color-orange-light': '#33241a',
    '--mantine-color-orange-light-hover': '#3f2d20',
    '--mantine-color-orange-light-color': '#ffc9a3',
    '--surface': '#1c2228',
  },
})
