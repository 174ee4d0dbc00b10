/** A candidate's report as one HTML file that needs nothing else: settings, data, curves, ranks and sample answers. */
import { readCandidate, readingWords } from '../../../shared/candidateReading.ts'
import { perplexity, reasonWords, type LeaderboardEntry } from '../../../shared/leaderboard.ts'
import type { MetricName, MetricPoint } from '../../../shared/metrics.ts'
import type { Candidate, Model, ModelVersion } from '../../../shared/model.ts'
import type { Evaluation } from '../../../shared/evaluation.ts'
import { formatMeasure } from '../../../shared/formats.ts'
import { curveSvg } from './curveSvg.ts'
import { escapeHtml } from './escapeHtml.ts'
import { sampleBlock, type SampleAnswer } from './blocks.ts'
import { evaluationSection } from './evaluationSection.ts'
import { reportStyle } from './reportStyle.ts'
import type { ReportWords } from './reportWords.ts'

export interface ReportFacts {
  readonly model: Model
  readonly version: ModelVersion
  readonly candidate: Candidate
  readonly leaderboard: readonly LeaderboardEntry[]
  readonly points: readonly MetricPoint[]
  readonly samples: readonly SampleAnswer[]
  /** Null when the candidate was not evaluated. */
  readonly evaluation: Evaluation | null
  readonly language: 'en' | 'zh'
  readonly writtenAtMs: number
}

export function htmlReport(facts: ReportFacts, words: ReportWords): string {
  const { model, version, candidate } = facts
  const of = (metric: MetricName) => facts.points.filter((point) => point.metric === metric)
  const curve = (title: string, training: MetricName, validation: MetricName) =>
    curveSvg(title, [
      { name: words.training, colour: '#7a8b99', points: of(training) },
      { name: words.validation, colour: '#0b7285', points: of(validation) },
    ])
  const title = `${model.name} · V${version.number} · ${candidate.baseModelName}`
  return `<!doctype html>
<html lang="${facts.language === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${reportStyle}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
<p class="quiet">${escapeHtml(words.writtenAt(new Date(facts.writtenAtMs)))}</p>
${evaluationSection(facts.evaluation, candidate.promptTemplate.prompt, words)}
<h2>${escapeHtml(words.leaderboard)}</h2>
<table>
<thead><tr>${[words.rank, words.baseModel, words.validationLoss, words.perplexity, words.trainingLoss, words.time].map((head) => `<th scope="col">${escapeHtml(head)}</th>`).join('')}</tr></thead>
<tbody>${facts.leaderboard.map((entry) => leaderboardRow(entry, words)).join('')}</tbody>
</table>
${suggestionSentence(facts, words)}
<h2>${escapeHtml(words.curves)}</h2>
${readingSentence(facts, words)}
<div class="pair">${curve(words.loss, 'train_loss', 'validation_loss')}${curve(words.perplexity, 'train_perplexity', 'validation_perplexity')}</div>
${samplesSection(facts.samples, words)}
<h2>${escapeHtml(words.settings)}</h2>
<table class="facts"><tbody>
${factRow(words.dataset, `${version.datasetName} (SHA-256 ${version.datasetSha256.slice(0, 16)}…)`)}
${factRow(words.columns, `${version.columns.question} → ${version.columns.answer}`)}
${factRow(words.rows, words.rowCounts(version.trainingRowCount, version.validationRowCount))}
${factRow(words.template, candidate.promptTemplate.prompt)}
${Object.entries(candidate.hyperparameters)
  .map(([name, value]) => factRow(name, value))
  .join('\n')}
${factRow(words.job, candidate.trainingJobName)}
</tbody></table>
</main>
</body>
</html>
`
}

function leaderboardRow(entry: LeaderboardEntry, words: ReportWords): string {
  const badges = [entry.suggested ? words.suggested : '', entry.chosen ? words.chosen : '']
    .filter((badge) => badge !== '')
    .join(', ')
  const number = (value: number | null) => `<td class="number">${formatMeasure(value)}</td>`
  return `<tr${entry.chosen ? ' class="chosen"' : ''}><td>${entry.rank ?? '–'}</td><td>${escapeHtml(entry.baseModelName)}${badges ? ` <span class="quiet">(${escapeHtml(badges)})</span>` : ''}</td>${number(entry.validationLoss)}${number(entry.validationLoss === null ? null : perplexity(entry.validationLoss))}${number(entry.trainingLoss)}<td class="number">${entry.trainingSeconds === null ? '–' : escapeHtml(words.seconds(entry.trainingSeconds))}</td></tr>`
}

function readingSentence({ candidate, points }: ReportFacts, words: ReportWords): string {
  const reading = readCandidate(candidate, points)
  if (!reading) return ''
  const { key, values } = readingWords(reading)
  return `<p>${escapeHtml(words.analysis(key.replace('analysis:', ''), values))}</p>`
}

function suggestionSentence({ leaderboard, language }: ReportFacts, words: ReportWords): string {
  const analysis = (key: string, values?: Record<string, string>) =>
    words.analysis(key.replace('analysis:', ''), values)
  const suggested = leaderboard.find((entry) => entry.suggested)
  const why = suggested && reasonWords(suggested, analysis, language)
  return why ? `<p>${escapeHtml(analysis(why.key, why.values))}</p>` : ''
}

function samplesSection(samples: readonly SampleAnswer[], words: ReportWords): string {
  if (samples.length === 0) return ''
  return `<h2>${escapeHtml(words.samples)}</h2>
<p class="quiet">${escapeHtml(words.samplesNote)}</p>
${samples.map((sample) => sampleBlock(sample, words)).join('\n')}`
}

function factRow(name: string, value: string): string {
  return `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`
}
