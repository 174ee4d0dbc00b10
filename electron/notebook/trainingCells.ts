/** The cells that train and draw what was measured. */
import { jobCode } from './jobCode.ts'
import { code, markdown, type NotebookCell } from './notebookCell.ts'
import type { NotebookFacts } from './notebookFacts.ts'

export function trainingCells({ way, isLocal }: NotebookFacts): NotebookCell[] {
  const { train, curves } = jobCode[way]
  const again = isLocal ? ' With the same seed it gives the same losses.' : ''
  return [
    markdown(`## Training

The same call that Timbre made, with the data uploaded above.${again}`),
    code(train),
    markdown('## Curves'),
    code(`series = {}
${curves}
for name, values in series.items():
    print(f"{name}: {len(values)} values, first {values[0]:.4f}, last {values[-1]:.4f}")
if not series:
    print("AWS keeps no curve of this job.")`),
    code(`try:
    import matplotlib.pyplot as plt
except ImportError:
    print("matplotlib is not installed: pip install matplotlib draws the curves.")
else:
    drawn = {name: values for name, values in series.items() if "loss" in name and len(values) > 1}
    figure, axes = plt.subplots(1, max(1, len(drawn)), figsize=(5 * max(1, len(drawn)), 3), squeeze=False)
    for axis, (name, values) in zip(axes[0], drawn.items()):
        axis.plot(values)
        axis.set_title(name)
    plt.show()`),
  ]
}
